"""Anyone can redraw a round from what is published, and a citizen sees the own place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from ontwikkelrekening.budgets import proving
from ontwikkelrekening.budgets.allocating import allocate
from ontwikkelrekening.budgets.models import Application, Placing, Round, Tranche
from ontwikkelrekening.budgets.nightly import hand_on
from ontwikkelrekening.budgets.returning import return_credit
from tests.budgets.round_world import (
    AFTER,
    CLOSES_AT,
    DURING,
    allocate_all,
    allocated,
    applicants,
    drawn,
    everyone_applies,
    published,
    round_file,
)
from tests.budgets.world import AT, World, come_back, staff

Alteration = Callable[[bytes, list[bytes]], tuple[bytes, bytes]]
SCRIPT = Path(proving.__file__).parent / "static/budgets/redraw.py"

pytestmark = pytest.mark.django_db


def written(round_: Round, directory: Path) -> Path:
    call_command("publish_list", round_.code, "--out", str(directory))
    return directory


def test_a_list_that_the_disk_refuses_leaves_the_files_of_before(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Mock(side_effect=OSError(28, "No space left on device"))
    round_ = allocated(big_round(world))
    written(round_, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(
        "ontwikkelrekening.budgets.management.commands.publish_list.list_lines", full
    )

    with pytest.raises(CommandError, match=r"list\.csv cannot be written: No space left"):
        written(round_, tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def redraw(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger would: isolated, in the directory with the two files."""
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), "round.json", "list.csv"],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def big_round(world: World, **changes: object) -> Round:
    """Fifty people of two classes for forty grants and a half."""
    round_ = published(world, ceiling=4_050_000, **changes)
    codes = applicants(25, ("contract", "on_call"))
    everyone_applies(round_, [*codes, *applicants(25, start=70_000_000)])
    return round_


