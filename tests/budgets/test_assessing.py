"""Childcare and travel are paid when the course beside them is followed; otherwise a person looks."""

from __future__ import annotations

from uuid import uuid4

import pytest
from djmoney.money import Money

from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.reserving import Agreed, agree, cancel
from providers import claiming
from providers.enrolling import redeem
from providers.models import Claim, Review
from providers.outbox import drain
from tests.budgets.world import AT, CARE, LATER, STARTS_ON, World, course, create_world, give

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    world = create_world()
    give(world, world.fatima, 80_000)
    give(world, world.fatima, 30_000, kind="childcare_travel", categories=CARE)
    return world


@pytest.fixture
def lessons(world: World) -> Agreed:
    return agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())


def claimed(world: World, category: str = "childcare") -> Claim:
    """Childcare or travel that starts with the lessons is agreed, handed in and claimed whole."""
    care = course(world, price="100.00", category=category)
    agreed = agree(world.fatima, care, starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    claim, _ = claiming.submit(
        uuid4(), agreed.enrolment.pk, "whole", Money(100, "EUR"), {}, provider=world.provider,
        actor="roc", at=LATER,
    )  # fmt: skip
    return claim


def state_of(claim: Claim) -> str:
    drain()
    claim.refresh_from_db()
    return claim.state


@pytest.mark.parametrize("category", CARE)
def test_beside_a_course_that_is_followed_it_is_paid(
    world: World, lessons: Agreed, category: str
) -> None:
    redeem(lessons.code, provider=world.provider, actor="roc", at=AT)

    assert state_of(claimed(world, category)) == "approved"


def test_beside_a_course_whose_code_is_not_handed_in_a_person_looks(
    world: World, lessons: Agreed
) -> None:
    claim = claimed(world)

    assert state_of(claim) == "in_review"
    assert claim.reason == "Nothing shows yet that the citizen follows a course beside this."
    assert Review.objects.get().picked_because == "no_course"


def test_beside_a_course_that_was_cancelled_a_person_looks(world: World, lessons: Agreed) -> None:
    claim = claimed(world)
    cancel(lessons.enrolment, by=world.fatima, at=AT)

    assert state_of(claim) == "in_review"


def test_beside_another_course_that_is_followed_it_is_paid(world: World, lessons: Agreed) -> None:
    claim = claimed(world)
    other = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(other.code, provider=world.provider, actor="roc", at=AT)
    cancel(lessons.enrolment, by=world.fatima, at=AT)

    assert state_of(claim) == "approved"


def test_a_course_of_somebody_else_does_not_count(world: World, lessons: Agreed) -> None:
    give(world, world.henk, 80_000)
    others = agree(world.henk, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(others.code, provider=world.provider, actor="roc", at=AT)

    assert state_of(claimed(world)) == "in_review"


def test_nor_does_a_course_whose_code_lapsed(world: World, lessons: Agreed) -> None:
    claim = claimed(world)
    expire(on=lessons.enrolment.claim_until, at=LATER)

    assert state_of(claim) == "in_review"
