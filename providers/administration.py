"""Acts of staff: one page that asks and says what happens, one domain call, one plain answer.

Django's own forms for adding and changing are closed; what staff may do to a thing is a list of
acts. Each act names the right it needs and the errors its domain call may raise.

The page of an act on a thing says what it is about: the columns of the list that are filled for it.

Where a second pair of eyes decides on what it read, the act names what that was (`shown`): the page carries a
digest of it, and what changed meanwhile has to be read again. It is compared under the locks that the domain call
takes (`lock`), in the same order: two acts on one thing at once wait for each other, and never both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import utils
from django.contrib.admin.utils import (
    display_for_value,
    label_for_field,
    lookup_field,
)
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.validators import EMPTY_VALUES
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ledger.admin import ReadOnlyAdmin
from providers.states import IllegalMove

Text = str | Promise
Answer = Text | HttpResponse


class ChangedMeanwhile(Exception):
    """What is decided on is not what was shown any more."""


class Lines(forms.CharField):
    """What somebody writes in some lines. A line end counts as one letter, as in the browser, and not as two."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class NothingToAsk(forms.Form):
    """The act needs no more than a yes."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who acts, on what, with which answers."""

    http: HttpRequest
    subject: Any
    answers: Mapping[str, Any]

    @property
    def by(self) -> str:
        return self.user.get_username()

    @property
    def user(self) -> User:
        assert isinstance(self.http.user, User)  # noqa: S101  (acts are behind the staff login)
        return self.http.user


