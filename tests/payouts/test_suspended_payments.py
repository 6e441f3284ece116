"""While payments to a provider are suspended nothing goes to it, and nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    settle_batch,
    withdraw_batch,
)
from providers import suspending
from providers.models import Claim, Suspension
from providers.states import ClaimState
from tests.budgets.world import AT, LATER, ON, World, create_world
from tests.payouts.world import PAY_ON, approved_claim, payable
from tests.providers.world import admitted
from tests.racing import at_once


def suspended(world: World) -> Suspension:
    suspension = suspending.propose(
        world.provider, reason="a building that was closed", until=localdate(LATER), by="rosa", at=LATER
    )  # fmt: skip
    return suspending.agree(suspension, by="sam", at=LATER)


@pytest.mark.django_db
def test_what_is_due_waits_and_the_others_are_paid(world: World) -> None:
    held = approved_claim(world)
    suspended(world)
    roc, world.provider = (
        world.provider,
        admitted("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT),
    )
    approved_claim(world)

    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    assert [payout.provider for payout in batch.payouts.all()] == [world.provider]
    settle_batch(release_batch(batch, by="bas", at=LATER), by="ineke", at=LATER)
    assert (Claim.objects.get(pk=held.pk).state, payable(roc)) == (ClaimState.APPROVED, 15_000)
    assert check_against_books() == []


@pytest.mark.django_db
def test_when_it_ends_or_is_lifted_all_is_paid(world: World) -> None:
    approved_claim(world)
    suspension = suspended(world)
    with pytest.raises(errors.NothingToPay):
        prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    tomorrow = LATER + timedelta(days=1)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=tomorrow)
    withdraw_batch(batch, by="ineke", at=tomorrow)
    suspending.lift(suspension, by="rosa", at=LATER)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    release_batch(batch, by="bas", at=LATER)

    assert payable(world.provider) == 0
    assert check_against_books() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("in_english")
def test_a_batch_that_was_prepared_before_is_not_released(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    suspended(world)

    with pytest.raises(errors.PaymentsSuspended, match="Payments to ROC Voorbeeld are suspended"):
        release_batch(batch, by="bas", at=LATER)

    withdraw_batch(batch, by="ineke", at=LATER)
    assert payable(world.provider) == 15_000


@pytest.mark.django_db
def test_a_release_that_began_before_the_agreement_sees_it_all_the_same(world: World) -> None:
    """It looked at the clock first and waited for the lock after that."""
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    suspended(world)

    with pytest.raises(errors.PaymentsSuspended):
        release_batch(batch, by="bas", at=LATER - timedelta(seconds=1))


def test_a_release_and_a_suspension_at_once_know_of_each_other(own_database: str) -> None:
    world = create_world()
    for _ in range(4):
        approved_claim(world)
        batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
        suspension = suspending.propose(
            world.provider, reason="x", until=localdate(LATER), by="rosa", at=LATER
        )

        ended = at_once(
            lambda batch=batch: release_batch(batch, by="bas", at=LATER),  # type: ignore[misc]
            lambda suspension=suspension: suspending.agree(suspension, by="sam", at=LATER),  # type: ignore[misc]
        )

        assert ended in ({"done": 2}, {"done": 1, "PaymentsSuspended": 1})
        suspending.lift(suspension, by="rosa", at=LATER)
        if ended != {"done": 2}:
            release_batch(batch, by="bas", at=LATER)
        assert check_against_books() == []
