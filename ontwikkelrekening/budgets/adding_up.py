"""Bringing the sums of funds up to date, so that reading them stays quick. Late or twice does no harm."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max

from ledger.models import Books
from ontwikkelrekening.budgets.fund_sums import NAMES, SUMS
from ontwikkelrekening.budgets.models import FundSum

ADD = f"""
    INSERT INTO budgets_fundsum AS known (fund_id, up_to, {", ".join(NAMES)})
    SELECT fund_id, %(high)s, {", ".join(NAMES)} FROM ({SUMS}) new
    ON CONFLICT (fund_id) DO UPDATE
    SET up_to = excluded.up_to, {", ".join(f"{name} = known.{name} + excluded.{name}" for name in NAMES)}
"""  # noqa: S608


@transaction.atomic
def add_up() -> int:
    """Add what was booked below the last roll-up of the books; return how many transaction ids it passed."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE budgets_fundsum IN SHARE ROW EXCLUSIVE MODE")  # one at a time
        low = FundSum.objects.aggregate(up_to=Max("up_to"))["up_to"] or 0
        high = Books.objects.get().rolled_to
        if high > low:
            cursor.execute(ADD, {"low": low, "high": high})
    return max(high - low, 0)
