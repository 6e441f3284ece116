"""Exports of strange books, read by the tools they are meant for: every account's balance is ours.

Openings, reversals, a closed period, accounts that never moved, and texts that break file formats.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import islice
from os import mkfifo
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pyxaf
from beancount import loader
from django.core.management import CommandError, call_command
from django.db import connection
from lxml import etree
from pyarrow import parquet

from ledger.closing import close_period
from ledger.exports.journals import write_beancount, write_hledger
from ledger.exports.movements import Period, rows
from ledger.exports.tables import write_csv, write_parquet
from ledger.exports.xaf import Administration, write_xaf
from ledger.management.writing import goes_straight, whole
from ledger.models import Transfer
from ledger.posting import NewBooking, NewTransfer, post, reverse
from tests.ledger.books import AT, Names, move, open_books, place

pytestmark = pytest.mark.django_db
PROGRAMS = Path(sys.executable).parent
XSD = Path(pyxaf.__file__).parent / "schemas" / "XmlAuditfileFinancieel4.0.xsd"
TEXTS = [
    "plain",
    "=1+1",
    "+31 6 @SUM(A1)",
    "\"quoted\" 'once' \\ back",
    "two\nlines\r\nand\rmore",
    "2026-01-01 * looks like an entry\n    Assets:X  1.00 EUR",
    "tab\there; comment | bar # hash",
    "<b>&amp;</b> ]]>",
    "é ü ﬁ 漢字 🎓 \u202e right to left \u2028 line \u0085 next",
    "control \x01\x07\x1b\x7f \ufffe",
    "   ",
    "",
    "(code) ! ~ = @ {1 EUR} [2026-01-01]",
    "x" * 200,
]
PERIODS = {
    "a year": Period(date(2026, 1, 1), date(2026, 12, 31)),
    "a month with openings": Period(date(2026, 3, 1), date(2026, 3, 31)),
    "one day": Period(date(2026, 3, 3), date(2026, 3, 3)),
    "before everything": Period(date(2020, 1, 1), date(2020, 12, 31)),
    "after everything": Period(date(2030, 1, 1), date(2030, 12, 31)),
}
Nets = dict[int, Decimal]


@pytest.fixture
def books() -> Names:
    books = open_books()
    move(books.treasury, books.fund, 1_000_000, kind="fund", on=date(2025, 12, 1))
    move(books.fund, books.henk, 50_001, on=date(2025, 12, 31))
    for number, text in enumerate(TEXTS, 1):
        new = uuid4()
        post(
            NewBooking(new, "top_up", text[:100] or "-", text, date(2026, 1 + number % 4, number)),
            [
                NewTransfer(books.fund, books.fatima, number),
                NewTransfer(books.fund, books.henk, 100 * number),
            ],
            at=AT,
        )
    mistake = move(books.fatima, books.fatimas_course, 5, kind="reserve", on=date(2026, 3, 3))
    reverse(place(mistake), reason="=wrong", effective_on=date(2026, 3, 3), at=AT)
    close_period(through=date(2026, 3, 31))
    move(books.henk, books.provider, 777, kind="claim", on=date(2026, 12, 31))
    return books


def ours(on: date) -> Nets:
    """Debit less credit of every account that is not empty, in euros."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, debits - credits FROM ledger_totals_on("
            "(SELECT array_agg(id) FROM ledger_account), %s, NULL)",
            [on],
        )
        return {account: Decimal(net) / 100 for account, net in cursor.fetchall() if net}


def by_beancount(file: Path, period: Period) -> Nets:
    write_beancount(file, period)
    subprocess.run([PROGRAMS / "bean-check", file], check=True)
    entries, errors, _ = loader.load_file(str(file))
    assert not errors
    nets: Nets = defaultdict(Decimal)
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            if posting.account != "Equity:Opening":
                nets[int(posting.account.rpartition("-")[2])] += posting.units.number
    return nets


