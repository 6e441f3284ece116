"""Objections in the administration: their clocks, and what is answered."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Purpose
from ontwikkelrekening.citizens.writing import UnusableText, read_unless_erased
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.models import Objection, ObjectionState
from ontwikkelrekening.eligibility.models.objections import OPEN
from ontwikkelrekening.eligibility.replacing import UnableToReplace
from providers.administration import Act, Queue, Request, in_state
from providers.states import IllegalMove

REFUSALS = (objecting.UnableToObject, UnableToReplace, UnusableText, NoIdentity, IllegalMove)
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


def _extend(request: Request) -> str:
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


def _received(objection: Objection) -> bool:
    return objection.state == ObjectionState.ACKNOWLEDGED


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
            _extend,
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
        if objection.state not in OPEN:
            return _("answered")
        days = (objection.decide_by - timezone.localdate()).days
        if days < 0:
            return ngettext("%(n)s day too late", "%(n)s days too late", -days) % {"n": -days}
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}

    @admin.display(description=gettext_lazy("what the citizen says"))
    def what_the_citizen_says(self, objection: Objection) -> str:
        return read_unless_erased(objection.words)

    @admin.display(description=gettext_lazy("our answer"))
    def our_answer(self, objection: Objection) -> str:
        return read_unless_erased(objection.answer) if objection.answer else "-"
