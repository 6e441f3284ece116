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
from ontwikkelrekening.budgets.admin_rounds import RoundAdmin
from ontwikkelrekening.budgets.funding import UnableToFund
from ontwikkelrekening.budgets.models import Fund, TopUpChunk, TopUpRun
from ontwikkelrekening.budgets.topping_up import UnableToTopUp, start_run
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.policies import NoPolicy
from providers.administration import Act, ActingAdmin, Request

__all__ = ["FundAdmin", "RoundAdmin", "TopUpRunAdmin"]


@admin.register(Fund)
class FundAdmin(ReadOnlyAdmin):
    list_display = ["scheme", "kind", "source", "account", "return_rule"]
    list_select_related = ["scheme", "source", "account"]


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
