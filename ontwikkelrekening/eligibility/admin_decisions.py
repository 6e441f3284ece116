"""Decisions in the administration: refusals that wait for a person, and what else staff may do to one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.citizens.writing import UnusableText
from ontwikkelrekening.eligibility import waiting
from ontwikkelrekening.eligibility.admin_confirming import ConfirmingAdmin
from ontwikkelrekening.eligibility.admin_deviations import PROPOSE
from ontwikkelrekening.eligibility.deciding import UnableToConfirm, confirm_refusal
from ontwikkelrekening.eligibility.letters import facts_in_words, letter
from ontwikkelrekening.eligibility.models import Decision, Outcome
from ontwikkelrekening.eligibility.reading import erased_in_words, facts_of
from ontwikkelrekening.eligibility.replacing import UnableToReplace, decide_again
from providers.administration import Act, Queue, Request


class MoreTime(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Decide on this day at the latest"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("Why more time is needed"), max_length=500)


def _confirm(request: Request) -> str:
    confirm_refusal(request.subject, by=request.by, at=timezone.now())
    return _("The refusal is confirmed.")


def _more_time(request: Request) -> str:
    waiting.extend(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("The citizen is told that it takes until %(on)s.") % {"on": request.answers["until"]}


def _decide_again(request: Request) -> str:
    new = decide_again(request.subject, by=request.by, at=timezone.now())
    if new.outcome == Outcome.GRANTED:
        return _("A new decision replaces the old one. The books follow.")
    return _("Decided again: it stays a refusal, and it is confirmed.")


def _is_unconfirmed(decision: Decision) -> bool:
    return decision.outcome == Outcome.REFUSED and not decision.confirmed_by


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("refusals")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("wait for a person"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=Decision.objects.waiting().order_by().values("pk"))


@admin.register(Decision)
class DecisionAdmin(ConfirmingAdmin):
    """Decisions by account code. Refusals that wait stand there with their reasons, to be read and
    confirmed: their citizens see that somebody looked.
    """

    confirm = staticmethod(confirm_refusal)
    confirmers = "eligibility.change_decision"
    list_display = ["account_code", "decided_on", "outcome", "confirmed_by", "policy"]
    list_filter = [WaitingFilter, "outcome"]
    queues = [
        Queue(
            gettext_lazy("Refusals of credit to confirm"),
            confirmers,
            Decision.objects.waiting,
            "waiting=yes",
        ),
    ]
    search_fields = ["account_code__startswith"]
    ordering = ["-decided_on", "id"]
    fields = [
        "account_code",
        "decided_on",
        "outcome",
        "why",
        "facts_in_words",
        "policy",
        "priority",
        "decided_by",
        "confirmed_by",
        "confirmed_at",
    ]
    acts = [
        Act(
            "confirm",
            gettext_lazy("Confirm the refusal"),
            confirmers,
            _confirm,
            gettext_lazy("You have read the facts and the reason, and stand behind the refusal."),
            errors=(UnableToConfirm,),
            offered=_is_unconfirmed,
        ),
        Act(
            "decide-again",
            gettext_lazy("Decide again"),
            confirmers,
            _decide_again,
            gettext_lazy("By the rules, on the facts as they are known now. Never for the worse."),
            errors=(UnableToReplace,),
            offered=_is_unconfirmed,
        ),
        Act(
            "more-time",
            gettext_lazy("Take more time"),
            confirmers,
            _more_time,
            gettext_lazy("Once. The citizen reads the reason (Awb 4:14)."),
            errors=(waiting.UnableToExtend, UnusableText, NoIdentity),
            form=MoreTime,
            offered=_is_unconfirmed,
        ),
        PROPOSE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        wanted: QuerySet[Decision] = super().get_queryset(request)
        return wanted.select_related("policy__scheme").prefetch_related("policy__parameters")

    def get_list_display(self, request: HttpRequest) -> Any:
        return [*self.list_display, "why"] if self.tells(request) else self.list_display

    def tells(self, request: HttpRequest) -> bool:
        return request.GET.get(WaitingFilter.parameter_name) == "yes"

    @admin.display(description=gettext_lazy("why"))
    def why(self, decision: Decision) -> str:
        if decision.erased_on:
            return erased_in_words(decision.erased_on)
        read = letter(decision, language=get_language() or "nl", on=timezone.localdate())
        return " ".join(read.reasons)

    @admin.display(description=gettext_lazy("facts"))
    def facts_in_words(self, decision: Decision) -> str:
        if decision.erased_on:
            return erased_in_words(decision.erased_on)
        return format_html_join("", "{}: {}<br>", facts_in_words(facts_of(decision)))
