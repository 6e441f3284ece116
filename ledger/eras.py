"""Counting on above the books' transactions, after a restore."""

from django.db import connection

from ledger.errors import named_errors


def begin_era() -> int:
    """Let a server that counts its transactions from low again count on above the books'.

    Returns what is added to its count. Run as owner; on a server that is far enough it does nothing.
    """
    with named_errors(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_begin_era()")
        (offset,) = cursor.fetchone()
    return int(offset)