def by_hledger(file: Path, period: Period) -> Nets:
    write_hledger(file, period)
    subprocess.run(["hledger", "check", "--strict", "-f", file], check=True)
    shown = subprocess.run(
        ["hledger", "balance", "--flat", "-N", "-O", "csv", "-f", file, "not:Equity"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = list(csv.reader(io.StringIO(shown)))[1:]
    return {
        int(name.rpartition("-")[2]): Decimal(amount.removesuffix(" EUR")) for name, amount in lines
    }


def by_rows(rows: list[tuple[str, str, Decimal]], period: Period) -> Nets:
    """What an analyst finds: the balances at the start and every movement since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, id FROM ledger_account")
        ids = dict(cursor.fetchall())
    nets: Nets = defaultdict(Decimal, ours(period.day_before))
    for debit, credit, euros in rows:
        nets[ids[debit]] += euros
        nets[ids[credit]] -= euros
    return nets


def by_csv(file: Path, period: Period) -> Nets:
    write_csv(file, period)
    with file.open(newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+"))]
    return by_rows([(x["debit"], x["credit"], Decimal(x["euros"])) for x in lines], period)


def by_parquet(file: Path, period: Period) -> Nets:
    write_parquet(file, period)
    lines = parquet.read_table(file).to_pylist()
    return by_rows([(x["debit"], x["credit"], Decimal(x["cents"]) / 100) for x in lines], period)


JUDGES: dict[str, Callable[[Path, Period], Nets]] = {
    "beancount": by_beancount,
    "hledger": by_hledger,
    "csv": by_csv,
    "parquet": by_parquet,
}


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("judge", JUDGES)
def test_every_balance_is_ours(judge: str, period: Period, books: Names, tmp_path: Path) -> None:
    if judge == "hledger" and not shutil.which("hledger"):
        pytest.skip("hledger is not installed")

    theirs = JUDGES[judge](tmp_path / "books", period)

    assert {account: net for account, net in theirs.items() if net} == ours(period.through)


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
def test_every_class_of_the_audit_file_is_ours(
    period: Period, books: Names, tmp_path: Path
) -> None:
    file = tmp_path / "books.xaf"

    write_xaf(file, period, administration=Administration('A "&" B', "NL1"), made_on=period.through)

    etree.XMLSchema(etree.parse(XSD)).assertValid(etree.parse(file))
    assert not pyxaf.validate(file).findings
    subprocess.run([PROGRAMS / "pyxaf", "validate", file], check=True, capture_output=True)
    theirs: dict[str, Decimal] = defaultdict(Decimal)
    for line in etree.parse(file).iter("{*}obLine", "{*}trLine"):
        sign = 1 if line.findtext("{*}amntTp") == "D" else -1
        theirs[line.findtext("{*}accID")] += sign * Decimal(line.findtext("{*}amnt"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, account_class_id FROM ledger_account")
        classes = dict(cursor.fetchall())
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for account, net in ours(period.through).items():
        expected[classes[account]] += net
    assert {c: net for c, net in theirs.items() if net} == {c: n for c, n in expected.items() if n}


def test_no_export_names_an_account_that_never_moved(books: Names, tmp_path: Path) -> None:
    write_beancount(tmp_path / "books", PERIODS["a year"])

    assert f"-{books.bank} EUR" not in (tmp_path / "books").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("csv", "--from", "2026-12-31", "--through", "2026-01-01"),
        ("xaf", "--from", "2025-01-01", "--through", "2026-12-31"),
        ("evidence", "--from", "2026-01-01"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    format_, *rest = arguments
    file = tmp_path / "books"

    with pytest.raises(CommandError) as error:
        call_command("export_ledger", format_, str(file), *rest)

    assert error.value.returncode == 2
    assert not file.exists()


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-13-01", "is not a day, such as 2026-12-31"),
        ("0001-01-01", "is not a day in 1900 to 2999"),
        ("9999-01-01", "is not a day in 1900 to 2999"),
    ],
)
def test_a_day_that_is_none_is_named(tmp_path: Path, day: str, why: str) -> None:
    with pytest.raises(CommandError, match=f"{day} {why}"):
        call_command("export_ledger", "csv", str(tmp_path / "books"), "--from", day)


def test_a_file_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("export_ledger", "csv", str(tmp_path / "nowhere" / "books.csv"))


def test_a_format_whose_library_is_missing_is_refused_in_words(
    books: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(CommandError, match="parquet: pyarrow is not installed"):
        call_command("export_ledger", "parquet", str(tmp_path / "books"))

    assert not [*tmp_path.iterdir()]


def test_an_id_is_text_in_every_table(books: Names, tmp_path: Path) -> None:
    write_parquet(tmp_path / "books", PERIODS["a year"])

    table = parquet.read_table(tmp_path / "books")

    assert all(str(UUID(id_)) == id_ for id_ in table.column("booking").to_pylist())
    of_the_year = Transfer.objects.filter(effective_on__year=2026)
    assert set(table.column("transfer").to_pylist()) == set(map(str, of_the_year))


@pytest.mark.parametrize("format_", ["csv", "parquet", "hledger", "beancount", "xaf", "evidence"])
def test_an_export_has_its_name_when_it_is_whole(
    format_: str, books: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "books.jsonl.gz"
    file.write_text("the one of before")
    seen: list[str] = []

    def on_the_way(query: str, *parameters: date) -> Iterator[tuple[Any, ...]]:
        assert file.read_text() == "the one of before"
        seen.extend(path.name for path in tmp_path.iterdir() if path != file)
        yield from rows(query, *parameters)

    for module in ("movements", "evidence"):
        monkeypatch.setattr(f"ledger.exports.{module}.rows", on_the_way)
    call_command("export_ledger", format_, str(file), stdout=io.StringIO())

    (unfinished,) = set(seen)
    assert re.fullmatch(r"unfinished-[0-9a-f]{8}-books\.jsonl\.gz", unfinished)
    assert [*tmp_path.iterdir()] == [file]
    assert file.read_bytes() != b"the one of before"


def test_an_export_that_fails_leaves_nothing_but_the_one_of_before(
    books: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(query: str, *parameters: date) -> Iterator[tuple[Any, ...]]:
        yield from islice(rows(query, *parameters), 1)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.exports.movements.rows", full)
    (tmp_path / "books").write_text("the one of before")

    with pytest.raises(CommandError, match="books cannot be written: No space left"):
        call_command("export_ledger", "csv", str(tmp_path / "books"))

    assert [path.read_text() for path in tmp_path.iterdir()] == ["the one of before"]


def test_two_exports_to_one_place_are_each_written_apart(tmp_path: Path) -> None:
    file = tmp_path / "books"

    with whole(file) as late, whole(file) as early:
        early.write_text("early")
        late.write_text("late")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("books", "late")]


def test_a_link_goes_on_pointing_at_the_export(books: Names, tmp_path: Path) -> None:
    target, link = tmp_path / "there.csv", tmp_path / "books.csv"
    target.write_text("the one of before")
    link.symlink_to(target)

    call_command("export_ledger", "csv", str(link), stdout=io.StringIO())

    assert link.is_symlink()
    assert target.read_text().startswith("transfer,")
    assert {*tmp_path.iterdir()} == {link, target}


def test_a_pipe_gets_the_export_and_not_a_word_more(books: Names, tmp_path: Path) -> None:
    pipe, said, failed = tmp_path / "books.csv", io.StringIO(), io.StringIO()
    mkfifo(pipe)
    with ThreadPoolExecutor(1) as threads:
        read = threads.submit(pipe.read_text)
        call_command("export_ledger", "csv", str(pipe), stdout=said, stderr=failed)

    assert read.result().startswith("transfer,")
    assert not said.getvalue()
    assert "written in" in failed.getvalue()
    assert pipe.is_fifo()


@pytest.mark.parametrize("stream", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_nothing_takes_the_place_of_a_stream(stream: str) -> None:
    """Not even where the shell put a file behind it."""
    assert goes_straight(Path(stream))
