"""Closing a period: its dates take no more transfers, and every account gets its opening totals."""

from datetime import date

from django.db import connection

from ledger.errors import named_errors
from ledger.models import Books


def close_period(*, through: date) -> int:
    """Close the books up to and including a date; return how many accounts had moved.

    Waits for postings under way. Raises PeriodIsClosed when they are closed that far already, and
    PeriodIsNotOver unless the date is before today (UTC); UnableToPost in a transaction that is not
    READ COMMITTED.
    """
    with named_errors(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_close_period(%s)", [through])
        (accounts,) = cursor.fetchone()
    return int(accounts)


def closed_through() -> date | None:
    """The last date that takes no more transfers."""
    return Books.objects.values_list("closed_through", flat=True).get()
