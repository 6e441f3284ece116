"""Transfers as rows of a table, each with its reversal: looked up a page of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.models import Transfer
from ledger.reversals import with_reversals
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
