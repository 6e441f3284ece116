"""Childcare and travel are paid when the course beside them is followed; otherwise a person looks."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from djmoney.money import Money

from ledger.money import to_cents
from ontwikkelrekening.budgets.accounts import overview
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.history import history
from ontwikkelrekening.budgets.reserving import Agreed, agree, cancel
from providers import claiming
from providers.claiming.submitting import EnrolmentHasEnded
from providers.enrolling import redeem
from providers.models import Claim, Delivery, Endpoint, Review
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


def cared_for(world: World, category: str = "childcare", *, on: date = STARTS_ON) -> Agreed:
    """Childcare or travel, with its code handed in."""
    care = course(world, price="100.00", category=category)
    agreed = agree(world.fatima, care, starts_on=on, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    return agreed


def claimed(world: World, category: str = "childcare") -> Claim:
    """Childcare or travel that starts with the lessons is agreed, handed in and claimed whole."""
    return claim_of(world, cared_for(world, category))


def claim_of(world: World, agreed: Agreed) -> Claim:
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


@pytest.mark.parametrize("category", CARE)
@pytest.mark.parametrize("days", [0, 30])
def test_with_the_course_goes_what_stood_beside_it(
    world: World, lessons: Agreed, category: str, days: int
) -> None:
    free = overview(world.fatima, on=AT.date()).available_cents + to_cents(
        lessons.enrolment.maximum
    )
    care = cared_for(world, category, on=STARTS_ON + timedelta(days=days))
    endpoint = Endpoint.objects.create(
        provider=world.provider, url="https://roc.example", verified_at=AT, registered_at=AT,
        secrets=["x"],
    )  # fmt: skip

    cancel(lessons.enrolment, by="citizen", at=AT)
    cancel(lessons.enrolment, by="citizen", at=AT)  # twice is once

    care.enrolment.refresh_from_db()
    assert care.enrolment.state == "cancelled"
    assert overview(world.fatima, on=AT.date()).available_cents == free
    assert {(line.kind, line.cents) for line in history(world.fatima)} >= {("release", 10_000)}
    (told,) = Delivery.objects.filter(
        endpoint=endpoint
    )  # the code of the lessons was not handed in
    assert told.event["subject"] == str(care.enrolment.pk)
    with pytest.raises(EnrolmentHasEnded):
        claim_of(world, care)


def test_what_others_and_others_courses_have_stays(world: World, lessons: Agreed) -> None:
    give(world, world.henk, 80_000)
    give(world, world.henk, 30_000, kind="childcare_travel", categories=CARE)
    agree(world.henk, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    care = course(world, price="100.00", category="childcare")
    of_henk = agree(world.henk, care, starts_on=STARTS_ON, at=AT, id=uuid4())
    later = STARTS_ON + timedelta(days=300)
    agree(world.fatima, course(world), starts_on=later, at=AT, id=uuid4())
    beside_later = cared_for(world, on=later)

    cancel(lessons.enrolment, by="citizen", at=AT)

    for agreed in (of_henk, beside_later):
        agreed.enrolment.refresh_from_db()
        assert agreed.enrolment.state != "cancelled"


def test_cancelling_childcare_leaves_the_course_and_the_travel(
    world: World, lessons: Agreed
) -> None:
    care, travel = cared_for(world), cared_for(world, "travel")

    cancel(care.enrolment, by="citizen", at=AT)

    for agreed in (lessons, travel):
        agreed.enrolment.refresh_from_db()
        assert agreed.enrolment.state != "cancelled"


def test_beside_another_course_that_is_followed_it_is_paid(world: World, lessons: Agreed) -> None:
    care = cared_for(world)
    other = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(other.code, provider=world.provider, actor="roc", at=AT)
    cancel(lessons.enrolment, by="citizen", at=AT)

    assert state_of(claim_of(world, care)) == "approved"


def test_a_course_of_somebody_else_does_not_count(world: World, lessons: Agreed) -> None:
    give(world, world.henk, 80_000)
    others = agree(world.henk, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(others.code, provider=world.provider, actor="roc", at=AT)

    assert state_of(claimed(world)) == "in_review"


def test_nor_does_a_course_whose_code_lapsed(world: World, lessons: Agreed) -> None:
    claim = claimed(world)
    expire(on=lessons.enrolment.claim_until, at=LATER)

    assert state_of(claim) == "in_review"
