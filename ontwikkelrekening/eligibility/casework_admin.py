"""Objections and more time in the administration: clocks and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Purpose
from ontwikkelrekening.citizens.writing import UnusableText, read
from ontwikkelrekening.eligibility import objecting, waiting
from ontwikkelrekening.eligibility.deciding import UnableToConfirm
from ontwikkelrekening.eligibility.models import Objection, ObjectionState, Outcome
from ontwikkelrekening.eligibility.models.objections import OPEN
from ontwikkelrekening.eligibility.replacing import UnableToReplace, decide_again
from providers.administration import Act, Queue, Request, in_state
from providers.states import IllegalMove

REFUSALS = (
    objecting.UnableToObject,
    waiting.UnableToExtend,
    UnableToReplace,
    UnusableText,
    NoIdentity,
    IllegalMove,
)
OBJECTIONS = "eligibility.change_objection"


class Committee(forms.Form):
    committee = forms.BooleanField(
        label=gettext_lazy("A committee advises (twelve weeks instead of six)"), required=False
    )


class Answer(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("The answer to the citizen"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("In plain words. It is kept with the citizen, encrypted."),
    )


class MoreTime(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Decide on this day at the latest"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("Why more time is needed"), max_length=500)


def _acknowledge(request: Request) -> str:
    objecting.acknowledge(
        request.subject,
        committee=request.answers["committee"],
        by=request.by,
        at=timezone.now(),
    )
    return _("The receipt is confirmed. The answer is due on %(on)s.") % {
        "on": request.subject.decide_by
    }


def _extend_objection(request: Request) -> str:
    now = timezone.now()
    objecting.extend(request.subject, by=request.by, on=timezone.localdate(now), at=now)
    return _("The answer is due on %(on)s now.") % {"on": request.subject.decide_by}


def _uphold(request: Request) -> str:
    objecting.uphold(
        request.subject, answer=request.answers["answer"], by=request.by, at=timezone.now()
    )
    return _("The decision stands. The citizen reads your answer.")


def _dismiss(request: Request) -> str:
    objecting.dismiss(
        request.subject, answer=request.answers["answer"], by=request.by, at=timezone.now()
    )
    return _("The objection is not taken up. The citizen reads your answer.")


def _replace(request: Request) -> str:
    objecting.replace(
        request.subject, answer=request.answers["answer"], by=request.by, at=timezone.now()
    )
    return _("A new decision replaces the old one. The books follow.")


def _waits(objection: Objection) -> bool:
    return objection.state in OPEN


def _received(objection: Objection) -> bool:
    return objection.state == ObjectionState.ACKNOWLEDGED


class ConfirmingAdmin(LookedAtAdmin):
    """Refusals that wait for a person, who confirms one, or those selected in the list."""

    purpose = Purpose.CASEWORK
    actions = ["confirm_selected"]
    confirm: Callable[..., None]  # of one of them, by somebody; raises UnableToConfirm
    confirmers: str  # the right

    @admin.action(
        description=gettext_lazy("Confirm the selected refusals"), permissions=["confirm"]
    )
    def confirm_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        confirmed = sum(self._confirmed(request, refusal) for refusal in queryset)
        done = ngettext("%(n)s refusal is confirmed.", "%(n)s refusals are confirmed.", confirmed)
        self.message_user(request, done % {"n": confirmed}, messages.SUCCESS)

    def _confirmed(self, request: HttpRequest, refusal: Any) -> bool:
        try:
            self.confirm(refusal, by=request.user.get_username(), at=timezone.now())
        except UnableToConfirm as error:
            self.message_user(request, str(error), messages.WARNING)
            return False
        return True

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.confirmers)


@admin.register(Objection)
class ObjectionAdmin(LookedAtAdmin):
    """The queue of objections, the most urgent first. Opening one is a look at the citizen's words."""

    purpose = Purpose.CASEWORK
    list_display = ["account_code", "state", "filed_on", "in_time", "decide_by", "days_left"]
    list_filter = ["state", "in_time", "committee"]
    queues = [
        Queue(
            gettext_lazy("Objections of which receipt is to be confirmed"),
            OBJECTIONS,
            lambda: Objection.objects.filter(state=ObjectionState.FILED),
            "state__exact=filed",
        ),
        Queue(
            gettext_lazy("Objections to answer"),
            OBJECTIONS,
            lambda: Objection.objects.filter(state=ObjectionState.ACKNOWLEDGED),
            "state__exact=acknowledged",
        ),
    ]
    search_fields = ["account_code__exact"]
    ordering = ["decide_by", "id"]
    fields = [
        "account_code",
        "decision",
        "state",
        "filed_on",
        "in_time",
        "committee",
        "decide_by",
        "extended",
        "what_the_citizen_says",
        "our_answer",
        "result",
    ]
    acts = [
        Act(
            "acknowledge",
            gettext_lazy("Confirm receipt"),
            OBJECTIONS,
            _acknowledge,
            gettext_lazy("This sets the clock: six weeks, or twelve with a committee."),
            errors=REFUSALS,
            form=Committee,
            offered=in_state(ObjectionState.FILED),
        ),
        Act(
            "extend",
            gettext_lazy("Six weeks more"),
            OBJECTIONS,
            _extend_objection,
            gettext_lazy("Once, and told before the last day (Awb 7:10)."),
            errors=REFUSALS,
            offered=lambda x: _received(x) and not x.extended,
        ),
        Act(
            "replace",
            gettext_lazy("Decide again"),
            OBJECTIONS,
            _replace,
            gettext_lazy("By the rules, on the facts as they are known now. Never for the worse."),
            errors=REFUSALS,
            form=Answer,
            offered=_received,
        ),
        Act(
            "uphold",
            gettext_lazy("Let the decision stand"),
            OBJECTIONS,
            _uphold,
            errors=REFUSALS,
            form=Answer,
            offered=_received,
            grave=True,
        ),
        Act(
            "dismiss",
            gettext_lazy("Do not take it up"),
            OBJECTIONS,
            _dismiss,
            gettext_lazy("For one: it came too late without a good reason."),
            errors=REFUSALS,
            form=Answer,
            offered=_received,
            grave=True,
        ),
    ]

    @admin.display(description=gettext_lazy("clock"), ordering="decide_by")
    def days_left(self, objection: Objection) -> str:
        if not _waits(objection):
            return _("answered")
        days = (objection.decide_by - timezone.localdate()).days
        if days < 0:
            return ngettext("%(n)s day too late", "%(n)s days too late", -days) % {"n": -days}
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}

    @admin.display(description=gettext_lazy("what the citizen says"))
    def what_the_citizen_says(self, objection: Objection) -> str:
        return words(objection.words)

    @admin.display(description=gettext_lazy("our answer"))
    def our_answer(self, objection: Objection) -> str:
        return words(objection.answer) if objection.answer else "-"


