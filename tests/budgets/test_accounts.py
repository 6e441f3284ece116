"""What a citizen reads of the account: tranches, what happened, what was agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from djmoney.money import Money

from ontwikkelrekening.budgets.accounts import enrolments_of, history, overview
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.reserving import agree, cancel
from providers import claiming
from providers.enrolling import redeem
from providers.models import Enrolment
from tests.budgets.world import (
    AT,
    COACHING,
    LATER,
    ON,
    STARTS_ON,
    World,
    course,
    give,
)

pytestmark = pytest.mark.django_db


def enrol(world: World, *, price: str = "300.00", category: str = "course") -> Enrolment:
    """Fatima agrees and the provider takes the code in."""
    agreed = agree(
        world.fatima,
        course(world, price=price, category=category),
        starts_on=STARTS_ON,
        at=AT,
        id=uuid4(),
    )
    return redeem(agreed.code, provider=world.provider, actor="roc", at=AT)


def claim_start(world: World, enrolment: Enrolment, *, at: datetime = LATER) -> None:
    (start, *_) = enrolment.terms
    amount = Money(start["cents"] / 100, "EUR")
    claim, _ = claiming.submit(
        uuid4(), enrolment.pk, start["instalment"], amount, {}, provider=world.provider,
        actor="roc", at=at,
    )  # fmt: skip
    claiming.assess(str(claim.pk), at=at)


def test_an_account_nobody_gave_to_is_empty(world: World) -> None:
    assert overview(world.fatima, on=ON).available_cents == 0
    assert history(world.fatima) == []
    assert enrolments_of(world.fatima) == []


def test_a_tranche_is_used_reserved_and_free(world: World) -> None:
    give(world, world.fatima, 80_000)
    claim_start(world, enrol(world))

    (line,) = overview(world.fatima, on=ON).tranches

    assert (line.granted, line.used, line.reserved, line.free) == (80_000, 15_000, 15_000, 50_000)


def test_a_provider_is_paid_from_what_was_reserved_first(world: World) -> None:
    give(world, world.fatima, 80_000)
    give(world, world.fatima, 20_000, kind="coaching_evc", categories=COACHING)
    enrolment = enrol(world, price="300.00", category="exam")
    assert overview(world.fatima, on=ON).tranches[0].reserved == 0  # coaching pays no exam
    cancel(enrolment, by="citizen", at=AT)

    claim_start(world, enrol(world, price="300.00", category="coaching"))

    coaching, general = overview(world.fatima, on=ON).tranches
    assert (coaching.used, coaching.reserved, coaching.free) == (20_000, 0, 0)
    assert (general.used, general.reserved, general.free) == (10_000, 0, 70_000)


def test_what_is_left_after_a_claim_goes_back_to_the_last_reserved(world: World) -> None:
    give(world, world.fatima, 20_000, expires_on=date(2026, 12, 31))
    give(world, world.fatima, 20_000)
    enrolment = enrol(world)
    claim_start(world, enrolment)

    done = expire(on=enrolment.claim_until + timedelta(days=1), at=LATER)

    soon, general = overview(world.fatima, on=ON).tranches
    assert done.finished == 1
    assert (soon.used, soon.reserved, soon.free) == (15_000, 0, 5_000)
    assert (general.used, general.reserved, general.free) == (0, 0, 20_000)


def test_credit_past_its_last_day_is_not_free_even_before_it_is_booked(world: World) -> None:
    give(world, world.fatima, 80_000, expires_on=ON)

    assert overview(world.fatima, on=ON).available_cents == 80_000
    (line,) = overview(world.fatima, on=ON + timedelta(days=1)).tranches
    assert (line.free, line.returned) == (0, 80_000)

    expire(on=ON + timedelta(days=1), at=LATER)
    (line,) = overview(world.fatima, on=ON + timedelta(days=1)).tranches
    assert (line.free, line.returned) == (0, 80_000)


def test_the_history_tells_what_happened_newest_first(world: World) -> None:
    give(world, world.fatima, 20_000)
    give(world, world.fatima, 20_000, kind="coaching_evc", categories=COACHING)
    enrolment = enrol(world, category="coaching")
    claim_start(world, enrolment)

    claim, reserve, *grants = history(world.fatima)

    assert (claim.kind, claim.cents, claim.paid_cents) == ("claim", 0, 30_000)
    assert (reserve.kind, reserve.cents, reserve.paid_cents) == ("reserve", -30_000, 0)
    assert (reserve.course, reserve.enrolment_id) == ("Basis digitale vaardigheden", enrolment.pk)
    assert [line.credit for line in grants] == ["coaching_evc", "general"]
    assert [line.cents for line in grants] == [20_000, 20_000]


def test_the_history_goes_on_where_a_page_ended(world: World) -> None:
    for _ in range(5):
        give(world, world.fatima, 1_000)
    everything = history(world.fatima)

    first = history(world.fatima, limit=2)
    second = history(world.fatima, limit=2, before=first[-1].position)
    rest = history(world.fatima, limit=2, before=second[-1].position)

    assert first + second + rest == everything
    assert len(everything) == 5


def test_henk_sees_nothing_of_fatima(world: World) -> None:
    give(world, world.fatima, 80_000)
    enrol(world)

    assert history(world.henk) == []
    assert enrolments_of(world.henk) == []


def test_an_enrolment_shows_what_was_paid_and_whether_it_can_be_cancelled(world: World) -> None:
    give(world, world.fatima, 80_000)
    enrolment = enrol(world)
    claim_start(world, enrolment)

    (line,) = enrolments_of(world.fatima, on=ON)
    (on_the_day,) = enrolments_of(world.fatima, on=STARTS_ON)

    assert (line.maximum_cents, line.reserved_cents) == (30_000, 15_000)
    assert (line.approved_cents, line.paid_cents) == (15_000, 0)
    assert [claim.instalment for claim in line.claims] == ["start"]
    assert (line.can_cancel, on_the_day.can_cancel) == (True, False)


def test_the_number_of_queries_does_not_grow_with_the_account(world: World) -> None:
    reads: list[Callable[[], object]] = [
        lambda: overview(world.fatima, on=ON),
        lambda: enrolments_of(world.fatima, on=ON),
        lambda: history(world.fatima),
    ]

    def queries() -> list[int]:
        counts = []
        for read in reads:
            with CaptureQueriesContext(connection) as captured:
                read()
            counts.append(len(captured))
        return counts

    give(world, world.fatima, 80_000)
    claim_start(world, enrol(world))
    small = queries()
    for _ in range(4):
        give(world, world.fatima, 80_000)
        claim_start(world, enrol(world))

    assert queries() == small
