"""What a provider will not pay back is written off by two people: the state bears it, and the citizen keeps the credit."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from djmoney.money import Money

from ledger.models import Booking
from ontwikkelrekening.budgets.fund_sums import fund_sums
from ontwikkelrekening.payouts import errors, recovering, writing_off
from ontwikkelrekening.payouts.models import Payout, WriteOff
from ontwikkelrekening.payouts.paying import return_payout
from ontwikkelrekening.payouts.repaying import MoreThanIsOwed as Repaid
from ontwikkelrekening.payouts.withdrawing import NeverBooked, WithdrawnBefore, withdraw
from ontwikkelrekening.payouts.writing_off import (
    AnsweredBefore,
    MoreThanIsOwed,
    NoReason,
    NothingWrittenOff,
    SamePerson,
    UnableToWriteOff,
    WriteOffWaits,
)
from providers.owing import debts_of
from tests.budgets.world import World, left
from tests.payouts.test_recovering import owed, paid_claim, recovered, repaid, sound
from tests.payouts.test_recovering import proposed as recovery_of
from tests.payouts.world import AFTER

pytestmark = pytest.mark.django_db
WHY = "bankrupt; the trustee pays nobody"
NEXT_DAY = AFTER + timedelta(days=1)


@pytest.fixture
def owing(world: World) -> World:
    """The provider owes EUR 150."""
    recovered(paid_claim(world).claim)
    return world


def proposed(world: World, euros: float, *, reason: str = WHY) -> WriteOff:
    return writing_off.propose(
        world.provider, Money(euros, "EUR"), reason=reason, by="ineke", at=AFTER
    )


def written_off(world: World, euros: float) -> WriteOff:
    return writing_off.agree(proposed(world, euros), by="bas", at=NEXT_DAY)


def test_the_state_bears_what_is_written_off(owing: World) -> None:
    treasury, sums = left("treasury"), fund_sums()

    found = written_off(owing, 100)

    found.refresh_from_db()
    assert (found.agreed, found.answered_by, found.answered_at) == (True, "bas", NEXT_DAY)
    assert (owed(owing), left("treasury")) == (5_000, treasury + 10_000)
    assert fund_sums() == sums  # neither the fund nor the citizen feels it
    booking = Booking.objects.get(pk=found.pk)
    assert (booking.kind, booking.effective_on) == ("write_off", NEXT_DAY.date())
    assert WHY not in booking.description
    assert sound()


def test_nothing_changes_until_somebody_else_agrees(owing: World) -> None:
    waiting = proposed(owing, 150)
    assert owed(owing) == 15_000

    with pytest.raises(SamePerson):
        writing_off.agree(waiting, by="ineke", at=AFTER)
    with pytest.raises(WriteOffWaits):
        proposed(owing, 1)
    writing_off.decline(waiting, by="ineke", at=AFTER)

    assert owed(owing) == 15_000
    for answer in (writing_off.agree, writing_off.decline):
        with pytest.raises(AnsweredBefore):
            answer(waiting, by="bas", at=AFTER)
    assert proposed(owing, 1).agreed is None
    assert sound()


@pytest.mark.parametrize(
    ("euros", "reason", "refusal"),
    [
        (0, WHY, NothingWrittenOff),
        (-1, WHY, NothingWrittenOff),
        (150.01, WHY, MoreThanIsOwed),
        (1e12, WHY, MoreThanIsOwed),
        (150, " ", NoReason),
        (150, "\u200b", NoReason),
        (150, "x" * 501, NoReason),
    ],
)
def test_it_is_of_what_is_owed_and_says_why(
    owing: World, euros: float, reason: str, refusal: type[UnableToWriteOff]
) -> None:
    with pytest.raises(refusal):
        proposed(owing, euros, reason=reason)

    assert not WriteOff.objects.exists()


def test_what_was_paid_back_meanwhile_is_not_written_off(owing: World) -> None:
    waiting = proposed(owing, 150)
    repaid(owing, 1)

    with pytest.raises(MoreThanIsOwed):
        writing_off.agree(waiting, by="bas", at=AFTER)

    waiting.refresh_from_db()
    assert (waiting.agreed, owed(owing)) == (None, 14_900)
    assert sound()


def test_it_pays_the_oldest_debt_first(owing: World) -> None:
    second = paid_claim(owing).claim
    recovering.agree(recovery_of(second), by="bas", at=NEXT_DAY)

    written_off(owing, 160)

    (left_over,) = debts_of(owing.provider)
    assert (left_over.claim_id, left_over.cents) == (second.pk, 14_000)


def test_who_pays_after_all_owes_again_what_was_written_off(owing: World) -> None:
    found = written_off(owing, 150)
    with pytest.raises(Repaid):
        repaid(owing, 150)

    withdraw(found, reason="the estate pays after all", by="ineke", at=NEXT_DAY)
    repaid(owing, 150)

    found.refresh_from_db()
    assert (found.withdrawn_by, found.withdrawn_at) == ("ineke", NEXT_DAY)
    assert (owed(owing), left("bank")) == (0, 0)
    with pytest.raises(WithdrawnBefore):
        withdraw(found, reason="x", by="ineke", at=NEXT_DAY)
    assert sound()


@pytest.mark.parametrize("declined", [False, True])
def test_what_was_never_agreed_to_is_not_withdrawn(owing: World, declined: bool) -> None:
    waiting = proposed(owing, 150)
    if declined:
        writing_off.decline(waiting, by="bas", at=AFTER)

    with pytest.raises(NeverBooked):
        withdraw(waiting, reason="x", by="ineke", at=NEXT_DAY)


def test_a_payment_that_comes_back_is_booked_once_the_write_off_is_withdrawn(owing: World) -> None:
    found = written_off(owing, 150)
    with pytest.raises(errors.PaidBackMeanwhile), transaction.atomic():
        return_payout(Payout.objects.get(), reason="account closed", by="ineke", at=AFTER)

    withdraw(found, reason="the bank sent it back", by="ineke", at=NEXT_DAY)
    return_payout(Payout.objects.get(), reason="account closed", by="ineke", at=NEXT_DAY)

    assert (owed(owing), left("bank")) == (0, 0)
    assert sound()


def test_the_database_takes_nothing_else(owing: World) -> None:
    withdrawal = {"withdrawn_by": "x", "withdrawn_at": NEXT_DAY, "withdrawn_because": "x"}
    yes = {"agreed": True, "answered_by": "bas", "answered_at": AFTER}
    found = proposed(owing, 50)

    refuses(match="someone_else", **{**yes, "answered_by": "ineke"})
    refuses(match="after_it_was_agreed", **withdrawal)
    refuses(match="answered_whole", agreed=True)
    with pytest.raises(DatabaseError, match="one_write_off_that_waits"), transaction.atomic():
        WriteOff.objects.create(
            id=uuid4(), provider=owing.provider, amount=found.amount, reason="x",
            proposed_by="x", proposed_at=AFTER,
        )  # fmt: skip
    writing_off.agree(found, by="bas", at=AFTER)
    refuses(match="stays", amount=1)
    refuses(match="stays", answered_by="sam")
    refuses(match="stays", agreed=False)
    withdraw(found, reason="x", by="ineke", at=NEXT_DAY)
    refuses(match="stays", **withdrawal)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        WriteOff.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        WriteOff.objects.create(
            id=uuid4(), provider=owing.provider, amount=found.amount, reason="x",
            proposed_by="x", proposed_at=AFTER, **yes, **withdrawal,
        )  # fmt: skip


def refuses(*, match: str, **change: object) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        WriteOff.objects.update(**change)