def words(writing: Any) -> str:
    """What was written, or that it was erased with its citizen."""
    try:
        return read(writing)
    except NoIdentity:
        return _("erased with the citizen")


def _more_time(request: Request) -> str:
    waiting.extend(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("The citizen is told that it takes until %(on)s.") % {"on": request.answers["until"]}


def _decide_again(request: Request) -> str:
    new = decide_again(request.subject, by=request.by, at=timezone.now())
    if new.outcome == Outcome.GRANTED:
        return _("A new decision replaces the old one. The books follow.")
    return _("Decided again: it stays a refusal, and it is confirmed.")


# What staff may do to a decision beside confirming it.
CASEWORK_ACTS = [
    Act(
        "decide-again",
        gettext_lazy("Decide again"),
        "eligibility.change_decision",
        _decide_again,
        gettext_lazy("By the rules, on the facts as they are known now. Never for the worse."),
        errors=REFUSALS,
        offered=lambda x: x.outcome == "refused" and not x.confirmed_by,
    ),
    Act(
        "more-time",
        gettext_lazy("Take more time"),
        "eligibility.change_decision",
        _more_time,
        gettext_lazy("Once. The citizen reads the reason (Awb 4:14)."),
        errors=REFUSALS,
        form=MoreTime,
        offered=lambda x: x.outcome == "refused" and not x.confirmed_by,
    ),
]
