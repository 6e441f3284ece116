"""A year of transfers in a partition of its own: the queries as they stand read the years they need.

`ledger_transfer` is laid out anew by year in a schema that comes before the other, so the very
statements of `ledger/` meet it; EXPLAIN ANALYZE then says which partitions were read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from django.db import connection

from ledger import balances, reports
from ledger.closing import close_period
from ledger.exports import movements, xaf
from ledger.rolling_up import roll_up
from tests.ledger.books import Names, move, open_books

pytestmark = pytest.mark.django_db

Parameters = Mapping[str, Any] | Sequence[Any]
YEARS = (2023, 2024, 2025, 2026)
START, END = date(2025, 1, 1), date(2025, 12, 31)
LAY_OUT = f"""
    CREATE SCHEMA by_year;
    CREATE TABLE by_year.ledger_transfer (LIKE ledger_transfer, PRIMARY KEY (xid, seq, effective_on))
        PARTITION BY RANGE (effective_on);
    CREATE INDEX ON by_year.ledger_transfer (debit_account_id, xid, seq);
    CREATE INDEX ON by_year.ledger_transfer (credit_account_id, xid, seq);
    {
    "".join(
        f"CREATE TABLE by_year.transfer_{year} PARTITION OF by_year.ledger_transfer "
        f"FOR VALUES FROM ('{year}-01-01') TO ('{year + 1}-01-01');"
        for year in YEARS
    )
}
    INSERT INTO by_year.ledger_transfer SELECT * FROM ledger_transfer;
    DO $$ BEGIN
        EXECUTE 'CREATE VIEW by_year.ledger_entry AS '
            || replace(pg_get_viewdef('ledger_entry'), 'ledger_transfer', 'by_year.ledger_transfer');
    END $$;
    SET LOCAL search_path = by_year, public;
    ANALYZE by_year.ledger_transfer
"""


@pytest.fixture
def books() -> Names:
    """Four years, of which two are closed; the fund rolled up."""
    books = open_books(fund_cents=100_000)
    for year in YEARS:
        for _ in range(30):
            move(books.fund, books.fatima, 100, on=date(year, 6, 1))
    roll_up()
    for year in YEARS[:2]:
        close_period(through=date(year, 12, 31))
    with connection.cursor() as cursor:
        cursor.execute(LAY_OUT)
    return books


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def scans(query: str, parameters: Parameters) -> list[dict[str, Any]]:
    """The scans of partitions that were really made."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # as for a large table
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", parameters)
        (answer,) = cursor.fetchone()
    plan = answer if isinstance(answer, list) else json.loads(answer)
    return [
        node
        for node in nodes(plan[0]["Plan"])
        if node.get("Relation Name", "").startswith("transfer_") and node["Actual Loops"]
    ]


def years_read(query: str, parameters: Parameters) -> set[int]:
    return {
        int(scan["Relation Name"].removeprefix("transfer_")) for scan in scans(query, parameters)
    }


def rows_read(query: str, parameters: Parameters) -> float:
    return sum(
        float(scan["Actual Rows"] * scan["Actual Loops"]) for scan in scans(query, parameters)
    )


def test_an_export_of_a_year_reads_that_year(books: Names) -> None:
    assert years_read(movements.MOVEMENTS, [START, END]) == {2025}
    assert years_read(xaf.TOTALS, [START, END]) == {2025}


def test_a_balance_on_a_date_starts_from_the_last_closed_year(books: Names) -> None:
    assert years_read(balances.ON_DATE, [[books.fatima], END, None]) == {2025}


def test_a_balance_now_reads_no_transfers_of_a_cold_account(books: Names) -> None:
    now = balances.NOW.format(accounts="ARRAY[%s]")

    assert years_read(now, [books.fatima]) == set()


def test_a_trial_balance_on_a_date_reads_no_later_year(books: Names) -> None:
    asked = {"on": date(2024, 12, 31), "known_on": date.max}

    assert years_read(reports.TRIAL_BALANCE_ON, asked) == {2023, 2024}


def test_a_statement_asks_the_index_of_each_year_for_its_page_only(books: Names) -> None:
    page = {"accounts": [books.fatima], "limit": 2, "xid": 2**62, "seq": 0, "account": 0}

    assert rows_read(reports.STATEMENT, page) <= 2 * 2 * len(YEARS)
