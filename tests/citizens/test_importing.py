"""Citizens from files: whole or not at all, every fault named, strange files answered."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ontwikkelrekening.citizens import files
from ontwikkelrekening.citizens.identity import find_by_bsn, identity_of
from ontwikkelrekening.citizens.importing import RefusedFile, import_citizens
from ontwikkelrekening.citizens.models import Circumstance, Citizen
from ontwikkelrekening.eligibility.facts import circumstances_of

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
HEADER = "bsn,given_name,family_name,born_on,facts_from,contract,household,residence"
FATIMA = "999900006,Fatima,Amrani,1991-04-03,2025-09-01,agency,sole_parent,yes"
HENK = "999900018,Henk,de Boer,1974-11-20,2025-09-01,permanent,partner,yes"

pytestmark = pytest.mark.django_db


def file(folder: Path, *lines: str, name: str = "citizens.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def faults(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(RefusedFile) as refused:
        import_citizens(path, at=AT)
    assert not Citizen.objects.exists()
    return [(fault.line, fault.field) for fault in refused.value.faults]


def test_people_and_facts_come_in(tmp_path: Path) -> None:
    imported = import_citizens(file(tmp_path, HEADER, FATIMA, HENK), at=AT)

    assert imported == (2, 2, 6)
    fatima = find_by_bsn("999900006")
    assert fatima is not None
    assert identity_of(fatima).given_name == "Fatima"
    facts = circumstances_of([fatima.account_code], on=AT.date())[fatima.account_code]
    assert facts == {"contract": "agency", "household": "sole_parent", "residence": "yes"}


def test_who_waits_hears_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []

    import_citizens(
        file(tmp_path, HEADER, FATIMA, HENK),
        at=AT,
        told=lambda step, rows: told.append((step, rows)),
    )

    assert told == [("checked", 1), ("checked", 1), ("registered", 2)]


def test_a_day_begins_at_midnight_in_the_netherlands(tmp_path: Path) -> None:
    half_past_twelve = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    header = HEADER.replace("residence", "working_since")
    fatima = FATIMA.replace("2025-09-01", "2026-07-01").replace("yes", "2026-07-01")

    assert import_citizens(file(tmp_path, header, fatima), at=half_past_twelve) == (1, 1, 3)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = file(tmp_path, HEADER, FATIMA, HENK)
    import_citizens(path, at=AT)
    before = list(Circumstance.objects.order_by("id").values())

    assert import_citizens(path, at=AT) == (2, 0, 0)
    assert list(Circumstance.objects.order_by("id").values()) == before


def test_a_later_file_brings_later_facts(tmp_path: Path) -> None:
    import_citizens(file(tmp_path, HEADER, FATIMA), at=AT)
    later = FATIMA.replace("2025-09-01,agency", "2026-01-01,permanent")

    assert import_citizens(file(tmp_path, HEADER, later), at=AT) == (1, 0, 3)


def test_a_contradiction_is_named_by_line(tmp_path: Path) -> None:
    import_citizens(file(tmp_path, HEADER, FATIMA), at=AT)

    with pytest.raises(RefusedFile) as refused:
        import_citizens(file(tmp_path, HEADER, HENK, FATIMA.replace("agency", "on_call")), at=AT)

    assert [(f.line, f.field) for f in refused.value.faults] == [(3, "contract")]
    assert Citizen.objects.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("999900006", "999900007", "bsn"),
        ("999900006", "", "bsn"),
        ("999900006", "99990000x", "bsn"),
        ("Fatima", "", "given_name"),
        ("Fatima", "=HYPERLINK(1)", "given_name"),
        ("Fatima", "+31", "given_name"),
        ("Fatima", "@SUM", "given_name"),
        ("Fatima", "Fa\u0007tima", "given_name"),
        ("Fatima", "F" * 201, "given_name"),
        ("1991-04-03", "2027-01-01", "born_on"),
        ("1991-04-03", "1991-02-29", "born_on"),
        ("1991-04-03", "3-4-1991", "born_on"),
        ("1991-04-03", "19910403", "born_on"),
        ("1991-04-03", "1891-04-03", "born_on"),
        ("1991-04-03", "", "born_on"),
        ("2025-09-01", "", "facts_from"),
        ("2025-09-01", "2026-02-01", "facts_from"),
        ("agency", "Agency!", "contract"),
        ("sole_parent", "lone", "household"),
        ("yes", "maybe", "residence"),
    ],
)
def test_a_bad_row_is_named_by_line_and_field_and_nothing_goes_in(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    assert faults(file(tmp_path, HEADER, HENK, FATIMA.replace(old, new, 1))) == [(3, field)]


def test_every_bad_row_is_reported(tmp_path: Path) -> None:
    bad = [
        FATIMA.replace("999900006", ""),
        HENK.replace("1974-11-20", "1974-11-31"),
        "999900031,,,",
    ]

    assert faults(file(tmp_path, HEADER, *bad[:2])) == [(2, "bsn"), (3, "born_on")]


def test_a_bsn_that_comes_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="regel 3, bsn: staat ook op regel 2"):
        import_citizens(file(tmp_path, HEADER, FATIMA, FATIMA), at=AT)


def test_born_on_29_february_is_fine(tmp_path: Path) -> None:
    leap = FATIMA.replace("1991-04-03", "2004-02-29")

    assert import_citizens(file(tmp_path, HEADER, leap), at=AT).new == 1


@pytest.mark.parametrize("written", ["[" * 5000, f'[{{"bsn": {"9" * 5000}}}]'])
def test_json_that_python_will_not_read_is_refused_as_a_whole(tmp_path: Path, written: str) -> None:
    assert faults(file(tmp_path, written, name="citizens.json")) == [(1, "")]


def test_no_report_repeats_what_stood_in_the_row(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile) as refused:
        import_citizens(
            file(tmp_path, HEADER, "999900007,=Fatima,Amrani,2031-04-03,,agency,,"), at=AT
        )

    text = " ".join(map(str, refused.value.faults))
    assert "999900007" not in text
    assert "Fatima" not in text


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_spreadsheets_files_are_read_as_they_come(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    lines = [line.replace(",", separator) for line in (HEADER, FATIMA.replace("Amrani", "Amráni"))]

    assert import_citizens(file(tmp_path, *lines, encoding=encoding), at=AT).new == 1


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_name_is_kept_in_one_spelling(tmp_path: Path, kind: str) -> None:
    row = FATIMA.replace("Amrani", "Amra\u0301ni")  # as some computers write an á
    rows = [dict(zip(HEADER.split(","), row.split(","), strict=True))]
    lines = [HEADER, row] if kind == "csv" else [json.dumps(rows)]

    import_citizens(file(tmp_path, *lines, name=f"citizens.{kind}"), at=AT)

    assert identity_of(Citizen.objects.get()).family_name == "Amr\u00e1ni"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        HEADER.encode(),
        b"\x00\x01\x02\xff\xfe",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        f"{HEADER}\n{FATIMA}".encode("utf-16"),
        f"{HEADER}\n{FATIMA.replace('Amrani', 'Amráni')}".encode("latin-1"),
        f"{HEADER}\n{FATIMA},extra".encode(),
        f"{HEADER}\n999900006,Fatima".encode(),
        f"{HEADER},bsn\n{FATIMA},1".encode(),
        f"{HEADER},salary\n{FATIMA},1".encode(),
        b"given_name,family_name,born_on\nFatima,Amrani,1991-04-03",
        f'{HEADER}\n"{FATIMA}'.encode(),
        f"{HEADER}\n{'x' * 200_000}".encode(),
        b"," * 200_000,
        f"{HEADER}\n{',' * 200_000}".encode(),
    ],
    ids=lambda content: content[:12].hex(),
)
def test_a_strange_file_gets_one_clear_answer(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "citizens.csv"
    path.write_bytes(content)

    assert len(faults(path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[1]",
        '[{"bsn": "999900006"}]',
        '[{"bsn": 999900006, "given_name": "F", "family_name": "A", "born_on": "1991-04-03"}]',
        '[{"bsn": "999900006", "given_name": ["F"], "family_name": "A", "born_on": "1991-04-03"}]',
        "[" * 100_000,
        '[{"bsn": "1"',
        '[{"bsn": "999900006", "given_name": "F", "family_name": "A", "born_on": "1991-04-03",'
        ' "given_name": "G"}]',
    ],
    ids=lambda text: text[:20],
)
def test_strange_json_gets_one_clear_answer(tmp_path: Path, text: str) -> None:
    assert len(faults(file(tmp_path, text, name="citizens.json"))) == 1


def test_json_and_gzip_are_read(tmp_path: Path) -> None:
    names = HEADER.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in (FATIMA, HENK)]
    packed = tmp_path / "citizens.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(rows).encode()))

    assert import_citizens(packed, at=AT) == (2, 2, 6)


@pytest.mark.parametrize("damage", [b"no gzip at all", gzip.compress(b"x" * 1000, mtime=0)[:-9]])
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "citizens.csv.gz"
    path.write_bytes(damage)

    assert len(faults(path)) == 1


def test_json_is_never_unpacked_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "JSON_LENGTH_MAX", 1000)
    packed = tmp_path / "citizens.json.gz"
    packed.write_bytes(gzip.compress(b'["' + b"x" * 2000))

    with pytest.raises(RefusedFile, match="1000"):
        import_citizens(packed, at=AT)


@pytest.mark.parametrize("name", ["\ud800", "\x1b[2J", "\u202e"])
def test_a_column_that_is_not_known_is_named_in_what_can_be_shown(
    tmp_path: Path, name: str
) -> None:
    row = {"bsn": "999900006", "given_name": "F", "family_name": "A", "born_on": "1991-04-03"}

    with pytest.raises(RefusedFile) as refused:
        import_citizens(
            file(tmp_path, json.dumps([row | {name: "1"}]), name="citizens.json"), at=AT
        )

    assert [fault.field for fault in refused.value.faults] == [f"?{name[1:]}"]


@pytest.mark.parametrize("left", [None, [HEADER, FATIMA], [HEADER, FATIMA, "x"]], ids=str)
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, left: list[str] | None
) -> None:
    path = file(tmp_path, HEADER, FATIMA, HENK)

    def change(step: str, _rows: int) -> None:
        if step == "checked":
            path.unlink(missing_ok=True) if left is None else file(tmp_path, *left)

    with pytest.raises(RefusedFile):
        import_citizens(path, at=AT, told=change)

    assert not Citizen.objects.exists()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path / "nothing.csv") == [(1, "")]


def test_what_can_be_read_once_only_is_refused_in_a_sentence(tmp_path: Path) -> None:
    pipe = tmp_path / "citizens.csv"
    os.mkfifo(pipe)

    assert faults(pipe) == [(1, "")]


def test_rows_of_the_wrong_width_are_named_each_and_by_the_line_they_begin_on(
    tmp_path: Path,
) -> None:
    two_lines = FATIMA.replace("Amrani", '"Am\nrani"')

    path = file(tmp_path, HEADER, f"{HENK},extra", two_lines, "999900018,Henk")

    assert faults(path) == [(2, ""), (3, "family_name"), (5, "")]


def test_the_command_says_what_it_did_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_citizens", str(file(tmp_path, HEADER, FATIMA)))
    assert "1 rows: 1 new citizens, 3 new facts" in capsys.readouterr().out

    with pytest.raises(CommandError, match="1 faults, nothing was imported"):
        call_command("import_citizens", str(file(tmp_path, HEADER, HENK.replace("yes", "?"))))
    assert "regel 2, residence" in capsys.readouterr().err


def test_of_endless_faults_the_first_thousand_are_named_and_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        CommandError, match="more than the first 1000 faults named here, nothing was"
    ):
        call_command("import_citizens", str(file(tmp_path, HEADER, *["x"] * 1001)))

    assert len(capsys.readouterr().err.splitlines()) == 1000


def test_the_demo_file_goes_in_whole(tmp_path: Path) -> None:
    demo = Path(__file__).parents[2] / "demo" / "citizens.csv.gz"

    assert import_citizens(demo, at=AT).new == 5000


def test_the_demo_file_is_what_its_generator_writes(tmp_path: Path) -> None:
    from demo.population import write

    write(tmp_path / "again.csv.gz", people=5000, seed=20181112)

    committed = Path(__file__).parents[2] / "demo" / "citizens.csv.gz"
    assert gzip.decompress((tmp_path / "again.csv.gz").read_bytes()) == gzip.decompress(
        committed.read_bytes()
    )
