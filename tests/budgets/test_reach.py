"""Whom the money reaches, without showing anyone: small counts stay hidden."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command

from ontwikkelrekening.budgets.reach import GroupReach, reach
from ontwikkelrekening.budgets.reserving import agree, cancel
from ontwikkelrekening.budgets.topping_up import start_run
from providers.outbox import drain
from tests.budgets.round_world import applicants
from tests.budgets.world import AT, ON, STARTS_ON, World, course, create_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """Fatima, Henk, 12 flex workers and 30 others, all topped up; 10 flex and 20 others learn."""
    world = create_world()
    flex = applicants(12, ("contract", "on_call"))
    others = applicants(30, ("contract", "employer"), start=70_000_000)
    start_run(world.scheme, year=2026, on=ON, at=AT)
    drain()
    course_ = course(world)
    for code in [*flex[:10], *others[:20]]:
        agree(code, course_, starts_on=STARTS_ON, at=AT, id=uuid4())
    stopped = agree(flex[10], course_, starts_on=STARTS_ON, at=AT, id=uuid4())
    cancel(stopped.enrolment, by=flex[10], at=AT)
    return world


def by_group(rows: list[GroupReach]) -> dict[str, GroupReach]:
    return {row.group: row for row in rows}


def test_a_group_is_counted_against_its_share_of_the_population(world: World) -> None:
    flex = by_group(reach(world.scheme, year=2026))["flex_worker"]

    assert (flex.granted, flex.used) == (
        13,
        10,
    )  # Fatima is one of them; who cancelled does not use
    assert flex.granted_share == Decimal("29.5")
    assert flex.used_share == Decimal("33.3")
    assert flex.population_share == Decimal("7.6")
    assert not flex.behind


def test_fewer_than_ten_are_not_shown_and_a_group_behind_is_named(world: World) -> None:
    mothers = by_group(reach(world.scheme, year=2026))["single_mother"]

    assert (mothers.granted, mothers.granted_share, mothers.used) == (None, None, None)
    assert mothers.behind


def test_the_open_data_describes_itself(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("open_data", "landelijk", "2026", "--out", str(tmp_path))

    rows = list(csv.DictReader((tmp_path / "reach.csv").open()))
    described = json.loads((tmp_path / "datapackage.json").read_text())
    assert [row["group"] for row in rows] == [
        row["group"] for row in json.loads((tmp_path / "reach.json").read_text())
    ]
    assert [field["name"] for field in described["resources"][0]["schema"]["fields"]] == list(
        rows[0]
    )
    assert "single_mother is behind" in capsys.readouterr().out
