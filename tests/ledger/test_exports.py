"""The exports, judged by the tools they are meant for."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import pyxaf
from beancount import loader
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree
from pyarrow import parquet

from ledger import verifier
from ledger.balances import balances_on
from ledger.exports.evidence import write_evidence
from ledger.exports.journals import write_beancount, write_hledger
from ledger.exports.movements import Period
from ledger.exports.tables import write_csv, write_parquet
from ledger.exports.xaf import Administration, write_xaf
from ledger.posting import NewBooking, NewTransfer, post
from ledger.sealing import public_key_of, seal
from tests.ledger.books import AT, Names, move, open_books

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
XSD = Path(pyxaf.__file__).parent / "schemas" / "XmlAuditfileFinancieel4.0.xsd"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


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
            NewTransfer(AWKWARD, books.fund, books.fatima, 80_000),
            NewTransfer(other(1), books.fund, books.henk, 80_001),
        ],
        at=AT,
    )
    move(books.fatima, books.fatimas_course, 26_005, kind="reserve", on=date(2026, 12, 31))
    move(books.fatimas_course, books.provider, 10_000, kind="claim", on=date(2027, 1, 1))
    return books


def other(number: int):  # type: ignore[no-untyped-def]
    from uuid import UUID

    return UUID(int=number)


AWKWARD = other(0xABCDEF)


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
        ["hledger", "bal", "-f", str(file), f"-{books.fatima}$", "-O", "json"],
        check=True,
        capture_output=True,
        text=True,
    )
    fatimas = json.loads(shown.stdout)[0][0][3][0]["aquantity"]["decimalMantissa"]
    assert -fatimas == balances_on([books.fatima], on=YEAR.through)[books.fatima] == 53_995


def test_a_balance_that_is_not_ours_is_an_error_in_beancount(books: Names, tmp_path: Path) -> None:
    file = tmp_path / "2026.beancount"
    write_beancount(file, YEAR)
    file.write_text(file.read_text().replace("-539.95 EUR", "-539.96 EUR"))

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


@pytest.mark.usefixtures("own_database")
@pytest.mark.django_db(databases=[])
class TestEvidence:
    """The evidence file and the stand-alone verifier, run as an outsider would."""

    @pytest.fixture
    def file(self, own_database: str, tmp_path: Path) -> Path:
        books = open_books(fund_cents=100_000)
        for cents in range(1, 9):
            move(books.fund, books.fatima, cents)
        seal(key=KEY, at=AT, range_max=4)
        move(books.fund, books.henk, 5)
        write_evidence(tmp_path / "books.jsonl")
        return tmp_path / "books.jsonl"

    def verify(self, file: Path) -> tuple[int, list[str]]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", verifier.__file__, file, "--key", public_key_of(KEY)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.stderr
        return done.returncode, done.stdout.splitlines()

    def test_true_books_are_found_true(self, file: Path) -> None:
        assert self.verify(file) == (
            0,
            ["10 transfers, 3 seals, 1 transfers not sealed yet: 0 findings"],
        )

    @pytest.mark.parametrize(
        ("old", "new", "finding"),
        [
            ('"3", ', '"4", ', "a transfer up to"),
            ('"2026-03-02"', '"2026-03-03"', "a transfer up to"),
            (
                '"debits": 0, "credits": 36',
                '"debits": 0, "credits": 37',
                "its transfers say 0 / 36",
            ),
            ('"count": 4', '"count": 5', "its digest is not that of its content"),
        ],
    )
    def test_one_changed_character_is_found(
        self, file: Path, old: str, new: str, finding: str
    ) -> None:
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

        status, lines = self.verify(file)

        assert status == 1
        assert any(finding in line for line in lines)

    def test_a_missing_line_is_found(self, file: Path) -> None:
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(lines[:2] + lines[3:]))

        status, found = self.verify(file)

        assert status == 1
        assert "seal 1: it covers 4 transfers, the file has 3" in found
