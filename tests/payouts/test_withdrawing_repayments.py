"""A repayment that was booked wrongly is withdrawn: the provider owes it again, and the row says who, when and why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from ledger.closing import close_period
from ledger.models import Booking, Transfer
from ledger.posting import reverse
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.models import Payout, Repayment
from ontwikkelrekening.payouts.paying import return_payout
from ontwikkelrekening.payouts.repaying import BookedBefore
from ontwikkelrekening.payouts.withdrawing import (
    NoReason,
    ReversedByHand,
    WithdrawnBefore,
    withdraw,
)
from tests.budgets.world import World, left
from tests.payouts.test_recovering import owed, paid_claim, recovered, repaid, sound
from tests.payouts.world import AFTER

pytestmark = pytest.mark.django_db
NEXT_DAY = AFTER + timedelta(days=1)
WHY = "a payment of another provider"


@pytest.fixture
def owing(world: World) -> World:
    """The provider owes EUR 150."""
    recovered(paid_claim(world).claim)
    return world


def withdrawn(repayment: Repayment) -> Repayment:
    return withdraw(repayment, reason=f" {WHY} ", by="bas", at=NEXT_DAY)


def reversal() -> Booking:
    return Booking.objects.get(kind="reverse")


def test_what_was_withdrawn_is_owed_again(owing: World) -> None:
    repayment = repaid(owing, 50)

    found = withdrawn(repayment)

    found.refresh_from_db()
    assert (owed(owing), left("bank")) == (15_000, -15_000)
    assert (found.withdrawn_by, found.withdrawn_at) == ("bas", NEXT_DAY)
    assert (found.withdrawn_because, found.amount.amount) == (WHY, 50)
    assert WHY not in reversal().description
    assert sound()


def test_the_same_may_be_booked_anew_and_withdrawn_again(owing: World) -> None:
    for _ in range(3):
        standing = repaid(owing, 50)
        with pytest.raises(BookedBefore):
            repaid(owing, 50)
        withdrawn(standing)
    repaid(owing, 150)

    assert (Repayment.objects.count(), owed(owing)) == (4, 0)
    assert sound()


def test_it_is_withdrawn_once(owing: World) -> None:
    repayment = repaid(owing, 50)
    withdrawn(repayment)

    with pytest.raises(WithdrawnBefore):
        withdrawn(repayment)

    assert owed(owing) == 15_000


@pytest.mark.parametrize("reason", ["", " ", "\u200b", "x" * 201])
def test_it_needs_a_reason(owing: World, reason: str) -> None:
    repayment = repaid(owing, 50)

    with pytest.raises(NoReason):
        withdraw(repayment, reason=reason, by="bas", at=NEXT_DAY)

    assert owed(owing) == 10_000


@pytest.mark.parametrize(
    ("closed_through", "dated"),
    [
        (None, AFTER.date()),
        (AFTER.date() - timedelta(days=1), AFTER.date()),
        (AFTER.date(), NEXT_DAY.date()),
    ],
)
def test_it_is_dated_as_it_was_booked_and_today_once_those_books_are_closed(
    owing: World, closed_through: date | None, dated: date
) -> None:
    repayment = repaid(owing, 50)
    if closed_through:
        close_period(through=closed_through)

    withdrawn(repayment)

    assert reversal().effective_on == dated
    assert sound()


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_was_reversed_by_hand_is_not_withdrawn_as_well(owing: World, is_closed: bool) -> None:
    repayment = repaid(owing, 50)
    place = Transfer.objects.get(booking_id=repayment.pk).pk
    reverse(place, reason="wrong", effective_on=NEXT_DAY.date(), at=NEXT_DAY)
    if is_closed:
        close_period(through=AFTER.date())

    with pytest.raises(ReversedByHand):
        withdrawn(repayment)

    repayment.refresh_from_db()
    assert (repayment.withdrawn_at, owed(owing)) == (None, 15_000)
    assert not sound()


def test_a_payment_that_comes_back_is_booked_once_the_wrong_repayment_is_withdrawn(
    owing: World,
) -> None:
    """It was the bank that sent the payment back, and no repayment of the provider."""
    repayment = repaid(owing, 150)
    with pytest.raises(errors.PaidBackMeanwhile), transaction.atomic():
        return_payout(Payout.objects.get(), reason="account closed", by="ineke", at=AFTER)

    withdrawn(repayment)
    return_payout(Payout.objects.get(), reason="account closed", by="ineke", at=NEXT_DAY)

    assert (owed(owing), left("bank")) == (0, 0)
    assert sound()


def test_the_database_takes_nothing_else(owing: World) -> None:
    repayment = repaid(owing, 50)
    all_of_it = {"withdrawn_by": "x", "withdrawn_at": NEXT_DAY, "withdrawn_because": "x"}

    for missing in all_of_it:
        part = {name: value for name, value in all_of_it.items() if name != missing}
        refuses(match="whole", **part)
    refuses(match="withdrawn once", **all_of_it, amount=F("amount") + 1)
    refuses(match="withdrawn once", reference="other")
    withdrawn(repayment)
    for change in (all_of_it, {**dict.fromkeys(all_of_it, ""), "withdrawn_at": None}):
        refuses(match="withdrawn once", **change)
    with pytest.raises(DatabaseError, match="withdrawn once"), transaction.atomic():
        Repayment.objects.all()._raw_delete("default")
    repayment.pk = None
    with pytest.raises(DatabaseError, match="withdrawn once"), transaction.atomic():
        Repayment.objects.create(
            provider=owing.provider, amount=repayment.amount, received_on=AFTER.date(),
            reference="x", booked_by="x", booked_at=AFTER, **all_of_it,
        )  # fmt: skip


def refuses(*, match: str, **change: object) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        Repayment.objects.update(**change)
