"""What providers have to pay back, in the administration: who owes, who is reminded, what comes in, and what is written off."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ledger.errors import UnableToPost
from ontwikkelrekening.eligibility.wording import euros
from ontwikkelrekening.payouts import writing_off
from ontwikkelrekening.payouts.models import (
    REASON_MAX,
    REFERENCE_MAX,
    Debtor,
    Repayment,
    WriteOff,
)
from ontwikkelrekening.payouts.repaying import (
    MoreThanIsOwed,
    UnableToBookRepayment,
    book_repayment,
)
from ontwikkelrekening.payouts.withdrawing import UnableToWithdraw, withdraw
from ontwikkelrekening.payouts.writing_off import UnableToWriteOff
from providers.administration import Act, ActingAdmin, Lines, Queue, Request
from providers.errors import Unable
from providers.euros_field import EurosField
from providers.models import Provider, Reminder
from providers.models.proposals import REASON_MAX as PROPOSAL_MAX
from providers.owing import owed_by, pay_back_until, who_are_late, who_owe, with_debts
from providers.reminding import UnableToRemind, is_of, remind, who_to_remind


class CameIn(forms.Form):
    """What a provider paid back, as the bank statement says it."""

    provider = forms.CharField(label=gettext_lazy("KvK number of the provider"))
    amount = EurosField(label=gettext_lazy("Amount in euros"))
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference on the bank statement"),
        max_length=REFERENCE_MAX,
    )

    def clean_provider(self) -> Provider:
        """Also as people write a number, with blanks or points in it."""
        kvk_number = re.sub(r"[\s.]", "", self.cleaned_data["provider"])
        found = Provider.objects.filter(kvk_number=kvk_number).first()
        if found is None:
            raise forms.ValidationError(_("We know no provider with this KvK number."))
        return found


def _owes_less(refusal: type[Unable], provider: Provider) -> Unable:
    """The same refusal with what the provider does owe."""
    return refusal(
        _("The provider does not owe that much. It still has %(owed)s to pay back.")
        % {"owed": euros(owed_by(provider))}
    )


def _book(request: Request) -> str:
    try:
        repayment = book_repayment(**request.answers, by=request.by, at=timezone.now())
    except MoreThanIsOwed as error:
        raise _owes_less(MoreThanIsOwed, request.answers["provider"]) from error
    return _("%(amount)s of %(provider)s is booked. In all it still has %(owed)s to pay back.") % {
        "amount": repayment.amount,
        "provider": repayment.provider,
        "owed": euros(owed_by(repayment.provider)),
    }


class BookedWrongly(forms.Form):
    reason = Lines(
        label=gettext_lazy("What was booked wrongly"),
        max_length=REASON_MAX,
        help_text=gettext_lazy("For example: this was a payment of another provider."),
    )


def _withdraw(request: Request) -> str:
    booked = withdraw(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("It is withdrawn. In all %(provider)s still has %(owed)s to pay back.") % {
        "provider": booked.provider,
        "owed": euros(owed_by(booked.provider)),
    }


@admin.register(Repayment)
class RepaymentAdmin(ActingAdmin):
    list_display = [
        "provider",
        "amount",
        "received_on",
        "reference",
        "booked_by",
        "booked_at",
        "withdrawn_by",
        "withdrawn_at",
        "withdrawn_because",
    ]
    list_select_related = ["provider"]
    search_fields = ["provider__name", "=provider__kvk_number", "reference"]
    exclude = ["id"]
    acts = [
        Act(
            "book",
            gettext_lazy("Book a repayment"),
            "payouts.add_repayment",
            _book,
            gettext_lazy(
                "The bank statement shows that a provider paid back what it owes after a recovery."
            ),
            errors=(UnableToBookRepayment, UnableToPost),
            form=CameIn,
            on_list=True,
        ),
        Act(
            "withdraw",
            gettext_lazy("Withdraw the repayment"),
            "payouts.change_repayment",
            _withdraw,
            gettext_lazy(
                "It was booked wrongly. The provider has to pay this back again. You can book a repayment with "
                "the same day and reference anew."
            ),
            errors=(UnableToWithdraw, UnableToPost),
            form=BookedWrongly,
            offered=lambda repayment: repayment.withdrawn_at is None,
        ),
    ]


class WillNotPay(forms.Form):
    amount = EurosField(label=gettext_lazy("Amount in euros"))
    reason = Lines(
        label=gettext_lazy("What was tried, and why it will not be paid back"),
        max_length=PROPOSAL_MAX,
        help_text=gettext_lazy(
            "For example: bankrupt, and the trustee pays nobody. Auditors read this."
        ),
    )


def _propose_write_off(request: Request) -> str:
    try:
        writing_off.propose(request.subject, **request.answers, by=request.by, at=timezone.now())
    except writing_off.MoreThanIsOwed as error:
        raise _owes_less(writing_off.MoreThanIsOwed, request.subject) from error
    return _("The write-off is proposed. Someone else has to agree to it.")


def _agree_to_write_off(request: Request) -> str:
    written_off = writing_off.agree(request.subject, by=request.by, at=timezone.now())
    return _("%(amount)s is written off. In all %(provider)s still has %(owed)s to pay back.") % {
        "amount": written_off.amount,
        "provider": written_off.provider,
        "owed": euros(owed_by(written_off.provider)),
    }


def _decline_write_off(request: Request) -> str:
    writing_off.decline(request.subject, by=request.by, at=timezone.now())
    return _("The provider owes what it owed.")


def _waits(write_off: WriteOff) -> bool:
    return write_off.agreed is None


@admin.register(WriteOff)
class WriteOffAdmin(ActingAdmin):
    """What waits for a second person stands first."""

    list_display = [
        "provider",
        "amount",
        "reason",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
        "answered_at",
        "withdrawn_by",
        "withdrawn_at",
        "withdrawn_because",
    ]
    list_select_related = ["provider"]
    list_filter = ["agreed"]
    search_fields = ["provider__name", "=provider__kvk_number"]
    ordering = ["-answered_at", "proposed_at"]
    exclude = ["id"]
    queues = [
        Queue(
            gettext_lazy("Write-offs to answer"),
            "payouts.change_writeoff",
            lambda: WriteOff.objects.filter(agreed=None),
            "agreed__isnull=True",
        ),
    ]
    acts = [
        Act(
            "agree",
            gettext_lazy("Agree to the write-off"),
            "payouts.change_writeoff",
            _agree_to_write_off,
            gettext_lazy(
                "The provider no longer has to pay this back, and the state bears it. The citizen keeps the credit."
            ),
            errors=(UnableToWriteOff, UnableToPost),
            offered=_waits,
        ),
        Act(
            "decline",
            gettext_lazy("Decline the write-off"),
            "payouts.change_writeoff",
            _decline_write_off,
            gettext_lazy("You do not agree, or you proposed this and take it back."),
            errors=(UnableToWriteOff,),
            offered=_waits,
        ),
        Act(
            "withdraw",
            gettext_lazy("Withdraw the write-off"),
            "payouts.change_writeoff",
            _withdraw,
            gettext_lazy(
                "It was wrong, or the provider pays after all. The provider has to pay this back again."
            ),
            errors=(UnableToWithdraw, UnableToPost),
            form=BookedWrongly,
            offered=lambda write_off: write_off.agreed and write_off.withdrawn_at is None,
        ),
    ]


def _remind(request: Request) -> str:
    (reminder,) = remind(
        Provider.objects.filter(pk=request.subject.pk), by=request.by, at=timezone.now()
    )
    return _("%(provider)s reads that it has to pay back %(amount)s on %(day)s at the latest.") % {
        "provider": reminder.provider,
        "amount": reminder.amount,
        "day": date_format(reminder.pay_until),
    }


def _remind_all(request: Request) -> str:
    number = len(remind(Provider.objects.all(), by=request.by, at=timezone.now()))
    return ngettext(
        "%(number)s provider is reminded.", "%(number)s providers are reminded.", number
    ) % {"number": number}


class PastTheLastDay(admin.SimpleListFilter):
    title = gettext_lazy("last day")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("yes", gettext_lazy("has passed")),
            ("remind", gettext_lazy("has passed, and no reminder runs")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "remind":
            return who_to_remind(queryset, at=timezone.now())
        return who_are_late(queryset, on=timezone.localdate()) if self.value() else queryset


@admin.register(Debtor)
class DebtorAdmin(ActingAdmin):
    """Who has to pay back, the longest owed first."""

    list_display = ["name", "kvk_number", "owes", "past_its_last_day", "last_day", "reminded"]
    list_filter = [PastTheLastDay]
    search_fields = ["name", "=kvk_number"]
    ordering = ["name"]
    fields = ["name", "kvk_number", "owes", "past_its_last_day", "last_day", "reminded"]
    readonly_fields = ["owes", "past_its_last_day", "last_day", "reminded"]
    queues = [
        Queue(
            gettext_lazy("Providers past the last day to pay back, to be reminded"),
            "providers.add_reminder",
            lambda: who_to_remind(Debtor.objects.all(), at=timezone.now()),
            "late=remind",
        ),
    ]
    acts = [
        Act(
            "remind",
            gettext_lazy("Remind the provider"),
            "providers.add_reminder",
            _remind,
            gettext_lazy(
                "On its own pages the provider reads what is late, and that it has two weeks more to pay it back."
            ),
            errors=(UnableToRemind,),
        ),
        Act(
            "write-off",
            gettext_lazy("Propose to write off"),
            "payouts.add_writeoff",
            _propose_write_off,
            gettext_lazy(
                "The provider will not pay this back. When someone else agrees, the state bears it."
            ),
            errors=(UnableToWriteOff,),
            form=WillNotPay,
        ),
        Act(
            "remind-all",
            gettext_lazy("Remind all who are late"),
            "providers.add_reminder",
            _remind_all,
            gettext_lazy(
                "All providers past their last day, of whom no reminder runs, get two weeks more to pay back what is late."
            ),
            errors=(UnableToRemind,),
            on_list=True,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        reminders = Reminder.objects.filter(provider=OuterRef("pk")).order_by("-sent_at")
        owing = with_debts(who_owe(super().get_queryset(request)), on=timezone.localdate())
        last: QuerySet[Any] = owing.annotate(
            reminded_at=Subquery(reminders.values("sent_at")[:1]),
            reminded_until=Subquery(reminders.values("pay_until")[:1]),
        )
        return last

    @admin.display(description=gettext_lazy("has to pay back"), ordering="to_pay_back")
    def owes(self, debtor: Any) -> str:
        return euros(debtor.to_pay_back)

    @admin.display(description=gettext_lazy("of which past the last day"), ordering="late")
    def past_its_last_day(self, debtor: Any) -> str:
        return euros(debtor.late)

    @admin.display(
        description=gettext_lazy("last day of what is owed longest"), ordering="decided_first"
    )
    def last_day(self, debtor: Any) -> str:
        return date_format(pay_back_until(debtor.decided_first))

    @admin.display(
        description=gettext_lazy("last day of its reminder"),
        ordering=F("reminded_until").desc(nulls_last=True),
    )
    def reminded(self, debtor: Any) -> str:
        """Of what it owes now, and not of a debt before it."""
        sent_at, oldest = debtor.reminded_at, pay_back_until(debtor.decided_first)
        return date_format(debtor.reminded_until) if sent_at and is_of(sent_at, oldest) else "-"
