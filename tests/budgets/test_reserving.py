"""Agreeing to a course: what it takes from which credit, and what is refused in plain words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from ontwikkelrekening.budgets import errors
from ontwikkelrekening.budgets.models import Agreement
from ontwikkelrekening.budgets.reserving import agree, cancel, code_of, quote
from providers.enrolling import redeem
from providers.models import Enrolment
from providers.states import EnrolmentState
from tests.budgets.world import (
    AT,
    CARE,
    COACHING,
    ON,
    STARTS_ON,
    World,
    course,
    give,
    left,
    left_on,
)

pytestmark = pytest.mark.django_db


def test_agreeing_reserves_the_price_and_gives_a_code(world: World) -> None:
    general = give(world, world.fatima, 80_000)

    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())

    assert left_on(general) == 50_000
    assert left(f"reserved:{agreed.enrolment.pk}") == 30_000
    assert agreed.enrolment.state == EnrolmentState.AGREED
    assert [term["cents"] for term in agreed.enrolment.terms] == [15_000, 15_000]


def test_the_code_is_shown_again_and_works_once(world: World) -> None:
    give(world, world.fatima, 80_000)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())

    enrolment = redeem(code_of(agreed.enrolment), provider=world.provider, actor="roc", at=AT)

    assert agreed.code == code_of(agreed.enrolment)
    assert enrolment.pk == agreed.enrolment.pk
    assert agreed.code.replace("-", "").encode() not in bytes(agreed.enrolment.code_digest)


def test_the_same_agreement_again_is_the_same(world: World) -> None:
    general = give(world, world.fatima, 80_000)
    id_, course_ = uuid4(), course(world)
    first = agree(world.fatima, course_, starts_on=STARTS_ON, at=AT, id=id_)

    again = agree(world.fatima, course_, starts_on=STARTS_ON, at=AT, id=id_)

    assert again.code == first.code
    assert left_on(general) == 50_000


def test_an_id_used_for_something_else_is_refused(world: World) -> None:
    give(world, world.fatima, 80_000)
    id_ = uuid4()
    agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=id_)

    with pytest.raises(errors.AgreedOtherwise):
        agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=id_)


def test_earmarked_credit_goes_first_then_what_expires_soonest_then_the_oldest(
    world: World,
) -> None:
    new = give(world, world.fatima, 10_000)
    old = give(world, world.fatima, 10_000, on=ON - timedelta(days=1))
    soon = give(world, world.fatima, 10_000, expires_on=date(2026, 12, 31))
    earmarked = give(world, world.fatima, 10_000, kind="coaching_evc", categories=COACHING)

    agree(
        world.fatima,
        course(world, price="350.00", category="coaching"),
        starts_on=STARTS_ON,
        at=AT,
        id=uuid4(),
    )

    assert [left_on(each) for each in (earmarked, soon, old, new)] == [0, 0, 0, 5_000]


def test_a_tranche_never_pays_for_what_its_funder_did_not_allow(world: World) -> None:
    coaching = give(world, world.fatima, 70_000, kind="coaching_evc", categories=COACHING)

    with pytest.raises(errors.NoCreditForThis, match="Basis digitale vaardigheden"):
        agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())

    assert left_on(coaching) == 70_000


def test_credit_can_be_used_on_its_last_day_and_not_the_day_after(world: World) -> None:
    give(world, world.fatima, 80_000, expires_on=ON)
    course_ = course(world)

    agree(world.fatima, course_, starts_on=STARTS_ON, at=AT, id=uuid4())

    with pytest.raises(errors.NoCreditForThis):
        agree(world.fatima, course_, starts_on=STARTS_ON, at=AT + timedelta(days=1), id=uuid4())


@pytest.mark.parametrize(
    ("price", "covered"), [("2499.99", 249_999), ("2500.00", 250_000), ("2500.01", 250_000)]
)
def test_credit_never_pays_more_than_the_cap_of_a_course(
    world: World, price: str, covered: int
) -> None:
    give(world, world.henk, 400_000)

    offer = quote(world.henk, course(world, price=price), starts_on=STARTS_ON, on=ON)

    assert offer.covered == covered
    assert offer.own == offer.price - covered
    assert sum(part.cents for part in offer.parts) == covered


def test_a_course_that_costs_more_than_the_credit_needs_the_citizens_word(world: World) -> None:
    general = give(world, world.henk, 20_000)
    course_ = course(world)

    with pytest.raises(errors.NotEnoughCredit):
        agree(world.henk, course_, starts_on=STARTS_ON, at=AT, id=uuid4())
    assert left_on(general) == 20_000
    assert not Enrolment.objects.exists()

    offer = quote(world.henk, course_, starts_on=STARTS_ON, on=ON)
    agreed = agree(world.henk, course_, starts_on=STARTS_ON, at=AT, id=uuid4(), own_cents=offer.own)
    assert offer.own == 10_000
    assert left_on(general) == 0
    assert agreed.enrolment.maximum.amount == 200
    assert sum(term["cents"] for term in agreed.enrolment.terms) == 20_000


@pytest.mark.parametrize(
    ("starts_on", "error"),
    [
        (ON - timedelta(days=1), errors.StartsInThePast),
        (ON + timedelta(days=366), errors.StartsTooFarAway),
    ],
)
def test_a_start_in_the_past_or_too_far_away_is_refused(
    world: World, starts_on: date, error: type[Exception]
) -> None:
    give(world, world.fatima, 80_000)

    with pytest.raises(error):
        agree(world.fatima, course(world), starts_on=starts_on, at=AT, id=uuid4())


def test_a_course_that_is_not_published_is_refused(world: World) -> None:
    give(world, world.fatima, 80_000)

    with pytest.raises(errors.CourseNotPublished):
        agree(world.fatima, course(world, published=False), starts_on=STARTS_ON, at=AT, id=uuid4())


def test_childcare_is_paid_only_beside_a_running_enrolment(world: World) -> None:
    give(world, world.fatima, 80_000)
    care = give(world, world.fatima, 30_000, kind="childcare_travel", categories=CARE)
    childcare = course(world, price="100.00", category="childcare")

    with pytest.raises(errors.NeedsRunningEnrolment):
        agree(world.fatima, childcare, starts_on=STARTS_ON, at=AT, id=uuid4())

    lessons = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    agree(world.fatima, childcare, starts_on=STARTS_ON, at=AT, id=uuid4())
    assert left_on(care) == 20_000

    cancel(lessons.enrolment, by="citizen", at=AT)
    with pytest.raises(errors.NeedsRunningEnrolment):
        agree(world.fatima, childcare, starts_on=STARTS_ON, at=AT, id=uuid4())


@pytest.mark.parametrize(
    ("days", "is_possible"), [(-1, False), (0, True), (13 * 7 - 1, True), (13 * 7, False)]
)
def test_childcare_starts_on_a_day_when_the_course_runs(
    world: World, days: int, *, is_possible: bool
) -> None:
    give(world, world.fatima, 80_000)
    give(world, world.fatima, 30_000, kind="childcare_travel", categories=CARE)
    agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    childcare = course(world, price="100.00", category="childcare")
    starts_on = STARTS_ON + timedelta(days=days)

    if is_possible:
        agree(world.fatima, childcare, starts_on=starts_on, at=AT, id=uuid4())
    else:
        with pytest.raises(errors.NeedsRunningEnrolment, match="op de dag dat ze beginnen"):
            quote(world.fatima, childcare, starts_on=starts_on, on=ON)
        with pytest.raises(errors.NeedsRunningEnrolment):
            agree(world.fatima, childcare, starts_on=starts_on, at=AT, id=uuid4())


def test_cancelling_before_the_start_gives_everything_back_the_way_it_came(world: World) -> None:
    general = give(world, world.fatima, 80_000)
    earmarked = give(world, world.fatima, 20_000, kind="coaching_evc", categories=COACHING)
    agreed = agree(
        world.fatima, course(world, category="coaching"), starts_on=STARTS_ON, at=AT, id=uuid4()
    )
    assert (left_on(earmarked), left_on(general)) == (0, 70_000)

    cancel(agreed.enrolment, by="citizen", at=AT)
    cancel(agreed.enrolment, by="citizen", at=AT)

    assert (left_on(earmarked), left_on(general)) == (20_000, 80_000)
    assert Enrolment.objects.get().state == EnrolmentState.CANCELLED


def test_the_day_before_the_start_is_the_last_to_cancel(world: World) -> None:
    give(world, world.fatima, 80_000)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    on_the_day = datetime.combine(STARTS_ON, AT.timetz())

    with pytest.raises(errors.TooLateToCancel, match="2026"):
        cancel(agreed.enrolment, by="citizen", at=on_the_day)

    cancel(agreed.enrolment, by="citizen", at=on_the_day - timedelta(days=1))
    assert left(f"reserved:{agreed.enrolment.pk}") == 0


def test_agreeing_is_all_or_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    general = give(world, world.fatima, 80_000)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("ontwikkelrekening.budgets.reserving.post", broken)
    with pytest.raises(RuntimeError):
        agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())

    assert left_on(general) == 80_000
    assert not Enrolment.objects.exists()
    assert not Agreement.objects.exists()
