"""A draft policy tried on everyone: cost, winners and losers per group, through the work queue."""

from __future__ import annotations

from datetime import date

import pytest

from ontwikkelrekening.budgets.simulating import run_chunk
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.eligibility import simulating
from ontwikkelrekening.eligibility.example import EXAMPLE
from ontwikkelrekening.eligibility.models import Decision, Policy, Simulation
from ontwikkelrekening.eligibility.parameters import UnusableParameter
from ontwikkelrekening.eligibility.policies import Setting, draft
from ontwikkelrekening.eligibility.simulating import Line, lines, progress, start
from providers.outbox import drain
from tests.budgets.world import AT, World, create_world
from tests.eligibility.people import noor

ON = date(2027, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(simulating, "CHUNK", 2)
    world = create_world()
    register([noor()], at=AT)  # beside Fatima and Henk: two chunks
    return world


def changed(world: World, **values: object) -> Policy:
    settings = dict(EXAMPLE) | {key: Setting(value, "concept") for key, value in values.items()}
    return draft(world.scheme, starts_on=ON, settings=settings, on=ON)


def simulated(world: World, **values: object) -> dict[str, Line]:
    simulation = start(changed(world, **values), on=ON, by="petra", at=AT)
    drain()
    assert progress(simulation).finished
    return {line.group: line for line in lines(simulation)}


def test_the_same_policy_changes_nothing(world: World) -> None:
    everyone = simulated(world)["everyone"]

    assert everyone.people == 3
    assert (everyone.winners, everyone.losers, everyone.difference_cents) == (0, 0, 0)


def test_a_higher_amount_makes_winners_in_its_group_only(world: World) -> None:
    result = simulated(world, amount_priority_cents=90_000)

    assert result["flex_worker"].winners == result["everyone"].winners == 1
    assert result["low_skilled_permanent"].winners == 0
    assert result["everyone"].difference_cents == 10_000


def test_a_lower_age_limit_for_coaching_makes_losers(world: World) -> None:
    result = simulated(world, coaching_classes=[1, 2])

    assert result["low_skilled_permanent"].losers == result["everyone"].losers == 1
    assert result["everyone"].difference_cents == -70_000


def test_the_lines_fill_as_chunks_are_done(world: World) -> None:
    simulation = start(changed(world), on=ON, by="petra", at=AT)
    assert (progress(simulation).percent, progress(simulation).chunks) == (0, 2)

    run_chunk(f"{simulation.pk}:0", at=AT)
    run_chunk(f"{simulation.pk}:0", at=AT)  # twice is once

    assert progress(simulation).percent == 50
    assert lines(simulation)[-1].people == 2


def test_a_simulation_stores_nobody(world: World) -> None:
    simulated(world)

    totals = str(list(Simulation.objects.get().chunks.values_list("totals", flat=True)))
    assert world.fatima not in totals
    assert not Decision.objects.exists()


def test_an_incomplete_draft_is_not_simulated(world: World) -> None:
    policy = draft(
        world.scheme, starts_on=ON, settings={"age_min_years": Setting(18, "art. 2")}, on=ON
    )

    with pytest.raises(UnusableParameter):
        start(policy, on=ON, by="petra", at=AT)