@pytest.mark.parametrize("last_grant", ["partial", "none"])
def test_a_stranger_redraws_the_list_identically(
    world: World, tmp_path: Path, last_grant: str
) -> None:
    round_ = allocated(big_round(world, last_grant=last_grant))

    done = redraw(written(round_, tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("identical: 50 applications")


def on_line(number: int, change: Callable[[list[str]], object]) -> Alteration:
    """An alteration of the cells of one line of the list."""

    def altered(facts: bytes, lines: list[bytes]) -> tuple[bytes, bytes]:
        cells = lines[number].decode().strip().split(",")
        change(cells)
        lines[number] = ",".join(cells).encode() + b"\n"
        return facts, b"".join(lines)

    return altered


def a_fact(name: str, value: object) -> Alteration:
    def altered(facts: bytes, lines: list[bytes]) -> tuple[bytes, bytes]:
        return json.dumps({**json.loads(facts), name: value}).encode() + b"\n", b"".join(lines)

    return altered


def swapped(lines: list[bytes]) -> bytes:
    lines[3], lines[4] = lines[4], lines[3]
    return b"".join(lines)


# What someone might do to the files; what the script then calls it, and how it ends.
ALTERATIONS: dict[str, tuple[Alteration, str, int]] = {
    "a row of a winner is gone": (lambda f, rows: (f, b"".join(rows[:2] + rows[3:])), "count", 1),
    "the last row is gone": (lambda f, rows: (f, b"".join(rows[:-1])), "count", 1),
    "a row stands there twice": (lambda f, rows: (f, b"".join([*rows, rows[2]])), "twice", 1),
    "a row instead of another": (
        lambda f, rows: (f, b"".join([*rows[:-1], rows[2]])),
        "twice",
        1,
    ),
    "two rows changed places": (lambda f, rows: (f, swapped(rows)), "order", 1),
    "the class of the first": (on_line(1, lambda row: row.__setitem__(1, "4")), "rank", 1),
    "the class of the last": (on_line(50, lambda row: row.__setitem__(1, "9")), "list", 1),
    "the rounds missed": (on_line(45, lambda row: row.__setitem__(2, "3")), "rank", 1),
    "another application": (
        on_line(1, lambda row: row.__setitem__(0, "0e984725-c51c-4bf4-9960-e1c80e27aba0")),
        "list",
        1,
    ),
    "the amount asked": (on_line(50, lambda row: row.__setitem__(3, "99999")), "list", 1),
    "more asked than one may": (on_line(50, lambda row: row.__setitem__(3, "100001")), "wanted", 1),
    "nothing asked": (on_line(50, lambda row: row.__setitem__(3, "0")), "wanted", 1),
    "the rank": (on_line(50, lambda row: row.__setitem__(4, "49")), "order", 1),
    "a loser wins": (on_line(50, lambda row: row.__setitem__(5, "100000")), "granted", 1),
    "a winner gets less": (on_line(1, lambda row: row.__setitem__(5, "1")), "grant", 1),
    "a sum like 0100000": (on_line(1, lambda row: row.__setitem__(5, "0100000")), "row", 3),
    "a sum in other digits": (on_line(1, lambda row: row.__setitem__(5, "١٠٠٠٠٠")), "row", 3),
    "a negative sum": (on_line(1, lambda row: row.__setitem__(5, "-100000")), "row", 3),
    "an application in capitals": (
        on_line(1, lambda row: row.__setitem__(0, row[0].upper())),
        "row",
        3,
    ),
    "a winner left without the grant": (
        on_line(1, lambda row: (row.__setitem__(5, "0"), row.__setitem__(6, "1"))),
        "granted",
        1,
    ),
    "a loser wins and leaves": (
        on_line(50, lambda row: (row.__setitem__(5, "100000"), row.__setitem__(6, "1"))),
        "grant",
        1,
    ),
    "neither left nor stayed": (on_line(1, lambda row: row.__setitem__(6, "2")), "row", 3),
    "a cell too many": (on_line(1, lambda row: row.append("0")), "row", 3),
    "a cell too few": (on_line(1, lambda row: row.pop()), "row", 3),
    "a column named otherwise": (
        on_line(0, lambda row: row.__setitem__(1, "klasse")),
        "columns",
        3,
    ),
    "an empty line": (lambda f, rows: (f, b"".join([*rows, b"\n"])), "row", 3),
    "a list of nobody": (lambda f, rows: (f, rows[0]), "count", 1),
    "an empty list": (lambda f, _rows: (f, b""), "empty", 3),
    "a list of blanks": (lambda f, _rows: (f, b" \n\n"), "empty", 3),
    "a byte-order mark": (
        lambda f, rows: (f, b"\xef\xbb\xbf" + b"".join(rows)),
        "byte-order-mark",
        3,
    ),
    "UTF-16": (
        lambda f, rows: (f, b"".join(rows).decode().encode("utf-16")),
        "byte-order-mark",
        3,
    ),
    "bytes that are no text": (lambda f, rows: (f, b"".join([*rows, b"\xff\n"])), "encoding", 3),
    "line ends of a spreadsheet": (
        lambda f, rows: (f, b"".join(rows).replace(b"\n", b"\r\n")),
        "line-ends",
        3,
    ),
    "semicolons": (lambda f, rows: (f, b"".join(rows).replace(b",", b";")), "columns", 3),
    "a list that is cut off": (lambda f, rows: (f, b"".join(rows)[:-3]), "cut-off", 3),
    "the ceiling": (a_fact("ceilingCents", 5_000_000), "money", 1),
    "what came back": (a_fact("returnedCents", 1), "money", 1),
    "what was granted": (a_fact("grantedCents", 4_000_000), "granted", 1),
    "the division": (a_fact("division", "lottery"), "rank", 1),
    "the last grant": (a_fact("lastGrant", "none"), "grant", 1),
    "the number of applications": (a_fact("applications", 51), "count", 1),
    "the seed": (a_fact("seed", "00" * 32), "seed", 1),
    "the hash of the seed": (a_fact("seedHash", "00" * 32), "seed", 1),
    "the hash of the list": (a_fact("listHash", "00" * 32), "list", 1),
    "a chance from outside": (a_fact("outsideValue", "KX 1"), "outside", 1),
    "half a letter": (a_fact("outsideValue", "\ud800"), "field", 3),
    "a ceiling of text": (a_fact("ceilingCents", "4050000"), "field", 3),
    "a ceiling with a fraction": (a_fact("ceilingCents", 4050000.0), "field", 3),
    "a ceiling of true": (a_fact("ceilingCents", True), "field", 3),
    "a seed that is short": (a_fact("seed", "00"), "field", 3),
    "no facts": (lambda _f, rows: (b"", b"".join(rows)), "empty", 3),
    "facts that are a list": (lambda _f, rows: (b"[]\n", b"".join(rows)), "json", 3),
    "facts that are no JSON": (lambda _f, rows: (b"{\n", b"".join(rows)), "json", 3),
    "facts named twice": (
        lambda f, rows: (f.replace(b"{", b'{"seed": "",', 1), b"".join(rows)),
        "json",
        3,
    ),
    "facts nested without end": (
        lambda _f, rows: (b"[" * 100_000 + b"\n", b"".join(rows)),
        "json",
        3,
    ),
}


def test_every_altered_file_is_refused_by_name(world: World, tmp_path: Path) -> None:
    directory = written(allocated(big_round(world)), tmp_path)
    facts, list_ = directory / "round.json", directory / "list.csv"
    published = facts.read_bytes(), list_.read_bytes().splitlines(keepends=True)

    said = {}
    for what, (alter, _name, _code) in ALTERATIONS.items():
        altered = alter(published[0], list(published[1]))
        facts.write_bytes(altered[0])
        list_.write_bytes(altered[1])
        done = redraw(directory)
        assert done.stderr == "", what
        said[what] = {line.split(":")[0] for line in done.stdout.splitlines()}, done.returncode

    for what, (_alter, name, code) in ALTERATIONS.items():
        names, ended = said[what]
        assert name in names, what
        assert ended == code, what
        assert "identical" not in names, what


@pytest.mark.parametrize("arguments", [[], ["round.json"], ["a", "b", "c"]])
def test_the_script_says_how_it_is_used(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")


def test_a_file_that_is_not_there_is_a_plain_line(tmp_path: Path) -> None:
    done = redraw(tmp_path)

    assert done.returncode == 3
    assert done.stdout.startswith("file: round.json: No such file")
    assert done.stderr == ""


def test_money_that_came_back_may_wait_for_the_night_and_is_then_in_the_redraw(
    world: World, tmp_path: Path
) -> None:
    round_ = allocated(big_round(world))
    come_back(Tranche.objects.filter(granted=100_000)[0], on=AFTER.date(), at=AFTER)

    waiting = redraw(written(round_, tmp_path))
    allocate_all(round_, at=AFTER)
    handed_on = redraw(written(round_, tmp_path))

    assert waiting.returncode == handed_on.returncode == 0, waiting.stdout + handed_on.stdout
    assert "40500.00 euros granted of 40500.00 and 1000.00 that came back" in waiting.stdout
    assert "41500.00 euros granted of 40500.00 and 1000.00 that came back" in handed_on.stdout


@pytest.mark.parametrize("last_grant", ["partial", "none"])
def test_who_left_the_list_stands_so_on_it_and_keeps_what_came_before(
    world: World, tmp_path: Path, last_grant: str
) -> None:
    """Two who had all they asked, one who had a half, two of whom it is the turn, and the last."""
    round_ = allocated(big_round(world, last_grant=last_grant))
    places = dict(Placing.objects.values_list("rank", "application__account_code"))
    for rank in (3, 5, 41, 42, 43, 50):
        return_credit(places[rank], why="died", on=AFTER.date(), at=AFTER)
    allocate_all(round_, at=AFTER)

    done = redraw(written(round_, tmp_path))
    rows = [line.split(",") for line in (tmp_path / "list.csv").read_text().splitlines()]

    assert done.returncode == 0, done.stdout
    assert [int(row[4]) for row in rows[1:] if row[6] == "1"] == [41, 42, 43]
    assert [int(row[5]) for row in rows[44:48]] == {
        "partial": [100_000, 100_000, 50_000, 0],
        "none": [100_000, 100_000, 0, 0],
    }[last_grant]


def test_money_that_went_back_to_the_fund_is_accounted_for(world: World, tmp_path: Path) -> None:
    round_ = allocated(big_round(world, last_grant="none"))
    hand_on(on=date(2027, 1, 1), at=AFTER)

    done = redraw(written(round_, tmp_path))

    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "round.json").read_text())["backToFundCents"] == 50_000


def test_money_that_goes_back_while_the_list_runs_is_said(world: World, tmp_path: Path) -> None:
    round_ = drawn(big_round(world))
    hand_on(on=date(2027, 1, 1), at=AFTER)

    done = redraw(written(round_, tmp_path))

    assert done.returncode == 1
    assert done.stdout.startswith("left: 4050000 cents of the ceiling are not divided")


@pytest.mark.parametrize("which", ["rank = 41", "true"])
def test_a_grant_that_was_wiped_from_the_list_is_missed(
    world: World, tmp_path: Path, which: str
) -> None:
    """The last winner, who would be granted again from what comes back; and everybody."""
    round_ = allocated(big_round(world))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE budgets_placing SET granted = 0 WHERE {which}")

    done = redraw(written(round_, tmp_path))

    assert done.returncode == 1
    assert "money: 4050000 cents came" in done.stdout
    assert proving.standing(round_).back_to_fund_cents == 0


def test_a_ceiling_that_is_not_yet_divided_is_said(world: World, tmp_path: Path) -> None:
    round_ = drawn(big_round(world))
    allocate(round_, at=AFTER, limit=10)

    done = redraw(written(round_, tmp_path))

    assert done.returncode == 1
    assert done.stdout.startswith("left: 3050000 cents of the ceiling are not divided (yet)")


def test_a_round_that_nobody_applied_in_is_redrawn(world: World, tmp_path: Path) -> None:
    done = redraw(written(allocated(published(world)), tmp_path))

    assert done.stdout.startswith("identical: 0 applications")


def test_the_hash_of_the_list_can_be_had_with_the_tools_of_any_computer(
    world: World, tmp_path: Path
) -> None:
    round_ = allocated(big_round(world))
    written(round_, tmp_path)

    done = subprocess.run(
        ["bash", "-c", "tail -n +2 list.csv | cut -d, -f1-4 | sha256sum"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split()[0] == round_.list_hash


def test_the_database_keeps_the_hash_of_the_list(world: World) -> None:
    round_ = allocated(big_round(world))

    with pytest.raises(DatabaseError, match="set once, at the draw"), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(list_hash="00" * 32)


@pytest.mark.parametrize("change", ["state = 'closed'", "drawn_at = NULL", "closed_at = NULL"])
def test_a_round_is_closed_and_drawn_as_its_state_says(world: World, change: str) -> None:
    """Past the triggers too."""
    allocated(published(world))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(IntegrityError, match="as_its_state_says"):
            cursor.execute(f"UPDATE budgets_round SET {change}")


def test_the_list_names_no_account(world: World, tmp_path: Path) -> None:
    directory = written(allocated(big_round(world)), tmp_path)
    text = (directory / "list.csv").read_text() + (directory / "round.json").read_text()

    for code in Application.objects.values_list("account_code", flat=True):
        assert code not in text


def test_there_is_no_list_before_the_draw(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="has not been drawn yet"):
        written(big_round(world), tmp_path)


def test_a_citizen_sees_the_own_place_and_how_it_came_about(world: World) -> None:
    round_ = published(world)
    everyone_applies(
        round_, [*applicants(4, ("contract", "on_call")), *applicants(3, start=70_000_000)]
    )
    last = Application.objects.filter(round=round_).order_by("applied_at").last()
    assert last is not None
    assert proving.place_of(last) is None

    allocated(round_)

    place = proving.place_of(last)
    assert place is not None
    assert place.of == 7
    assert place.rank == 1 + place.before_by_class + place.before_by_missed + place.before_by_lot
    assert place.before_by_class == 4
    assert place.granted == 0


def test_where_the_lot_decides_alone_no_class_went_first(world: World) -> None:
    """Classes 2 and 4 are drawn through each other."""
    round_ = published(world, division="lottery", ceiling=700_000)
    everyone_applies(
        round_, [*applicants(6, ("contract", "on_call")), *applicants(6, start=70_000_000)]
    )

    allocated(round_)

    for application in Application.objects.select_related("placing"):
        place = proving.place_of(application)
        assert place is not None
        assert (place.priority, place.before_by_class, place.before_by_missed) == (0, 0, 0)
        assert place.before_by_lot == place.rank - 1


@pytest.mark.usefixtures("in_english")
def test_the_commands_take_a_round_from_paper_to_proof(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("petra", "paul"):
        staff(name, "policy-officers")
    file = tmp_path / "voorjaar.json"
    file.write_text(round_file(outside_source="de trekking van 10 maart"))
    staff("rosa", "reviewers")
    for name in "mallory", "rosa":
        with pytest.raises(CommandError, match=f"{name} is no active member of staff who may"):
            call_command("prepare_round", "landelijk", str(file), "--by", name)
    with time_machine.travel(AT, tick=False):
        fields = json.loads(file.read_text())
        file.write_text(json.dumps({**fields, "waits_until": CLOSES_AT.date().isoformat()}))
        with pytest.raises(
            CommandError, match=r"^The waiting list ends after the day of closing.$"
        ):
            call_command("prepare_round", "landelijk", str(file), "--by", "petra")
        file.write_text(json.dumps(fields))
        call_command("prepare_round", "landelijk", str(file), "--by", "petra")
        with pytest.raises(CommandError, match="someone else must publish it"):
            call_command("publish_round", "voorjaar", "--by", "petra")
        with pytest.raises(CommandError, match="mallory is no active member of staff who may"):
            call_command("publish_round", "voorjaar", "--by", "mallory")
        call_command("publish_round", "voorjaar", "--by", "paul")
    everyone_applies(Round.objects.get(), applicants(4))
    with time_machine.travel(DURING, tick=False), pytest.raises(CommandError, match="until"):
        call_command("close_round", "voorjaar", "--here")
    with time_machine.travel(AFTER + timedelta(days=2), tick=False):
        call_command("close_round", "voorjaar", "--here")
        with pytest.raises(CommandError, match="First record the outcome"):
            call_command("draw_round", "voorjaar")
        call_command("close_round", "voorjaar", "--outside", "KX 1", "--here")
        call_command("draw_round", "voorjaar")

    assert "4 placed, 3 granted, 2500.00 euros, 0.00 left" in capsys.readouterr().out
    assert redraw(written(Round.objects.get(), tmp_path)).returncode == 0
