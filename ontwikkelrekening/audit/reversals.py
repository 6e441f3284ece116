"""Which transfers were reversed, and by which: looked up by key, a page of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.models import Booking, Transfer
from ontwikkelrekening.tables.table import Column, Queried

CHUNK = 2000


class Transfers(Queried):
    """Transfers of a query, each with the one that reverses it as `reversed_by`, or None."""

    def ordered(self, column: Column, *, descending: bool) -> Transfers:
        return Transfers(super().ordered(column, descending=descending).rows)

    def slice(self, start: int, stop: int) -> Sequence[Transfer]:
        return with_reversals(super().slice(start, stop))

    def stream(self) -> Iterator[Transfer]:
        transfers = super().stream()
        while chunk := list(islice(transfers, CHUNK)):
            yield from with_reversals(chunk)


def with_reversals(transfers: Sequence[Transfer]) -> Sequence[Transfer]:
    ids = [transfer.reversal_id for transfer in transfers]
    written = Booking.objects.filter(id__in=ids).values("xid")
    mirrors = {
        mirror.booking_id: mirror
        for mirror in Transfer.objects.filter(xid__in=written, booking__in=ids)
    }
    for transfer in transfers:
        transfer.reversed_by = mirrors.get(transfer.reversal_id)  # type: ignore[attr-defined]
    return transfers
