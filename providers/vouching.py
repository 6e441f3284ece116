"""Vouching: the description of a booking ends with a digest of the rows that it was made from.

The seals sign descriptions. So what a decision, an agreement, a claim or a payment file said when it was
booked can be compared with what its rows say now, whoever changed them since (decision 605).

The rows are named by a query of `id` and `said`: all that stands for good once it is booked, in JSON,
which PostgreSQL writes in one way only. Moments are in UTC, as otherwise they would follow the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

DIGEST = """left(encode(sha256(
    string_agg(sha256(convert_to(said, 'UTF8')), ''::bytea ORDER BY sha256(convert_to(said, 'UTF8')))
), 'hex'), 32)"""
VOUCHED = r"substring(description FROM '\[([0-9a-f]{32})\]$')"
TEXT_MAX = 165  # with the digest behind it 200, the most that a booking takes


def vouched(description: str, rows: str, ids: Sequence[UUID] | Sequence[int]) -> str:
    """The description of a booking that rests on the rows with these ids, as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {DIGEST} FROM ({rows}) voucher WHERE id = ANY (%s)",  # noqa: S608
            [list(ids)],
        )
        (digest,) = cursor.fetchone()
    return f"{description[:TEXT_MAX]} [{digest}]"
