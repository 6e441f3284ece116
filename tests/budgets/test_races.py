"""Many at once: what is accepted is exactly what is legal. Real threads, real commits."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from ledger.checking import check_ledger
from ontwikkelrekening.budgets import errors
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import Agreement, Tranche
from ontwikkelrekening.budgets.nightly import hand_on
from ontwikkelrekening.budgets.pausing import pause
from ontwikkelrekening.budgets.reserving import agree, cancel
from ontwikkelrekening.budgets.topping_up import progress, start_run
from providers.models import Enrolment
from providers.outbox import drain
from tests.budgets.round_world import AFTER, drawn, published
from tests.budgets.world import AT, ON, STARTS_ON, course, create_world, give, left, left_on
from tests.racing import at_once

THREADS = 16


def test_sixteen_agreements_on_the_same_credit_take_exactly_what_there_is(
    own_database: str,
) -> None:
    world = create_world()
    first = give(world, world.fatima, 50_000, expires_on=date(2026, 12, 31))
    second = give(world, world.fatima, 30_000)
    course_ = course(world, price="100.00")

    ended = at_once(
        *[
            lambda: agree(world.fatima, course_, starts_on=STARTS_ON, at=AT, id=uuid4())
            for _ in range(THREADS)
        ]
    )

    assert ended == {"done": 8, "NoCreditForThis": 8}
    assert (left_on(first), left_on(second)) == (0, 0)
    assert Enrolment.objects.count() == Agreement.objects.count() == 8
    assert check_ledger() == []


def test_sixteen_times_the_same_agreement_is_one(own_database: str) -> None:
    world = create_world()
    general = give(world, world.fatima, 80_000)
    course_, id_ = course(world), uuid4()

    ended = at_once(
        *[lambda: agree(world.fatima, course_, starts_on=STARTS_ON, at=AT, id=id_)] * THREADS
    )

    assert ended == {"done": THREADS}
    assert left_on(general) == 50_000
    assert Enrolment.objects.count() == 1


def test_sixteen_cancellations_give_back_once(own_database: str) -> None:
    world = create_world()
    general = give(world, world.fatima, 80_000)
    enrolment = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4()).enrolment

    ended = at_once(*[lambda: cancel(enrolment, by="citizen", at=AT)] * THREADS)

    assert ended == {"done": THREADS}
    assert left_on(general) == 80_000


def test_credit_is_spent_or_expired_never_both(own_database: str) -> None:
    world = create_world()
    tranches = [give(world, world.fatima, 10_000, expires_on=ON) for _ in range(8)]
    course_ = course(world, price="100.00")

    def spend() -> None:
        agree(world.fatima, course_, starts_on=STARTS_ON, at=AT, id=uuid4())

    def end() -> None:
        expire(on=date(2026, 1, 3), at=AT)

    ended = at_once(*[spend] * 8, *[end] * 8)

    assert ended["done"] + ended["NoCreditForThis"] == 16
    assert Enrolment.objects.count() == ended["done"] - 8
    assert [left_on(each) for each in tranches] == [0] * 8
    assert check_ledger() == []


def test_a_list_that_is_over_is_ended_by_eight_at_once_one_time(own_database: str) -> None:
    world = create_world()
    round_ = published(world, waits_until=date(2026, 3, 31))
    drawn(round_)
    before = left("fund:landelijk")

    ended = at_once(*[lambda: hand_on(on=date(2026, 4, 1), at=AFTER)] * 8)

    assert ended == {"done": 8}
    assert (left(f"fund:{round_.pk}"), left("fund:landelijk")) == (0, before + 250_000)
    assert check_ledger() == []


def test_many_workers_share_a_top_up_and_do_each_chunk_once(own_database: str) -> None:
    world = create_world()
    run = start_run(world.scheme, on=ON, at=AT, chunk_size=1)

    at_once(*[drain] * 8)

    assert progress(run).is_done
    assert Tranche.objects.filter(kind="general").count() == 2
    assert check_ledger() == []


def test_an_agreement_beside_a_shortage_stays_whole(own_database: str) -> None:
    """Who is refused in a race finds nothing half written."""
    world = create_world()
    give(world, world.henk, 15_000)
    course_ = course(world, price="100.00")

    ended = at_once(
        *[
            lambda: agree(world.henk, course_, starts_on=STARTS_ON, at=AT, id=uuid4())
            for _ in range(THREADS)
        ]
    )

    assert ended == {"done": 1, errors.NotEnoughCredit.__name__: THREADS - 1}
    assert Enrolment.objects.count() == 1


def test_sixteen_pauses_at_once_are_one(own_database: str) -> None:
    world = create_world()
    ending = give(world, world.fatima, 30_000, expires_on=ON)
    until = ON + timedelta(days=30)

    ended = at_once(*[lambda: pause(world.fatima, until=until, by="citizen", at=AT)] * THREADS)

    assert ended == {"done": 1, "AlreadyPaused": THREADS - 1}
    assert Tranche.objects.get(pk=ending.pk).expires_on == until
