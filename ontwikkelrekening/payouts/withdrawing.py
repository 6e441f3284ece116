"""What was booked wrongly on what a provider owes, a repayment or a write-off, is withdrawn: it stays, and no longer counts."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils.timezone import localdate

from ledger.errors import AlreadyReversed, PeriodIsClosed
from ledger.models import Booking, Transfer
from ledger.posting import reverse
from ontwikkelrekening.payouts.models import REASON_MAX, Withdrawable
from ontwikkelrekening.payouts.vouchers import WITHDRAWALS
from providers.errors import Unable
from providers.spelling import is_seen
from providers.vouching import vouched
from providers.webhooks.announcing import announce_account

W = TypeVar("W", bound=Withdrawable)

_SAID = {"repay": "Terugbetaling ingetrokken", "write_off": "Afboeking ingetrokken"}


class UnableToWithdraw(Unable):
    """It stays booked."""


class NoReason(UnableToWithdraw):
    field, sentence = "reason", "Write in at most 200 letters what was booked wrongly."


class NeverBooked(UnableToWithdraw):
    sentence = "This was never booked."


class WithdrawnBefore(UnableToWithdraw):
    sentence = "This was withdrawn already."


class ReversedByHand(UnableToWithdraw):
    sentence = "The booking of this was reversed already."


@transaction.atomic
def withdraw(booked: W, *, reason: str, by: str, at: datetime) -> W:
    """Take back what was booked wrongly: the provider owes it again, and the same may be booked anew.

    One person may: nothing is paid out. Raises a subclass of UnableToWithdraw.
    """
    reason = reason.strip()
    if not is_seen(reason) or len(reason) > REASON_MAX:
        raise NoReason
    booked = type(booked)._default_manager.select_for_update(no_key=True).get(pk=booked.pk)
    if booked.withdrawn_at:
        raise WithdrawnBefore
    booking = Booking.objects.filter(pk=booked.pk).first()
    if booking is None:
        raise NeverBooked
    booked.withdraw(because=reason, by=by, at=at)
    try:
        _book_back(booking, at=at)
    except AlreadyReversed as error:
        raise ReversedByHand from error
    announce_account([booked.provider_id], "owes_again", at=at)
    return booked


def _book_back(booking: Booking, *, at: datetime) -> None:
    """On the day that it was booked on; today, when the books of that day are closed."""
    place = Transfer.objects.get(xid=booking.xid, booking=booking).pk
    description = vouched(_SAID[booking.kind], WITHDRAWALS, [booking.pk])
    try:
        with transaction.atomic():
            reverse(place, reason=description, effective_on=booking.effective_on, at=at)
    except PeriodIsClosed:
        reverse(place, reason=description, effective_on=localdate(at), at=at)
