"""Register extracts: every row has its report, good rows count, twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ontwikkelrekening.citizens.extracts import import_extract
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.models import Circumstance
from ontwikkelrekening.citizens.registering import NewCitizen, register
from ontwikkelrekening.eligibility.facts import circumstances_of

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
HEADER = "bsn,kind,value,valid_from,valid_until"
GOOD = "999900006,contract,permanent,2024-01-01,"
AFTER_MIDNIGHT = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # half past twelve in the Netherlands

pytestmark = pytest.mark.django_db


@pytest.fixture
def fatima() -> str:
    person = NewCitizen(Identity("Fatima", "Amrani", "999900006"), date(1991, 4, 3))
    return register([person], at=AT).codes[0]


def report(folder: Path, *rows: str, at: datetime = AT) -> list[tuple[int, str, str]]:
    path = folder / "extract.csv"
    path.write_text("\n".join([HEADER, *rows]))
    return [tuple(line) for line in import_extract(path, source="register", at=at)]  # type: ignore[misc]


def test_a_registers_fact_counts_and_is_known_the_second_time(tmp_path: Path, fatima: str) -> None:
    assert report(tmp_path, GOOD) == [(2, "added", "")]
    assert report(tmp_path, GOOD) == [(2, "known", "")]

    assert circumstances_of([fatima], on=AT.date())[fatima] == {"contract": "permanent"}
    assert Circumstance.objects.get().evidence == "seen"


@pytest.mark.parametrize(
    "row",
    [
        "999900018,contract,permanent,2024-01-01,",
        "999900007,contract,permanent,2024-01-01,",
        "999900006,contract,astronaut,2024-01-01,",
        "999900006,shoe_size,43,2024-01-01,",
        "999900006,contract,permanent,2024-02-30,",
        "999900006,contract,permanent,2027-01-01,",
        "999900006,contract,permanent,2024-01-01,2023-01-01",
        "999900006,contract,permanent,,",
    ],
)
def test_a_bad_row_says_why_and_the_others_count(tmp_path: Path, fatima: str, row: str) -> None:
    first, second = report(tmp_path, row, GOOD)

    assert (first[0], first[1]) == (2, "refused")
    assert first[2]
    assert row.split(",", maxsplit=1)[0] not in first[2]
    assert second == (3, "added", "")


def test_a_register_that_contradicts_itself_is_refused(tmp_path: Path, fatima: str) -> None:
    lines = report(tmp_path, GOOD, GOOD.replace("permanent", "agency"))

    assert [line[1] for line in lines] == ["added", "refused"]


def test_a_day_begins_at_midnight_in_the_netherlands(tmp_path: Path, fatima: str) -> None:
    today = GOOD.replace("2024-01-01", "2026-07-01")

    assert report(tmp_path, today, at=AFTER_MIDNIGHT) == [(2, "added", "")]


def test_a_fact_can_end(tmp_path: Path, fatima: str) -> None:
    report(tmp_path, GOOD + "2025-01-01")

    assert circumstances_of([fatima], on=date(2025, 1, 1)).get(fatima) is None


@pytest.mark.parametrize(
    "spoiled", [f"{GOOD},extra".encode(), GOOD.replace("permanent", "é").encode("latin-1")]
)
def test_a_row_that_cannot_be_read_leaves_those_around_it(
    tmp_path: Path, fatima: str, spoiled: bytes
) -> None:
    rows = [GOOD.replace("2024", year).encode() for year in ("2020", "2021", "2022", "2023")]
    path = tmp_path / "extract.csv"
    path.write_bytes(b"\n".join([HEADER.encode(), *rows[:2], spoiled, *rows[2:]]))

    became = [(line.number, line.became) for line in import_extract(path, source="register", at=AT)]

    assert became == [
        (2, "added"), (3, "added"), (4, "refused"), (5, "added"), (6, "added"),
    ]  # fmt: skip
    assert Circumstance.objects.count() == 4


def test_what_ends_a_file_leaves_the_rows_before_it(tmp_path: Path, fatima: str) -> None:
    lines = report(tmp_path, GOOD, '999900006,contract,"agency,2024-02-01,', GOOD, GOOD)

    assert [line[:2] for line in lines] == [(2, "added"), (3, "refused")]
    assert "vanaf hier" in lines[1][2]


def test_an_end_that_a_known_fact_cannot_take_is_refused_in_words(
    tmp_path: Path, fatima: str
) -> None:
    report(tmp_path, GOOD)

    ((_line, became, reason),) = report(tmp_path, GOOD + "2025-06-30")

    assert became == "refused"
    assert "een eigen regel" in reason


def test_a_row_that_is_silent_on_the_end_of_a_known_fact_is_known(
    tmp_path: Path, fatima: str
) -> None:
    report(tmp_path, GOOD + "2025-06-30")

    assert report(tmp_path, GOOD + "2025-06-30", GOOD) == [(2, "known", ""), (3, "known", "")]
    assert report(tmp_path, GOOD + "2025-07-31")[0][1] == "refused"


def test_what_follows_a_fact_that_stands_open_ends_it(tmp_path: Path, fatima: str) -> None:
    report(tmp_path, GOOD, "999900006,contract,no_work,2025-06-30,")

    assert circumstances_of([fatima], on=date(2025, 7, 1))[fatima] == {"contract": "no_work"}


def test_a_file_that_is_no_extract_is_refused(tmp_path: Path, fatima: str) -> None:
    path = tmp_path / "extract.csv"
    path.write_bytes(b"\x89PNG\xff\xfe")

    (line,) = import_extract(path, source="register", at=AT)

    assert line.became == "refused"


def test_own_statements_do_not_come_from_a_register(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="kies uit"):
        list(import_extract(tmp_path / "x.csv", source="own_statement", at=AT))


def test_the_command_counts(
    tmp_path: Path, fatima: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("\n".join([HEADER, GOOD, "999900018,contract,permanent,2024-01-01,"]))

    with pytest.raises(CommandError, match=r"1 added, 0 known already, 1 refused\."):
        call_command("import_extract", str(path))
    assert "line 3: refused" in capsys.readouterr().out

    path.write_text("\n".join([HEADER, GOOD]))
    call_command("import_extract", str(path))
    assert "0 added, 1 known already, 0 refused." in capsys.readouterr().out
