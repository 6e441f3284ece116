"""Repayments: what a provider owes after a recovery has come in at the bank."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from djmoney.money import Money
from psycopg.errors import UniqueViolation

from ledger.accounts import open_account
from ledger.errors import Overdrawn, PeriodIsClosed
from ledger.money import TRANSFER_MAX, to_cents
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.payouts.models import Repayment
from ontwikkelrekening.payouts.vouchers import REPAYMENTS
from providers.errors import Unable
from providers.models import Provider
from providers.owing import owes_since, receivable_code
from providers.vouching import vouched


class UnableToBookRepayment(Unable):
    """The repayment is not booked."""


class NothingRepaid(UnableToBookRepayment):
    field, sentence = "amount", "An amount is more than nothing."


class NotYetReceived(UnableToBookRepayment):
    field, sentence = "received_on", "This day has still to come."


class NotYetOwed(UnableToBookRepayment):
    field = "received_on"
    sentence = "On this day nothing had been recovered from this provider yet."


class BooksAreClosed(UnableToBookRepayment):
    field, sentence = "received_on", "The books of this day are closed. Fill in a later day."


class BookedBefore(UnableToBookRepayment):
    field = "reference"
    sentence = "A repayment of this provider with this reference was booked on this day already."


class MoreThanIsOwed(UnableToBookRepayment):
    field, sentence = "amount", "The provider does not owe that much."


@transaction.atomic
def book_repayment(
    provider: Provider, amount: Money, *, received_on: date, reference: str, by: str, at: datetime
) -> Repayment:
    """Book what came in at the bank from this provider, dated the day that it came in.

    `reference` is what the bank statement says of it. Raises a subclass of UnableToBookRepayment.
    """
    if not amount.amount > 0:
        raise NothingRepaid
    if to_cents(amount) >= TRANSFER_MAX:  # no row and no account holds so much
        raise MoreThanIsOwed
    if received_on > localdate(at):
        raise NotYetReceived
    since = owes_since(provider)
    if since is None:
        raise MoreThanIsOwed
    if received_on < since:
        raise NotYetOwed
    try:
        with transaction.atomic():
            repayment = Repayment.objects.create(
                id=uuid4(),
                provider=provider,
                amount=amount,
                received_on=received_on,
                reference=reference.strip(),
                booked_by=by,
                booked_at=at,
            )
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise BookedBefore from error
        raise
    bank = open_account("bank", account_class="bank", at=at)
    receivable = open_account(receivable_code(provider.pk), account_class="receivable", at=at)
    booking = NewBooking(
        id=repayment.pk,
        kind="repay",
        cause=f"repayment:{repayment.pk}",
        description=vouched("Terugbetaald door de opleider", REPAYMENTS, [repayment.pk]),
        effective_on=received_on,
    )
    back = NewTransfer(debit=bank.pk, credit=receivable.pk, cents=to_cents(amount))
    try:
        post(booking, [back], at=at)
    except Overdrawn as error:
        raise MoreThanIsOwed from error
    except PeriodIsClosed as error:
        raise BooksAreClosed from error
    return repayment
