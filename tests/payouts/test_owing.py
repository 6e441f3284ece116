"""What a provider has still to pay back: of which claims, and on which day at the latest."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from djmoney.money import Money

from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.models import Payout
from ontwikkelrekening.payouts.paying import return_payout
from ontwikkelrekening.payouts.repaying import book_repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers.models import Claim, Provider
from providers.owing import (
    debts_of,
    late,
    pay_back_until,
    who_are_late,
    who_owe,
    with_debts,
)
from tests.budgets.world import World
from tests.payouts.test_recovering import paid_claim, proposed
from tests.payouts.world import AFTER, approved_claim

pytestmark = pytest.mark.django_db
NEXT = AFTER + timedelta(days=10)  # a Tuesday


@pytest.fixture
def two(world: World) -> list[UUID]:
    """EUR 150 recovered on a Saturday, and as much ten days later."""
    claims = []
    for at in (AFTER, NEXT):
        claim = paid_claim(world).claim
        recovering.agree(proposed(claim), by="bas", at=at)
        claims.append(claim.pk)
    return claims


def open_debts(world: World) -> list[tuple[UUID, int, date]]:
    return [(each.claim_id, each.cents, each.last_day) for each in debts_of(world.provider)]


def repay(world: World, euros: int) -> None:
    book_repayment(
        world.provider, Money(euros, "EUR"), received_on=NEXT.date(), reference=str(euros),
        by="ineke", at=NEXT,
    )  # fmt: skip


FIRST_DAY, SECOND_DAY = date(2026, 3, 23), date(2026, 3, 31)


@pytest.mark.parametrize(
    ("decided_on", "last"),
    [
        (date(2026, 3, 2), date(2026, 4, 13)),
        (date(2026, 2, 7), date(2026, 3, 23)),  # a Saturday: Monday
        (date(2026, 2, 23), date(2026, 4, 7)),  # Easter Monday: Tuesday
    ],
)
def test_the_last_day_is_six_weeks_later_or_the_next_working_day(
    decided_on: date, last: date
) -> None:
    assert pay_back_until(decided_on) == last


def test_what_comes_in_pays_the_oldest_first(world: World, two: list[UUID]) -> None:
    first, second = two
    assert open_debts(world) == [(first, 15_000, FIRST_DAY), (second, 15_000, SECOND_DAY)]
    repay(world, 50)
    assert open_debts(world) == [(first, 10_000, FIRST_DAY), (second, 15_000, SECOND_DAY)]
    repay(world, 101)
    assert open_debts(world) == [(second, 14_900, SECOND_DAY)]
    repay(world, 149)
    assert open_debts(world) == []


def test_what_was_repaid_by_mistake_is_owed_of_the_oldest_again(
    world: World, two: list[UUID]
) -> None:
    repayment = book_repayment(
        world.provider, Money(200, "EUR"), received_on=NEXT.date(), reference="x", by="ineke",
        at=NEXT,
    )  # fmt: skip
    withdraw(repayment, reason="x", by="ineke", at=NEXT)

    assert open_debts(world) == [(two[0], 15_000, FIRST_DAY), (two[1], 15_000, SECOND_DAY)]


def test_a_claim_that_was_not_paid_makes_no_debt(world: World) -> None:
    recovering.agree(proposed(approved_claim(world)), by="bas", at=AFTER)

    assert debts_of(world.provider) == []
    assert not who_owe(Provider.objects.all()).exists()


def test_a_payment_that_came_back_is_no_debt_of_its_claim(world: World, two: list[UUID]) -> None:
    repay(world, 50)
    return_payout(
        Payout.objects.get(claims=Claim.objects.get(pk=two[1])), reason="x", by="ineke", at=NEXT
    )

    assert open_debts(world) == [(two[0], 10_000, FIRST_DAY)]


@pytest.mark.parametrize(
    ("on", "repaid", "past"),
    [
        (FIRST_DAY, 0, 0),
        (FIRST_DAY + timedelta(days=1), 0, 15_000),
        (FIRST_DAY + timedelta(days=1), 50, 10_000),
        (FIRST_DAY + timedelta(days=1), 150, 0),
        (FIRST_DAY + timedelta(days=1), 200, 0),
        (SECOND_DAY, 50, 10_000),
        (SECOND_DAY + timedelta(days=1), 50, 25_000),
        (SECOND_DAY + timedelta(days=1), 300, 0),
    ],
)
def test_what_is_past_its_day_is_said_alike_of_one_and_of_all(
    world: World, two: list[UUID], on: date, repaid: int, past: int
) -> None:
    if repaid:
        repay(world, repaid)
    owed = 30_000 - 100 * repaid

    assert late(debts_of(world.provider), on=on) == past
    found = {each.pk: each for each in with_debts(Provider.objects.all(), on=on)}
    mine = found[world.provider.pk]
    assert (mine.to_pay_back, mine.late) == (owed, past)
    assert mine.decided_first == (
        None if not owed else AFTER.date() if repaid < 150 else NEXT.date()
    )
    assert [each.pk for each in who_are_late(Provider.objects.all(), on=on)] == (
        [world.provider.pk] if past else []
    )


def test_it_is_one_query_for_all(world: World, two: list[UUID]) -> None:
    with CaptureQueriesContext(connection) as queries:
        list(with_debts(who_owe(Provider.objects.all()), on=NEXT.date()))
        debts_of(world.provider)

    assert len(queries) == 2
