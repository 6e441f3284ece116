"""Which transfers were reversed, and by which: looked up by key."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.models import Booking, Transfer


def with_reversals(transfers: Sequence[Transfer]) -> Sequence[Transfer]:
    """The same transfers, each with the one that reverses it as `reversed_by`, or None."""
    ids = [transfer.reversal_id for transfer in transfers]
    written = Booking.objects.filter(id__in=ids).values("xid")
    mirrors = {
        mirror.booking_id: mirror
        for mirror in Transfer.objects.filter(xid__in=written, booking__in=ids)
    }
    for transfer in transfers:
        transfer.reversed_by = mirrors.get(transfer.reversal_id)  # type: ignore[attr-defined]
    return transfers
