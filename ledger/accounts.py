"""Opening accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from ledger.errors import named_errors
from ledger.models import Account


def open_account(code: str, *, account_class: str, at: datetime) -> Account:
    """Open an account, or find the one that has this code."""
    account_id = open_accounts([code], account_class=account_class, at=at)[code]
    return Account.objects.get(pk=account_id)


def open_accounts(codes: Sequence[str], *, account_class: str, at: datetime) -> dict[str, int]:
    """Open many accounts of one class in one statement; return the id of each code."""
    with named_errors(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM ledger_open_accounts(%s::text[], %s, %s)",
            [list(codes), account_class, at],
        )
        return dict(cursor.fetchall())
