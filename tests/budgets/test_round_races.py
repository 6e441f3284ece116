"""A round under many at once: one application each, nothing after closing, no cent too many."""

from __future__ import annotations

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.applying import apply
from ontwikkelrekening.budgets.drawing import assess_slice, draw
from ontwikkelrekening.budgets.models import Application, Assessment, Placing, Tranche
from ontwikkelrekening.budgets.rounds import close
from tests.budgets.round_world import (
    AFTER,
    CLOSES_AT,
    DURING,
    allocate_all,
    applicants,
    drawn,
    everyone_applies,
    published,
)
from tests.budgets.world import create_world, left
from tests.racing import at_once


def test_sixteen_times_the_same_person_is_one_application(own_database: str) -> None:
    world = create_world()
    round_ = published(world)

    ended = at_once(*[lambda: apply(round_.code, world.fatima, wanted=100_000, at=DURING)] * 16)

    assert ended == {"done": 16}
    assert Application.objects.count() == 1


def test_applying_while_the_round_closes_is_in_or_refused_never_lost(own_database: str) -> None:
    world = create_world()
    round_ = published(world)
    codes = applicants(15)
    last_moment = CLOSES_AT.replace(minute=CLOSES_AT.minute - 1) if CLOSES_AT.minute else DURING

    ended = at_once(
        *[lambda code=code: apply(round_.code, code, wanted=1, at=last_moment) for code in codes],
        lambda: close(round_, at=AFTER),
    )

    assert ended["done"] + ended["RoundIsClosed"] == 16
    assert Application.objects.count() == ended["done"] - 1


def test_many_workers_assess_each_application_once(own_database: str) -> None:
    world = create_world()
    round_ = published(world)
    everyone_applies(round_, applicants(30))
    close(round_, at=AFTER)

    at_once(*[lambda: assess_slice(f"{round_.pk}:0", at=AFTER)] * 8)

    assert Assessment.objects.count() == 30
    assert draw(round_, at=AFTER).seed
    assert Placing.objects.count() == 30


def test_many_allocations_at_once_grant_the_ceiling_once(own_database: str) -> None:
    world = create_world()
    round_ = published(world)
    everyone_applies(round_, applicants(10))
    drawn_round = drawn(round_)

    at_once(*[lambda: allocate_all(drawn_round, at=AFTER)] * 8)

    assert sum(Tranche.objects.values_list("granted", flat=True)) == 250_000
    assert left(f"fund:{round_.pk}") == 0
    assert check_ledger() == []
