"""Reading balances, in cents and in the account's normal direction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from ledger.models import Account

NOW = """
    SELECT a.id, CASE a.normal_side WHEN 'debit' THEN t.debits - t.credits
                                    ELSE t.credits - t.debits END
    FROM ledger_totals(%s::bigint[]) t JOIN ledger_account a ON a.id = t.account_id
"""
ON_DATE = """
    SELECT a.id, (CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END) * (
        coalesce((SELECT sum(amount) FROM ledger_transfer
                  WHERE debit_account_id = a.id AND effective_on <= %(on)s), 0)
        - coalesce((SELECT sum(amount) FROM ledger_transfer
                    WHERE credit_account_id = a.id AND effective_on <= %(on)s), 0))::bigint
    FROM ledger_account a WHERE a.id = ANY (%(accounts)s::bigint[])
"""


def balance(account_id: int) -> int:
    """What is on the account now; raises Account.DoesNotExist."""
    try:
        return balances([account_id])[account_id]
    except KeyError:
        raise Account.DoesNotExist(f"account {account_id}") from None


def balances(ids: Sequence[int]) -> dict[int, int]:
    """What is on each account now."""
    with connection.cursor() as cursor:
        cursor.execute(NOW, [list(ids)])
        return dict(cursor.fetchall())


def balances_on(ids: Sequence[int], *, on: date) -> dict[int, int]:
    """What was on each account at the end of a day, by effective date."""
    with connection.cursor() as cursor:
        cursor.execute(ON_DATE, {"accounts": list(ids), "on": on})
        return dict(cursor.fetchall())