def _lock_itself(subject: Any) -> None:
    type(subject)._default_manager.select_for_update().get(pk=subject.pk)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing staff may do: to one subject, or to the list when `on_list`.

    `do` makes the domain call and returns what is said afterwards, or a page of its own.
    """

    name: str
    label: Text
    right: str  # "app.codename"
    do: Callable[[Request], Answer]
    explanation: Text = ""
    errors: tuple[type[Exception], ...] = ()
    form: type[forms.Form] = NothingToAsk
    form_for: Callable[[Any, QueryDict | None], forms.Form] | None = None  # when it depends on it
    template: str = "admin/act.html"
    offered: Callable[[Any], bool] = lambda subject: True
    shown: Callable[[Any], object] | None = None  # what the page showed that it decides on
    lock: Callable[[Any], object] = _lock_itself  # first what the domain call locks first
    on_list: bool = False
    grave: bool = False  # cannot be undone


@dataclass(frozen=True, slots=True)
class Queue:
    """Things that wait for somebody with a right; how many, the first page of the administration says.

    `address` asks the list for them by its own filters.
    """

    label: Text
    right: str  # "app.codename"
    waiting: Callable[[], QuerySet[Any]]
    address: str


def in_state(*states: str) -> Callable[[Any], bool]:
    """For `offered`: the act is for what is in one of these states."""
    return lambda subject: subject.state in states


class ActingAdmin(ReadOnlyAdmin):
    """An administration whose only changes are acts."""

    acts: Sequence[Act] = ()
    queues: Sequence[Queue] = ()
    change_form_template = "admin/acts_change_form.html"
    change_list_template = "admin/acts_change_list.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("do/<slug:act>", self._page(self.act_on_list), name=self._name("act_on_list")),
            path(
                "<path:object_id>/do/<slug:act>",
                self._page(self.act_on_subject),
                name=self._name("act"),
            ),
        ]
        return own + super().get_urls()

    def _page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return self.admin_site.admin_view(never_cache(view))

    def _name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def act_on_list(self, request: HttpRequest, act: str) -> HttpResponse:
        found = self._find(act, on_list=True)
        _see_right(request, found)
        return self._act(request, found, None)

    def act_on_subject(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        found = self._find(act, on_list=False)
        _see_right(request, found)  # before anything is said of the subject
        subject = self.get_object(request, object_id)
        if subject is None:
            raise Http404
        if not found.offered(subject):
            messages.warning(request, _changed())
            return HttpResponseRedirect(self._back(subject))
        return self._act(request, found, subject)

    def _find(self, name: str, *, on_list: bool) -> Act:
        for act in self.acts:
            if act.name == name and act.on_list == on_list:
                return act
        raise Http404

    def _act(self, request: HttpRequest, act: Act, subject: Model | None) -> HttpResponse:
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = act.form_for(subject, data) if act.form_for else act.form(data, files)
        refusals: tuple[type[Exception], ...] = (ChangedMeanwhile, *act.errors)
        if request.method == "POST" and form.is_valid():
            try:
                answer = _perform(act, Request(request, subject, form.cleaned_data))
            except refusals as error:
                form.add_error(_beside(error, form), _said(error))
            else:
                return self._answer(request, act, subject, answer)
        return self._ask(request, act, subject, form)

    def _answer(
        self, request: HttpRequest, act: Act, subject: Model | None, answer: Answer
    ) -> HttpResponse:
        if subject is not None:
            self.log_change(request, subject, str(act.label))
        if isinstance(answer, HttpResponse):
            return answer
        messages.success(request, str(answer))
        return HttpResponseRedirect(self._back(subject))

    def _ask(
        self, request: HttpRequest, act: Act, subject: Model | None, form: forms.Form
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.label,
            "act": act,
            "subject": subject,
            "facts": self._facts(subject) if subject else [],
            "form": form,
            "seen": _digest(act, subject),
            "back": self._back(subject),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, act.template, context, status=status)

    def _facts(self, subject: Model) -> list[tuple[str, str]]:
        """What the list says of this subject, as names and values; what is empty is left out."""
        facts = []
        for name in self.list_display:
            field, shown_by, value = lookup_field(name, subject, self)
            if value in EMPTY_VALUES or str(value) == str(subject):  # its name stands above
                continue
            if field is None:
                text = display_for_value(value, "", boolean=getattr(shown_by, "boolean", False))
            else:  # by its module: django-money puts one there that knows amounts
                text = utils.display_for_field(value, field, "")
            facts.append((str(label_for_field(name, self.model, self)), text))
        return facts

    def _back(self, subject: Model | None) -> str:
        base = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}"
        if subject is None:
            return reverse(f"{base}_changelist")
        return reverse(f"{base}_change", args=[subject.pk])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        offered = [act for act in self.acts if act.on_list and _may(request, act)]
        return super().changelist_view(request, {**(extra_context or {}), "acts": offered})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        subject = kwargs.get("obj")
        context["acts"] = [
            act
            for act in self.acts
            if not act.on_list and subject and _may(request, act) and act.offered(subject)
        ]
        return super().render_change_form(request, context, *args, **kwargs)


def _may(request: HttpRequest, act: Act) -> bool:
    return request.user.has_perm(act.right)


def _see_right(request: HttpRequest, act: Act) -> None:
    if not _may(request, act):
        raise PermissionDenied


def _beside(error: Exception, form: forms.Form) -> str | None:
    """The field of the form that a refusal is about, when it is about one."""
    name = re.sub("([A-Z])", r"_\1", getattr(error, "field", "")).lower()
    return name if name in form.fields else None


def _said(error: Exception) -> str:
    """The refusal in the reader's language; what is not possible any more, another did meanwhile."""
    if isinstance(error, IllegalMove):
        return _changed()
    return _(str(error))


def _changed() -> str:
    return _("This has changed since you opened it. Read it again.")


def _perform(act: Act, asked: Request) -> Answer:
    """Make the domain call; when it decides on what was shown, only while that stands still."""
    if act.shown is None:
        return act.do(asked)
    with transaction.atomic():
        act.lock(asked.subject)
        subject = type(asked.subject)._default_manager.get(pk=asked.subject.pk)
        if asked.http.POST.get("seen") != _digest(act, subject):
            raise ChangedMeanwhile(_changed())
        return act.do(Request(asked.http, subject, asked.answers))


def _digest(act: Act, subject: Any) -> str:
    return sha256(repr(act.shown(subject)).encode()).hexdigest() if act.shown else ""
