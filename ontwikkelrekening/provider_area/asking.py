"""How staff act: one page that asks and says what happens, one domain call, and then the result.

Each form carries a key of its own. Sent twice, by a double click or the back button, it acts once and
leads to the same place: key, effect and answer are one transaction, as in the API (providers.once).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from ontwikkelrekening.provider_area.access import Staff
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.words import said
from ontwikkelrekening.tables.table import Text
from providers.errors import Unable
from providers.once import Answer, KeyHasOtherContent, once
from providers.states import IllegalMove

KEY = "once"
CALLED_HERE = {"primaryCode": "code", "url": "jwks_uri"}
NOT_CONTENT = {KEY, "csrfmiddlewaretoken"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the page's words, and the page to go back to."""

    title: Text
    button: Text
    section: str
    back: tuple[Text, str]
    explanation: Text = ""
    grave: bool = False  # cannot be undone


@dataclass(frozen=True, slots=True)
class Done:
    """Where to go after the act, and what is said there once; or a page that is shown once."""

    to: str
    message: Text = ""
    page: HttpResponseBase | None = None


def ask(
    request: HttpRequest,
    staff: Staff,
    question: Question,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Done],
    *,
    template: str = "ask.html",
    **context: Any,
) -> HttpResponseBase:
    """Ask; when everything is filled in, act once. What the rules refuse is said beside the form."""
    if request.method == "POST" and form.is_valid():
        try:
            return _act_once(request, staff, lambda: act(form.cleaned_data))
        except Unable as unable:
            form.add_error(_field_of(unable, form), said(str(unable)))
        except IllegalMove:
            form.add_error(None, _("This is not possible any more: something changed meanwhile."))
        except KeyHasOtherContent:
            form.add_error(
                None, _("This page was sent before with other answers. Look at it again.")
            )
    return answer(
        request,
        template,
        staff,
        status=422 if form.errors else 200,
        title=question.title,
        section=question.section,
        trail=[question.back],
        question=question,
        form=form,
        once=uuid.uuid4(),
        **context,
    )


def sent(request: HttpRequest) -> QueryDict | None:
    """What was filled in, once the page was sent."""
    return request.POST if request.method == "POST" else None


def key_of(request: HttpRequest) -> str:
    """The key of the form that was sent, as a whole; a form without one gets a key that is new."""
    try:
        return str(uuid.UUID(request.POST.get(KEY, "")))
    except ValueError:
        return str(uuid.uuid4())


def _act_once(request: HttpRequest, staff: Staff, act: Callable[[], Done]) -> HttpResponseBase:
    content = sorted(
        (name, value) for name, value in request.POST.lists() if name not in NOT_CONTENT
    )
    done = once(
        staff.provider,
        key_of(request),
        act,
        operation=request.path,
        content=urlencode(content, doseq=True),
        keep=lambda done: Answer(302, headers={"Location": done.to}),
        at=timezone.now(),
        wait=True,
    )
    if isinstance(done, Answer):
        return redirect(done.headers["Location"])
    if done.message:
        messages.success(request, str(done.message))
    return done.page or redirect(done.to)


def _field_of(unable: Unable, form: forms.Form) -> str | None:
    """The field the refusal is about, when the form has it; the domain calls it as the API does."""
    for name in (unable.field, CALLED_HERE.get(unable.field)):
        if name in form.fields:
            return name
    return None
