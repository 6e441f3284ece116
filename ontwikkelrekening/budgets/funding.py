"""Funding: opening the fund of a scheme and making money available in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.accounts import open_account
from ledger.models import Booking, Transfer
from ledger.money import to_money
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.eligibility.models import Scheme

Source = Literal["treasury", "bank"]


class UnableToFund(Exception):
    """Money could not be made available; the message says why."""


class NoFund(UnableToFund):
    def __init__(self, scheme: Scheme) -> None:
        super().__init__(_("The scheme %(scheme)s has no fund yet.") % {"scheme": scheme})


class FundHasAnotherSource(UnableToFund):
    def __init__(self, fund: Fund) -> None:
        super().__init__(
            _("The fund of %(scheme)s is already fed from %(source)s.")
            % {"scheme": fund.scheme, "source": fund.source.code}
        )


class AmountIsNotPositive(UnableToFund):
    def __init__(self) -> None:
        super().__init__(_("The amount must be more than zero."))


class MadeAvailableBefore(UnableToFund):
    def __init__(self, fund: Fund, *, cents: int, on: date) -> None:
        super().__init__(
            _("On %(day)s %(amount)s was made available for %(scheme)s under this.")
            % {"day": date_format(on), "amount": to_money(cents), "scheme": fund.scheme}
        )


@transaction.atomic
def open_fund(scheme: Scheme, *, source: Source, at: datetime) -> Fund:
    """Open the fund of a scheme; opened again it is the same fund. Raises FundHasAnotherSource."""
    source_account = open_account(source, account_class=source, at=at)
    account = open_account(f"fund:{scheme.code}", account_class="fund", at=at)
    fund, _created = Fund.objects.get_or_create(
        scheme=scheme, defaults={"source": source_account, "account": account}
    )
    if fund.source_id != source_account.id:
        raise FundHasAnotherSource(fund)
    return fund


def fund_of(scheme: Scheme) -> Fund:
    """The fund of a scheme; raises NoFund."""
    try:
        return Fund.objects.select_related("account", "scheme").get(scheme=scheme)
    except Fund.DoesNotExist:
        raise NoFund(scheme) from None


def make_available(fund: Fund, *, cents: int, id: UUID, on: date, at: datetime) -> None:
    """Book money from the fund's source into the fund; the same id again changes nothing, on any day.

    Raises AmountIsNotPositive, MadeAvailableBefore when it was another amount, or UnableToPost for what
    the books refuse.
    """
    if cents <= 0:
        raise AmountIsNotPositive
    if before := Booking.objects.filter(pk=id).first():
        booked = Transfer.objects.get(xid=before.xid, booking=before)
        if booked.amount != cents:
            raise MadeAvailableBefore(fund, cents=booked.amount, on=before.effective_on)
        return
    booking = NewBooking(
        id=id,
        kind="fund",
        cause=f"fund:{id}",
        description=f"Beschikbaar gesteld voor {fund.scheme}",
        effective_on=on,
    )
    transfer = NewTransfer(debit=fund.source_id, credit=fund.account_id, cents=cents)
    post(booking, [transfer], at=at)
