"""Recoveries in the administration, decided by a second person; who has to pay back, and what comes in."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from djmoney.money import Money

from ledger.errors import UnableToPost
from ledger.euros import cents_written
from ledger.money import TRANSFER_MAX, to_money
from ontwikkelrekening.eligibility.wording import euros
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.models import REASON_MAX, REFERENCE_MAX, Debtor, Repayment
from ontwikkelrekening.payouts.repaying import (
    MoreThanIsOwed,
    UnableToBookRepayment,
    UnableToWithdrawRepayment,
    book_repayment,
    withdraw_repayment,
)
from providers.admin import OfAClaim
from providers.administration import Act, ActingAdmin, Lines, Queue, Request
from providers.claiming import decline_recovery
from providers.claiming.assessing import lock_claim
from providers.claiming.recovering import UnableToRecover
from providers.models import Provider, Recovery
from providers.owing import owed_by, pay_back_until, who_are_late, who_owe, with_debts
from providers.states import IllegalMove

DECIDE = "providers.change_recovery"


def _agree(request: Request) -> str:
    claim = recovering.agree(request.subject, by=request.by, at=timezone.now())
    return _("The claim is recovered. In all %(provider)s still has %(owed)s to pay back.") % {
        "provider": claim.provider,
        "owed": euros(owed_by(claim.provider)),
    }


def _decline(request: Request) -> str:
    decline_recovery(request.subject, by=request.by, at=timezone.now())
    return _("The claim stays as it was.")


def _waits(recovery: Recovery) -> bool:
    return recovery.agreed is None


@admin.register(Recovery)
class RecoveryAdmin(OfAClaim):
    """What waits for a second person stands first."""

    list_display = [
        "claim",
        "provider",
        "course",
        "amount",
        "state",
        "reason",
        "heard",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
    ]
    list_filter = ["agreed"]
    search_fields = ["=claim__id", "claim__provider__name", "=claim__provider__kvk_number"]
    ordering = ["-answered_at", "proposed_at"]
    queues = [
        Queue(
            gettext_lazy("Recoveries to answer"),
            DECIDE,
            lambda: Recovery.objects.filter(agreed=None),
            "agreed__isnull=True",
        ),
    ]
    fields = [
        "claim",
        "provider",
        "course",
        "instalment",
        "amount",
        "state",
        "reason",
        "heard",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
        "answered_at",
    ]
    acts = [
        Act(
            "agree",
            gettext_lazy("Agree to the recovery"),
            DECIDE,
            _agree,
            gettext_lazy(
                "What was paid the provider owes from now on. What was not paid yet is not paid. The "
                "citizen gets the credit back. This cannot be undone."
            ),
            errors=(UnableToRecover, IllegalMove, UnableToPost),
            offered=_waits,
            shown=lambda recovery: (
                recovery.reason,
                recovery.heard,
                recovery.proposed_by,
                recovery.agreed,
                recovery.claim.state,
            ),
            lock=lambda recovery: lock_claim(recovery.claim_id),
            grave=True,
        ),
        Act(
            "decline",
            gettext_lazy("Decline the recovery"),
            DECIDE,
            _decline,
            gettext_lazy("You do not agree, or you proposed this and take it back."),
            errors=(UnableToRecover,),
            offered=_waits,
        ),
    ]

    @admin.display(description=gettext_lazy("state of the claim"))
    def state(self, recovery: Recovery) -> str:
        return recovery.claim.get_state_display()


class Euros(forms.Field):
    """Euros and cents as people write them: Django's own field takes 1.000, a thousand here, for 1."""

    def to_python(self, value: Any) -> Money | None:
        written = str(value or "").strip()
        if not written:
            return None
        cents = cents_written(written)
        if cents is None or cents >= TRANSFER_MAX:
            raise forms.ValidationError(
                _("Fill in an amount in euros, like 260.00. Write a thousand as 1000 or 1,000.00.")
            )
        return to_money(cents)


class CameIn(forms.Form):
    """What a provider paid back, as the bank statement says it."""

    provider = forms.CharField(label=gettext_lazy("KvK number of the provider"))
    amount = Euros(label=gettext_lazy("Amount in euros"))
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


def _book(request: Request) -> str:
    try:
        repayment = book_repayment(**request.answers, by=request.by, at=timezone.now())
    except MoreThanIsOwed as error:
        raise MoreThanIsOwed(
            _("The provider does not owe that much. It still has %(owed)s to pay back.")
            % {"owed": euros(owed_by(request.answers["provider"]))}
        ) from error
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
    repayment = withdraw_repayment(
        request.subject, **request.answers, by=request.by, at=timezone.now()
    )
    return _("The repayment is withdrawn. In all %(provider)s still has %(owed)s to pay back.") % {
        "provider": repayment.provider,
        "owed": euros(owed_by(repayment.provider)),
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
            errors=(UnableToWithdrawRepayment, UnableToPost),
            form=BookedWrongly,
            offered=lambda repayment: repayment.withdrawn_at is None,
        ),
    ]


class PastTheLastDay(admin.SimpleListFilter):
    title = gettext_lazy("last day")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("has passed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return who_are_late(queryset, on=timezone.localdate()) if self.value() else queryset


@admin.register(Debtor)
class DebtorAdmin(ActingAdmin):
    """Who has to pay back, the longest owed first."""

    list_display = ["name", "kvk_number", "owes", "past_its_last_day", "last_day"]
    list_filter = [PastTheLastDay]
    search_fields = ["name", "=kvk_number"]
    ordering = ["name"]
    fields = ["name", "kvk_number", "owes", "past_its_last_day", "last_day"]
    readonly_fields = ["owes", "past_its_last_day", "last_day"]
    queues = [
        Queue(
            gettext_lazy("Providers past the last day to pay back"),
            "payouts.view_debtor",
            lambda: who_are_late(Debtor.objects.all(), on=timezone.localdate()),
            "late=yes",
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_debts(who_owe(super().get_queryset(request)), on=timezone.localdate())

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
