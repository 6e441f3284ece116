"""Whom the money reaches, without showing anyone: small counts stay hidden."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from ontwikkelrekening.budgets.open_data import counted_until, is_counted
from ontwikkelrekening.budgets.reach import GroupReach, reach
from ontwikkelrekening.budgets.reserving import agree, cancel
from ontwikkelrekening.budgets.topping_up import start_run
from ontwikkelrekening.eligibility.models import Policy
from providers.outbox import drain
from tests.budgets.round_world import applicants
from tests.budgets.world import AT, LATER, ON, STARTS_ON, World, course, create_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return populated(others=30)


def populated(*, others: int) -> World:
    """Fatima, Henk, 40 flex workers, some others and 25 lone parents, all topped up.

    Of the flex workers 20 learn, of the others all but ten, of the lone parents twelve.
    """
    world = create_world(fund_cents=100_000_000)
    flex = applicants(40, ("contract", "on_call"))
    more = applicants(others, ("contract", "employer"), start=70_000_000)
    parents = applicants(25, ("household", "sole_parent"), start=80_000_000)
    start_run(world.scheme, on=ON, at=AT)
    drain()
    course_ = course(world)
    for code in [*flex[:20], *more[:-10], *parents[:12]]:
        agree(code, course_, starts_on=STARTS_ON, at=AT, id=uuid4())
    stopped = agree(flex[20], course_, starts_on=STARTS_ON, at=AT, id=uuid4())
    cancel(stopped.enrolment, by="citizen", at=AT)
    return world


def by_group(rows: list[GroupReach]) -> dict[str, GroupReach]:
    return {row.group: row for row in rows}


def test_the_year_in_which_a_scheme_ended_is_counted(world: World) -> None:
    before = reach(world.scheme, year=2026)
    Policy.objects.filter(scheme=world.scheme).update(ends_on=date(2026, 7, 1))

    assert reach(world.scheme, year=2026) == before


def test_a_group_is_counted_against_its_share_of_the_population(world: World) -> None:
    rows = by_group(reach(world.scheme, year=2026))
    flex, everyone = rows["flex_worker"], rows["everyone"]

    assert flex.granted == 40  # of 41: Fatima is one of them
    assert flex.used == 20  # who cancelled does not use
    assert flex.granted_share == Decimal("44.4")  # 40 of 90
    assert flex.used_share == Decimal("40.0")
    assert flex.population_share == Decimal("7.6")
    assert not flex.behind
    assert (everyone.granted, everyone.used) == (90, 50)  # of 97 and 52


def test_small_groups_are_hidden_and_no_others(world: World) -> None:
    """Carers and the low-skilled are one person together."""
    rows = by_group(reach(world.scheme, year=2026))

    for group in ("carer_without_income", "low_skilled_permanent"):
        assert (rows[group].granted, rows[group].used) == (None, None)
        assert (rows[group].granted_share, rows[group].used_share) == (None, None)
    assert (rows["single_mother"].granted, rows["single_mother"].used) == (20, 10)


def test_a_small_group_is_named_as_behind_only_where_nine_would_be_too(db: None) -> None:
    """Of 150 users nine would be 6%, less than the 7.6% of the people that each group is."""
    rows = by_group(reach(populated(others=130).scheme, year=2026))

    assert rows["everyone"].used == 150
    assert rows["carer_without_income"].behind
    assert rows["carer_without_income"].used is None
    assert not rows["single_mother"].behind  # ten or more, up to nineteen


def test_where_nine_would_be_enough_nothing_is_said(world: World) -> None:
    """Of 52 users nine would be a sixth: whether a hidden group is behind would give it away."""
    assert not any(row.behind for row in reach(world.scheme, year=2026))


def test_open_data_counts_whole_months_that_are_over(world: World) -> None:
    assert [is_counted(2026, on=on) for on in (date(2026, 1, 31), date(2026, 2, 1))] == [
        False,
        True,
    ]
    assert counted_until(2026, on=date(2026, 2, 1)) == date(2026, 1, 31)
    assert counted_until(2026, on=date(2027, 3, 1)) == date(2026, 12, 31)
    before = by_group(reach(world.scheme, year=2026, until=date(2026, 1, 1)))["everyone"]
    after = by_group(reach(world.scheme, year=2026, until=date(2026, 1, 31)))["everyone"]

    assert (before.granted, after.granted) == (None, 90)


def test_the_open_data_describes_itself(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(LATER, tick=False):
        call_command("open_data", "landelijk", "2026", "--out", str(tmp_path))

    rows = list(csv.DictReader((tmp_path / "reach.csv").open()))
    described = json.loads((tmp_path / "datapackage.json").read_text())
    assert [row["group"] for row in rows] == [
        row["group"] for row in json.loads((tmp_path / "reach.json").read_text())
    ]
    assert [field["name"] for field in described["resources"][0]["schema"]["fields"]] == list(
        rows[0]
    )
    assert "counted through 2026-01-31" in capsys.readouterr().out


@pytest.mark.parametrize("at", [datetime(2026, 1, 31, 12, tzinfo=UTC), LATER])
def test_a_year_without_a_whole_month_has_no_open_data(
    at: datetime, world: World, tmp_path: Path
) -> None:
    year = 2026 if at.month == 1 else 2027
    with time_machine.travel(at, tick=False):
        assert f"/{year}/" not in Client().get("/open-data/").content.decode()
        assert Client().get(f"/open-data/landelijk/{year}/").status_code == 404
        with pytest.raises(CommandError, match=f"No month of {year} is over"):
            call_command("open_data", "landelijk", str(year), "--out", str(tmp_path))

    assert not [*tmp_path.iterdir()]


def test_everyone_reads_the_open_data_over_http_without_login(world: World) -> None:
    client = Client()
    with time_machine.travel(LATER, tick=False):
        listed = client.get("/open-data/")
        page = client.get("/open-data/landelijk/2026/")
        answers = {
            name: client.get(f"/open-data/landelijk/2026/{name}")
            for name in ("reach.csv", "reach.json", "datapackage.json")
        }

    assert "/open-data/landelijk/2026/" in listed.content.decode()
    assert ", 2026</a>" in listed.content.decode()
    assert "<svg" in page.content.decode()
    rows = list(csv.DictReader(io.StringIO(answers["reach.csv"].content.decode())))
    assert [row["group"] for row in rows] == [row["group"] for row in answers["reach.json"].json()]
    assert rows[-1]["granted"] == "90"
    assert "2026-01-31" in answers["datapackage.json"].json()["title"]
    assert answers["reach.csv"]["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["landelijk/2019/", "landelijk/2026/secret.csv", "nergens/2026/", "landelijk/2019/reach.csv"],
)
def test_what_was_not_published_is_not_there(world: World, path: str) -> None:
    assert Client().get(f"/open-data/{path}").status_code == 404
