"""Accounts to measure on: a full fund and 100,000 citizens with credit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import connection

from ledger.accounts import open_account, open_accounts
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.chart import load_chart

AT = datetime(2026, 1, 2, tzinfo=UTC)
ON = date(2026, 1, 2)
CITIZENS = 100_000
CREDIT = 1_000_000


@dataclass(frozen=True)
class Books:
    url: str
    fund: int
    first: int


def open_books(url: str) -> Books:
    """Fill a fresh database; citizens' account ids follow each other from `first`."""
    load_chart()
    treasury = open_account("treasury", account_class="treasury", at=AT).pk
    fund = open_account("fund:bench", account_class="fund", at=AT).pk
    ids = open_accounts(
        [f"tranche:{n:07}" for n in range(CITIZENS)], account_class="tranche", at=AT
    )
    first = min(ids.values())
    post(
        NewBooking(UUID(int=1), "fund", "bench", "the fund", ON),
        [NewTransfer(treasury, fund, 10 * CITIZENS * CREDIT)],
        at=AT,
    )
    post(
        NewBooking(UUID(int=2), "top_up", "bench", "everybody's credit", ON),
        [NewTransfer(fund, first + n, CREDIT) for n in range(CITIZENS)],
        at=AT,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Books(url, fund, first)
