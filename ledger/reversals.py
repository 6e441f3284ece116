"""Which transfers were reversed, and by which: looked up by key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import QuerySet

from ledger.models import Booking, Transfer


def with_reversals(transfers: Sequence[Transfer]) -> Sequence[Transfer]:
    """The same transfers, each with the one that reverses it as `reversed_by`, or None."""
    written = _written_by([transfer.reversal_id for transfer in transfers])
    mirrors = {mirror.booking_id: mirror for mirror in written}
    for transfer in transfers:
        transfer.reversed_by = mirrors.get(transfer.reversal_id)  # type: ignore[attr-defined]
    return transfers


def reversed_bookings(ids: Collection[UUID]) -> set[UUID]:
    """Those of these bookings of which any transfer was reversed."""
    booking_of = {each.reversal_id: each.booking_id for each in _written_by(ids)}
    found = Booking.objects.filter(id__in=list(booking_of)).values_list("id", flat=True)
    return {booking_of[reversal] for reversal in found}


def _written_by(bookings: Collection[UUID]) -> QuerySet[Transfer]:
    """Their transfers, by the transactions that wrote them: a booking alone is no key of a transfer."""
    written = Booking.objects.filter(id__in=list(bookings)).values("xid")
    return Transfer.objects.filter(xid__in=written, booking__in=list(bookings))
