"""Anyone can redraw a round from what is published, and a citizen sees the own place."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from ontwikkelrekening.budgets import proving
from ontwikkelrekening.budgets.models import Application, Round
from tests.budgets.round_world import (
    AFTER,
    CLOSES_AT,
    DURING,
    OPENS_AT,
    allocated,
    applicants,
    everyone_applies,
    published,
)
from tests.budgets.world import AT, World, create_world, staff

SCRIPT = Path(proving.__file__).parent / "static/budgets/redraw.py"

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return create_world()


def written(round_: Round, directory: Path) -> Path:
    call_command("publish_list", round_.code, "--out", str(directory))
    return directory


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


@pytest.mark.parametrize("column", ["rank", "grantedCents", "class", "missed", "application"])
def test_a_list_that_was_tampered_with_is_found_out(
    world: World, tmp_path: Path, column: str
) -> None:
    directory = written(allocated(big_round(world)), tmp_path)
    rows = list(csv.DictReader((directory / "list.csv").open()))
    rows[0][column], rows[45][column] = rows[45][column], rows[0][column]
    if column == "missed":
        rows[45][column] = "3"
    with (directory / "list.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, proving.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)

    done = redraw(directory)

    assert done.returncode == 1
    assert "DIFFERENT" in done.stdout


def test_another_seed_than_committed_is_found_out(world: World, tmp_path: Path) -> None:
    directory = written(allocated(big_round(world)), tmp_path)
    facts = json.loads((directory / "round.json").read_text())
    facts["seed"] = "00" * 32
    (directory / "round.json").write_text(json.dumps(facts))

    assert "the seed is not the one" in redraw(directory).stdout


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


@pytest.mark.usefixtures("in_english")
def test_the_commands_take_a_round_from_paper_to_proof(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("petra", "paul"):
        staff(name, "policy-officers")
    file = tmp_path / "voorjaar.json"
    file.write_text(
        json.dumps(
            {
                "code": "voorjaar",
                "name": "Voorjaar 2026",
                "opens_at": OPENS_AT.isoformat(),
                "closes_at": CLOSES_AT.isoformat(),
                "waits_until": "2026-12-31",
                "ceiling": 250_000,
                "grant": 100_000,
                "categories": ["course"],
                "fallback": "Een dag langer open.",
                "outside_source": "de trekking van 10 maart",
            }
        )
    )
    with time_machine.travel(AT, tick=False):
        call_command("prepare_round", "landelijk", str(file), "--by", "petra")
        with pytest.raises(CommandError, match="someone else must publish it"):
            call_command("publish_round", "voorjaar", "--by", "petra")
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
