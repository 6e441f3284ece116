"""Reading balances, in cents and in the account's normal direction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection

from ledger.models import Account

NOW = """
    SELECT a.id, CASE a.normal_side WHEN 'debit' THEN t.debits - t.credits
                                    ELSE t.credits - t.debits END
    FROM ledger_totals({accounts}::bigint[]) t JOIN ledger_account a ON a.id = t.account_id
"""
FEW = 16  # accounts, which are named one by one: an array is planned for anew, for its length
TOTALS = "SELECT debits, credits FROM ledger_totals(%s::bigint[])"
ON_DATE = """
    SELECT a.id, CASE a.normal_side WHEN 'debit' THEN t.debits - t.credits
                                    ELSE t.credits - t.debits END
    FROM ledger_totals_on(%s::bigint[], %s, %s) t JOIN ledger_account a ON a.id = t.account_id
"""


def balance(account_id: int) -> int:
    """What is on the account now; raises Account.DoesNotExist."""
    try:
        return balances([account_id])[account_id]
    except KeyError:
        raise Account.DoesNotExist(f"account {account_id}") from None


def balances(ids: Sequence[int]) -> dict[int, int]:
    """What is on each account now."""
    is_few = len(ids) <= FEW
    accounts = f"ARRAY[{', '.join(['%s'] * len(ids))}]" if is_few else "%s"
    with connection.cursor() as cursor:
        cursor.execute(NOW.format(accounts=accounts), list(ids) if is_few else [list(ids)])
        return dict(cursor.fetchall())


def totals(account_id: int) -> tuple[int, int]:
    """Everything ever debited and credited to the account; raises Account.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, [[account_id]])
        row = cursor.fetchone()
    if row is None:
        raise Account.DoesNotExist(f"account {account_id}")
    debited, credited = row
    return debited, credited


def balances_on(
    ids: Sequence[int], *, on: date | None = None, known_on: date | None = None
) -> dict[int, int]:
    """What was on each account at the end of a day, by effective date.

    With `known_on`: as the books stood at the end of that day (UTC), before later corrections.
    """
    with connection.cursor() as cursor:
        cursor.execute(ON_DATE, [list(ids), on or date.max, known_on])
        return dict(cursor.fetchall())
