"""Funds, top-up runs and rounds in the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from djmoney.money import Money

from ledger.admin import ReadOnlyInline
from ledger.money import to_money
from ontwikkelrekening.budgets import pausing
from ontwikkelrekening.budgets.admin_refusals import AdmissionAdmin, RefusalAdmin
from ontwikkelrekening.budgets.admin_rounds import RoundAdmin
from ontwikkelrekening.budgets.contributing import (
    UnableToTakeIn,
    UnusableFile,
    hand_in,
    take_in,
)
from ontwikkelrekening.budgets.funding import UnableToFund
from ontwikkelrekening.budgets.models import ContributionFile, Fund, Pause, TopUpChunk, TopUpRun
from ontwikkelrekening.budgets.topping_up import UnableToTopUp, progress, start_run
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Citizen, Purpose
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.policies import NoPolicy
from providers.administration import Act, ActingAdmin, Queue, Request

__all__ = [
    "AdmissionAdmin",
    "ContributionFileAdmin",
    "FundAdmin",
    "PauseAdmin",
    "RefusalAdmin",
    "RoundAdmin",
    "TopUpRunAdmin",
]


LINES_MAX = 10_000  # judged in seconds
SHOWN_MAX = 1_000  # faults on the page


class NewFile(forms.Form):
    reference = forms.CharField(label=gettext_lazy("Reference of the file"), max_length=100)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with a heading: account, amount, reference and, if wanted, categories and"
            " valid_until. Up to 10,000 lines and 6 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv"}),
        error_messages={"required": gettext_lazy("Choose a file of 6 MB at most.")},
    )

    def clean_file(self) -> str:
        try:
            text: str = self.cleaned_data["file"].read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This file is no text in UTF-8.")) from None
        if max(text.count("\n"), text.count("\r")) > LINES_MAX:
            raise forms.ValidationError(
                _("This file has more than %(max)s lines. Divide it.") % {"max": LINES_MAX}
            )
        return text


def _hand_in(request: Request) -> HttpResponse | str:
    answers = request.answers
    try:
        file = hand_in(
            request.subject,
            answers["file"],
            reference=answers["reference"],
            by=request.by,
            at=timezone.now(),
        )
    except UnusableFile as unusable:
        return _report(request, unusable)
    return _(
        "%(contributions)s contributions, %(amount)s together, wait until a colleague takes them in."
    ) % {"contributions": file.contributions, "amount": to_money(file.cents)}


def _report(request: Request, unusable: UnusableFile) -> HttpResponse:
    """What is wrong, line by line; nothing was kept."""
    said = ngettext(
        "There is %(number)s problem. Mend the file and hand it in again, whole.",
        "There are %(number)s problems. Mend the file and hand it in again, whole.",
        len(unusable.faults),
    ) % {"number": len(unusable.faults)}
    if len(unusable.faults) > SHOWN_MAX:
        said += " " + _("You see the first %(max)s.") % {"max": SHOWN_MAX}
    context = {
        **admin.site.each_context(request.http),
        "opts": Fund._meta,
        "title": _("Nothing was taken in"),
        "explanation": said,
        "heading": _("Field"),
        "lines": [(each.line, each.field, each.reason) for each in unusable.faults[:SHOWN_MAX]],
        "back": reverse("admin:budgets_fund_change", args=[request.subject.pk]),
        "back_to": Fund._meta.verbose_name,
    }
    return TemplateResponse(request.http, "admin/file_report.html", context, status=422)


@admin.register(Fund)
class FundAdmin(ActingAdmin):
    list_display = ["scheme", "kind", "source", "account", "return_rule"]
    list_select_related = ["scheme", "source", "account"]
    acts = [
        Act(
            "contribute",
            gettext_lazy("Hand in a file with contributions"),
            "budgets.add_contributionfile",
            _hand_in,
            gettext_lazy(
                "The file is checked as a whole. A colleague then takes it in: the money comes into"
                " the fund and from there to each account."
            ),
            errors=(UnableToTakeIn,),
            form=NewFile,
        )
    ]


def _take_in(request: Request) -> str:
    done = take_in(request.subject, by=request.by, at=timezone.now())
    return _("%(new)s contributions, %(amount)s together; %(known)s were there already.") % {
        "new": done.new,
        "amount": to_money(done.cents),
        "known": done.known,
    }


@admin.register(ContributionFile)
class ContributionFileAdmin(ActingAdmin):
    list_display = ["reference", "fund", "contributions", "amount", "uploaded_by", "taken_in_by"]
    list_select_related = ["fund__scheme"]
    list_filter = [("taken_in_by", admin.EmptyFieldListFilter)]
    search_fields = ["reference"]
    queues = [
        Queue(
            gettext_lazy("Contributions to take in"),
            "budgets.change_contributionfile",
            lambda: ContributionFile.objects.filter(taken_in_by=""),
            "taken_in_by__isempty=1",
        ),
    ]
    fields = [
        "fund",
        "reference",
        "contributions",
        "amount",
        "uploaded_by",
        "uploaded_at",
        "taken_in_by",
        "taken_in_at",
        "text",
    ]
    acts = [
        Act(
            "take_in",
            gettext_lazy("Take in"),
            "budgets.change_contributionfile",
            _take_in,
            gettext_lazy("The money comes into the fund and from there to each account."),
            errors=(UnableToTakeIn, UnusableFile),
            offered=lambda file: file.taken_in_at is None,
            grave=True,
        )
    ]

    @admin.display(description=gettext_lazy("amount"))
    def amount(self, file: ContributionFile) -> Money:
        return to_money(file.cents)


class NewPause(forms.Form):
    account = forms.CharField(label=gettext_lazy("Account"), max_length=16)
    until = forms.DateField(
        label=gettext_lazy("Active again on"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_account(self) -> str:
        account: str = self.cleaned_data["account"].strip()
        if not Citizen.objects.filter(account_code=account, erased_at=None).exists():
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
class PauseAdmin(LookedAtAdmin):
    purpose = Purpose.OPENED
    list_display = ["account_code", "starts_on", "ends_on", "paused_by", "ended_by"]
    search_fields = ["account_code__exact"]
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
    on = forms.DateField(
        label=gettext_lazy("Decide on the facts of"),
        help_text=gettext_lazy("Empty: the day of the top-up that is not done yet, or today."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def _start(request: Request) -> str:
    answers = request.answers
    run = start_run(answers["scheme"], on=answers["on"], at=timezone.now())
    if progress(run).is_done:
        done = _(
            "The top-up %(run)s is done. Who is registered since waits for one of a later day."
        )
        return done % {"run": run}
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
    fields = ["scheme", "decided_on", "started_at"]
    inlines = [ChunkInline]
    acts = [
        Act(
            "start",
            gettext_lazy("Start a top-up"),
            "budgets.add_topuprun",
            _start,
            gettext_lazy(
                "Everybody who got nothing yet this year is decided by the policy in force. Started"
                " again it goes on where it was; nobody gets the credit of a year twice."
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
