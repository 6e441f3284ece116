"""Funds, top-up runs and rounds in the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.admin import ReadOnlyAdmin, ReadOnlyInline
from ontwikkelrekening.budgets import pausing
from ontwikkelrekening.budgets.admin_rounds import RoundAdmin
from ontwikkelrekening.budgets.funding import UnableToFund
from ontwikkelrekening.budgets.models import Fund, Pause, TopUpChunk, TopUpRun
from ontwikkelrekening.budgets.topping_up import UnableToTopUp, start_run
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.policies import NoPolicy
from providers.administration import Act, ActingAdmin, Request

__all__ = ["FundAdmin", "PauseAdmin", "RoundAdmin", "TopUpRunAdmin"]


@admin.register(Fund)
class FundAdmin(ReadOnlyAdmin):
    list_display = ["scheme", "kind", "source", "account", "return_rule"]
    list_select_related = ["scheme", "source", "account"]


class NewPause(forms.Form):
    account = forms.CharField(label=gettext_lazy("Account"), max_length=16)
    until = forms.DateField(
        label=gettext_lazy("Active again on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_account(self) -> str:
        account: str = self.cleaned_data["account"].strip()
        if not Citizen.objects.filter(account_code=account).exists():
            raise forms.ValidationError(_("There is no such account."))
        return account


def _pause(request: Request) -> str:
    made = pausing.pause(
        request.answers["account"],
        until=request.answers["until"],
        by=request.by,
        at=timezone.now(),
    )
    return _("%(pause)s: %(days)s days, %(tranches)s grants of credit end as many days later.") % {
        "pause": made,
        "days": made.days,
        "tranches": len(made.tranches),
    }


def _resume(request: Request) -> str:
    ended = pausing.resume(request.subject.account_code, by=request.by, at=timezone.now())
    return _("The pause lasted %(days)s days.") % {"days": ended.days}


@admin.register(Pause)
class PauseAdmin(ActingAdmin):
    list_display = ["account_code", "starts_on", "ends_on", "paused_by", "ended_by"]
    search_fields = ["account_code"]
    fields = ["account_code", "starts_on", "ends_on", "paused_by", "ended_by"]
    acts = [
        Act(
            "pause",
            gettext_lazy("Pause an account"),
            "budgets.add_pause",
            _pause,
            gettext_lazy(
                "For somebody who asks for it. Credit ends as many days later as the pause lasts;"
                " nothing new can be chosen meanwhile. Do not ask why."
            ),
            errors=(pausing.UnableToPause,),
            form=NewPause,
            on_list=True,
        ),
        Act(
            "resume",
            gettext_lazy("End the pause"),
            "budgets.change_pause",
            _resume,
            gettext_lazy("The account is active again from today."),
            errors=(pausing.UnableToPause,),
            offered=lambda pause: pause.starts_on <= timezone.localdate() < pause.ends_on,
        ),
    ]


class NewRun(forms.Form):
    scheme = forms.ModelChoiceField(Scheme.objects.all(), label=gettext_lazy("Scheme"))
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2200)
    on = forms.DateField(
        label=gettext_lazy("Decide on the facts of"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def _start(request: Request) -> str:
    answers = request.answers
    run = start_run(answers["scheme"], year=answers["year"], on=answers["on"], at=timezone.now())
    return _("The top-up %(run)s has started. Workers do its parts; see how far they are here.") % {
        "run": run
    }


class ChunkInline(ReadOnlyInline):
    model = TopUpChunk
    fields = ["number", "first_code", "last_code", "granted", "refused", "done_at"]
    ordering = ["number"]


@admin.register(TopUpRun)
class TopUpRunAdmin(ActingAdmin):
    list_display = ["__str__", "decided_on", "started_at", "progress", "granted", "refused"]
    list_select_related = ["scheme"]
    ordering = ["-started_at"]
    fields = ["scheme", "policy", "decided_on", "started_at"]  # the title says the year
    inlines = [ChunkInline]
    acts = [
        Act(
            "start",
            gettext_lazy("Start a top-up"),
            "budgets.add_topuprun",
            _start,
            gettext_lazy(
                "Every citizen is decided by the policy in force. Started again it goes on where"
                " it was; nobody gets the credit of a year twice."
            ),
            errors=(UnableToTopUp, UnableToFund, NoPolicy),
            form=NewRun,
            on_list=True,
            grave=True,
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        runs: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                parts=Count("chunks"),
                parts_done=Count("chunks", filter=Q(chunks__done_at__isnull=False)),
                granted_count=Sum("chunks__granted"),
                refused_count=Sum("chunks__refused"),
            )
        )
        return runs

    @admin.display(description=gettext_lazy("parts done"))
    def progress(self, run: Any) -> str:
        return f"{run.parts_done} / {run.parts}"

    @admin.display(description=gettext_lazy("granted"))
    def granted(self, run: Any) -> int:
        return run.granted_count or 0

    @admin.display(description=gettext_lazy("refused"))
    def refused(self, run: Any) -> int:
        return run.refused_count or 0
