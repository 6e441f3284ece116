"""Writing in the books: a booking with its transfers, or the reversal of one transfer.

All of it happens in one SQL function (migrations/posting.sql), so a posting is one round trip and
the application's role needs no right to touch the tables. A refusal inside a transaction spoils
that transaction, as any database error does: a caller who wants to go on wraps the call in
`transaction.atomic()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from ledger.errors import (
    AlreadyReversed,
    DifferentContent,
    NotAnAmount,
    Overdrawn,
    PeriodIsClosed,
    UnableToPost,
    UnknownAccount,
    named_errors,
)
from ledger.models import Transfer

__all__ = [
    "AlreadyReversed",
    "DifferentContent",
    "NewBooking",
    "NewTransfer",
    "NotAnAmount",
    "Overdrawn",
    "PeriodIsClosed",
    "UnableToPost",
    "UnknownAccount",
    "post",
    "reverse",
]

POST = "SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s::bigint, %s::bigint, %s::bigint)"
POST_MANY = """
    SELECT ledger_post_many(%s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::bigint[])
"""


class NewTransfer(NamedTuple):
    """A positive amount in cents to debit to one account and credit to another (their ids).

    A tuple, because a top-up makes millions: a frozen dataclass takes four times as long.
    """

    debit: int
    credit: int
    cents: int


class NewBooking(NamedTuple):
    """One event: what kind, what caused it ("claim:<uuid>"), in words, and its date in the books."""

    id: UUID
    kind: str
    cause: str
    description: str
    effective_on: date


def post(booking: NewBooking, transfers: Sequence[NewTransfer], *, at: datetime) -> None:
    """Write a booking and its transfers, all or nothing; the same again changes nothing.

    Joins the caller's transaction. Raises a subclass of UnableToPost.
    """
    with named_errors():
        if len(transfers) == 1:
            _cursor().execute(POST, [*booking, at, *transfers[0]])
        else:
            columns = zip(*transfers, strict=True) if transfers else ((), (), ())
            _cursor().execute(POST_MANY, [*booking, at, *map(_array, columns)])


def _cursor() -> CursorWrapper:
    """Django's cursor, the same for all postings of a connection (decision 113).

    Where Django has more to do than make one, it makes another: it connects, looks whether the
    connection is alive, or logs what is asked.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    kept: CursorWrapper | None = getattr(database, "posting_cursor", None)
    if (
        kept is not None
        and kept.cursor.connection is database.connection
        and database.health_check_done
        and not database.queries_logged
    ):
        return kept
    cursor: CursorWrapper = database.cursor()
    if not database.queries_logged:
        database.posting_cursor = cursor
    return cursor


def _array(numbers: Iterable[int]) -> str:
    """An array as PostgreSQL reads it; for thousands of them much faster than the driver's own."""
    return f"{{{','.join(map(str, numbers))}}}"


def reverse(place: tuple[int, int], *, reason: str, effective_on: date, at: datetime) -> None:
    """Post the mirror image of the transfer at a place (xid and seq), once.

    The booking's id follows from the place, so the same reversal again changes nothing and another one
    raises AlreadyReversed.
    """
    transfer = Transfer.objects.get(pk=place)
    booking = NewBooking(
        id=transfer.reversal_id,
        kind="reverse",
        cause=f"transfer:{transfer}",
        description=reason,
        effective_on=effective_on,
    )
    mirror = NewTransfer(
        debit=transfer.credit_account_id, credit=transfer.debit_account_id, cents=transfer.amount
    )
    try:
        post(booking, [mirror], at=at)
    except DifferentContent as error:
        raise AlreadyReversed(f"transfer {transfer} is reversed already") from error
