"""What every export reads: the transfers of some period, streamed from one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

BATCH = 5_000
FIRST_YEAR, LAST_YEAR = 1900, 2999  # that the books take


def is_year(text: str) -> bool:
    """Whether this is a year that the books take, in four digits."""
    return text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR


@dataclass(frozen=True, slots=True)
class Period:
    """The effective dates an export covers, both included."""

    start: date
    through: date

    @property
    def day_before(self) -> date:
        """The day whose closing balance is this period's opening balance."""
        return self.start - timedelta(days=1)


class Movement(NamedTuple):
    """One transfer with its booking, and its two accounts by code and class."""

    xid: int
    seq: int
    booking_id: UUID
    kind: str
    cause: str
    description: str
    effective_on: date
    booked_at: datetime
    debit_id: int
    debit: str
    debit_class: str
    credit_id: int
    credit: str
    credit_class: str
    cents: int

    @property
    def transfer(self) -> str:
        """The transfer's place in the books, by which it is known everywhere."""
        return f"{self.xid}-{self.seq}"


class AccountLine(NamedTuple):
    """An account that is not empty or moved, with its opening and closing balance (debit minus credit)."""

    id: int
    code: str
    account_class: str
    normal_side: str
    opening: int
    closing: int


MOVEMENTS = """
    SELECT t.xid, t.seq, b.id, b.kind, b.cause, b.description, t.effective_on, t.booked_at,
           d.id, d.code, d.account_class_id, c.id, c.code, c.account_class_id, t.amount
    FROM ledger_transfer t
    JOIN ledger_booking b ON b.id = t.booking_id
    JOIN ledger_account d ON d.id = t.debit_account_id
    JOIN ledger_account c ON c.id = t.credit_account_id
    WHERE t.effective_on BETWEEN %s AND %s
    ORDER BY b.kind, t.effective_on, b.id, t.seq
"""
ACCOUNTS = """
    WITH moved AS (
        SELECT account_id,
               coalesce(sum(debit - credit) FILTER (WHERE effective_on < %s), 0)::bigint AS opening,
               sum(debit - credit)::bigint AS closing
        FROM ledger_entry WHERE effective_on <= %s GROUP BY account_id
        HAVING bool_or(effective_on >= %s) OR sum(debit - credit) <> 0
    )
    SELECT a.id, a.code, a.account_class_id, a.normal_side, moved.opening, moved.closing
    FROM moved JOIN ledger_account a ON a.id = moved.account_id ORDER BY a.id
"""


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all queries inside see the books of one moment, whatever is posted meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def rows(query: str, *parameters: date | int) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, fetched in batches from the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while batch := cursor.fetchmany(BATCH):
            yield from batch


def movements(period: Period) -> Iterator[Movement]:
    """The transfers of a period by kind, date and booking."""
    for row in rows(MOVEMENTS, period.start, period.through):
        yield Movement._make(row)


def accounts(period: Period) -> Iterator[AccountLine]:
    """The accounts with a balance or a movement, with their opening and closing balances."""
    for row in rows(ACCOUNTS, period.start, period.through, period.start):
        yield AccountLine._make(row)
