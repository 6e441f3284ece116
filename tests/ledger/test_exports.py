"""The exports, judged by the tools they are meant for."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import pyxaf
from beancount import loader
from django.db import connection
from lxml import etree
from pyarrow import parquet

from ledger.accounts import open_accounts
from ledger.balances import balances_on
from ledger.exports.journals import write_beancount, write_hledger
from ledger.exports.movements import Period
from ledger.exports.tables import write_csv, write_parquet
from ledger.exports.xaf import Administration, write_xaf
from ledger.posting import NewBooking, NewTransfer, post
from tests.ledger.books import AT, Names, booking, move, open_books

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
XSD = Path(pyxaf.__file__).parent / "schemas" / "XmlAuditfileFinancieel4.0.xsd"
AWKWARD = UUID(int=0xABCDEF)
Write = Callable[[Path, Period], None]


@pytest.fixture
def books() -> Names:
    """A year with an opening balance, a booking of many transfers, and awkward texts."""
    books = open_books()
    move(books.treasury, books.fund, 1_000_000, kind="fund", on=date(2025, 12, 1))
    move(books.fund, books.henk, 50_000, on=date(2025, 12, 31))
    awkward = NewBooking(
        AWKWARD, "top_up", "run:1", '=1+1; "quoted" \\ <b> & é | x', date(2026, 1, 2)
    )
    post(
        awkward,
        [
            NewTransfer(books.fund, books.fatima, 80_000),
            NewTransfer(books.fund, books.henk, 80_001),
        ],
        at=AT,
    )
    move(books.fatima, books.fatimas_course, 26_005, kind="reserve", on=date(2026, 12, 31))
    move(books.fatimas_course, books.provider, 10_000, kind="claim", on=date(2027, 1, 1))
    return books


def test_the_audit_file_is_valid_and_balanced(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.xaf"

    write_xaf(file, YEAR, administration=Administration("Fonds", "NL1"), made_on=date(2027, 1, 5))

    etree.XMLSchema(etree.parse(XSD)).assertValid(etree.parse(file))
    assert not pyxaf.validate(file).findings
    audit = pyxaf.open(file)
    assert {line.account_id for t in audit.transactions() for line in t.lines} == {
        "fund",
        "tranche",
        "reserved",
    }


def test_beancount_finds_no_error_and_our_balances(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.beancount"

    write_beancount(file, YEAR)

    entries, errors, _ = loader.load_file(str(file))
    assert not errors
    assert sum(type(entry).__name__ == "Balance" for entry in entries) == 5


@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not installed")
def test_hledger_finds_no_error_and_our_balances(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.journal"

    write_hledger(file, YEAR)

    subprocess.run(["hledger", "check", "--strict", "-f", str(file)], check=True)
    shown = subprocess.run(
        ["hledger", "bal", "-f", str(file), f"acct:-{books.fatima}$", "-O", "json"],
        check=True,
        capture_output=True,
        text=True,
    )
    fatimas = json.loads(shown.stdout)[0][0][3][0]["aquantity"]["decimalMantissa"]
    assert -fatimas == balances_on([books.fatima], on=YEAR.through)[books.fatima] == 53_995


def test_a_balance_that_is_not_ours_is_an_error_in_beancount(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.beancount"
    write_beancount(file, YEAR)
    file.write_text(file.read_text().replace("-539.95 ~", "-539.96 ~"))

    assert loader.load_file(str(file))[1]


def test_the_csv_runs_no_formula(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.csv"

    write_csv(file, YEAR)

    with file.open(newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert [line["euros"] for line in lines] == ["260.05", "800.00", "800.01"]
    assert lines[1]["description"].startswith("'=1+1")


def test_the_parquet_file_holds_every_cent(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.parquet"

    write_parquet(file, YEAR)

    table = parquet.read_table(file)
    assert table.column("cents").to_pylist() == [26_005, 80_000, 80_001]


def test_no_export_of_an_empty_year_fails(tmp_path: Path) -> None:
    for write in (write_csv, write_parquet, write_hledger, write_beancount):
        write(tmp_path / "empty", YEAR)
    write_xaf(
        tmp_path / "empty", YEAR, administration=Administration("Fonds", "NL1"), made_on=YEAR.start
    )

    assert not pyxaf.validate(tmp_path / "empty").errors


def peak(write: Write, file: Path, year: int) -> int:
    """The most bytes that Python held at once while it wrote a year."""
    tracemalloc.start()
    write(file, Period(date(year, 1, 1), date(year, 12, 31)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("write", [write_hledger, write_beancount])
def test_memory_grows_neither_with_transfers_nor_with_accounts(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.exports.movements.BATCH", 200)  # so that a few thousand are many
    fund = open_books(fund_cents=50_000).fund
    codes = [f"tranche:{n}" for n in range(12_500)]
    ids = [*open_accounts(codes, account_class="tranche", at=AT).values()]
    for year, accounts in ((2024, ids[:2_500]), (2025, ids[2_500:])):
        moves = [NewTransfer(fund, account, 1) for account in accounts]
        post(booking(on=date(year, 6, 1)), moves, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_account, ledger_booking, ledger_transfer")

    small = peak(write, tmp_path / "small", 2024)
    large = peak(write, tmp_path / "large", 2025)

    assert large < 1.2 * small
