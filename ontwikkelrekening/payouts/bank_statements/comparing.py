"""What the bank says beside what the books say of the bank, cause by cause, over the days of statements."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Min

from ontwikkelrekening.payouts.models import BankStatement

# Each side added up by what caused it, and only what differs; what was reversed counts no more. What has no cause yet
# is not compared.
DIFFERENCES = r"""
    WITH said AS (
        SELECT cause, sum(amount * 100)::bigint AS cents FROM payouts_bankentry
        WHERE booked_on BETWEEN %(first)s AND %(last)s AND cause <> '' GROUP BY cause
    ), booked AS (
        SELECT coalesce(undone.cause, b.cause) AS cause,
               sum(CASE t.debit_account_id WHEN bank.id THEN t.amount ELSE -t.amount END)::bigint AS cents
        FROM ledger_account bank
        JOIN ledger_transfer t ON bank.id IN (t.debit_account_id, t.credit_account_id)
        JOIN ledger_booking b ON b.id = t.booking_id
        LEFT JOIN LATERAL (
            SELECT original.cause
            FROM regexp_match(b.cause, '^transfer:(\d{1,18})-(\d{1,18})$') AS place
            JOIN ledger_transfer was ON (was.xid, was.seq) = (place[1]::bigint, place[2]::bigint)
            JOIN ledger_booking original ON original.id = was.booking_id
            WHERE b.kind = 'reverse'
        ) undone ON true
        WHERE bank.code = 'bank' AND t.effective_on BETWEEN %(first)s AND %(last)s
        GROUP BY 1
    )
    SELECT cause, coalesce(said.cents, 0), coalesce(booked.cents, 0)
    FROM said FULL JOIN booked USING (cause)
    WHERE coalesce(said.cents, 0) <> coalesce(booked.cents, 0)
    ORDER BY cause
"""


class Difference(NamedTuple):
    """Cents that came in by the bank and by the books, for one cause of bookings."""

    cause: str
    said: int
    booked: int


def days_of(statement: BankStatement) -> tuple[date, date]:
    """The days that a statement is of: from the day after the one before it, or from its first entry."""
    if statement.follows:
        first = min(statement.closes_on, statement.follows.closes_on + timedelta(days=1))
    else:
        first = statement.entries.aggregate(first=Min("booked_on"))["first"] or statement.closes_on
    return first, statement.closes_on


def differences(statement: BankStatement) -> list[Difference]:
    """Where the bank and the books do not say the same over the days of a statement; one query beside these."""
    return _between(*days_of(statement))


def lasting_differences() -> list[Difference]:
    """Where they do not over the days of all statements: not what was only booked on another of these days."""
    first = BankStatement.objects.filter(follows=None).first()
    last = BankStatement.objects.filter(followed_by=None).first()
    return _between(days_of(first)[0], last.closes_on) if first and last else []


def _between(first: date, last: date) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, {"first": first, "last": last})
        return [Difference(*row) for row in cursor.fetchall()]
