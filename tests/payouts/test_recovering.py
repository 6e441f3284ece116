"""What a claim was approved for is taken back: two people decide, and the credit is the citizen's again."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from djmoney.money import Money

from ledger.checking import check_ledger
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.budgets.accounts import enrolments_of, overview
from ontwikkelrekening.budgets.adding_up import add_up
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.fund_sums import fund_sums
from ontwikkelrekening.budgets.history import history
from ontwikkelrekening.payouts import errors, recovering
from ontwikkelrekening.payouts.models import PaymentBatch, Payout, Repayment
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
    withdraw_batch,
)
from ontwikkelrekening.payouts.repaying import (
    BookedBefore,
    MoreThanIsOwed,
    NothingRepaid,
    NotYetOwed,
    NotYetReceived,
    UnableToBookRepayment,
    book_repayment,
)
from providers import claiming
from providers.claiming.recovering import (
    AnsweredBefore,
    IsOnItsWay,
    NoReason,
    NotHeard,
    RecoveryStands,
    SamePerson,
    UnableToRecover,
    WasReversed,
)
from providers.models import Claim, Delivery, Endpoint, Recovery, StateChange
from providers.owing import owed_by
from providers.states import ClaimState, IllegalMove
from tests.budgets.world import AT, LATER, World, left, left_on
from tests.payouts.world import AFTER, PAY_ON, approved_claim, payable, released, reverse_approval

pytestmark = pytest.mark.django_db

WHY = "the citizen never came"
HEARD = "the school says that it wrote the wrong name down"


@dataclass(frozen=True)
class Settled:
    claim: Claim
    batch: PaymentBatch


def paid_claim(world: World) -> Settled:
    batch = settle_batch(released(world), by="ineke", at=LATER)
    return Settled(Claim.objects.get(state=ClaimState.PAID), batch)


def proposed(claim: Claim) -> Recovery:
    return claiming.propose_recovery(claim, reason=WHY, heard=HEARD, by="rosa", at=AFTER)


def recovered(claim: Claim) -> Claim:
    return recovering.agree(proposed(claim), by="bas", at=AFTER)


def owed(world: World) -> int:
    return owed_by(world.provider)


def sound() -> bool:
    return check_ledger() == [] and check_against_books() == []


def test_what_was_paid_the_provider_owes(world: World) -> None:
    claim = paid_claim(world).claim

    found = recovered(claim)

    assert (found.state, found.reason) == (ClaimState.RECOVERED, WHY)
    assert (owed(world), payable(world.provider), left("bank")) == (15_000, 0, -15_000)
    assert left(f"reserved:{claim.enrolment_id}") == 30_000
    move = StateChange.objects.filter(subject_id=claim.pk).latest("pk")
    assert (move.event, move.from_state, move.to_state) == ("recover", "paid", "recovered")
    assert move.actor == "bas"
    (line,) = enrolments_of(world.fatima)
    assert (line.paid_cents, line.approved_cents, line.reserved_cents) == (0, 0, 30_000)
    assert sound()


def test_what_was_only_approved_is_not_paid(world: World) -> None:
    claim = approved_claim(world)

    recovered(claim)

    assert (owed(world), payable(world.provider)) == (0, 0)
    assert not Claim.objects.due().exists()
    assert left(f"reserved:{claim.enrolment_id}") == 30_000
    assert sound()


def test_the_same_part_can_be_claimed_again_while_the_course_runs(world: World) -> None:
    claim = paid_claim(world).claim
    recovered(claim)

    again, is_new = claiming.submit(
        uuid4(), claim.enrolment_id, "start", Money(100, "EUR"), {}, provider=world.provider,
        actor="roc", at=AFTER,
    )  # fmt: skip
    claiming.assess(str(again.pk), at=AFTER)

    assert is_new
    assert (owed(world), payable(world.provider)) == (15_000, 10_000)
    assert sound()


def test_after_the_course_it_is_the_citizens_credit_again(world: World) -> None:
    claim = paid_claim(world).claim
    on = claim.enrolment.claim_until + timedelta(days=1)
    at = LATER + timedelta(days=(on - LATER.date()).days)
    expire(on=on, at=at)
    assert overview(world.fatima, on=on).available_cents == 15_000

    recovering.agree(proposed(claim), by="bas", at=at)

    state = overview(world.fatima, on=on)
    assert (state.available_cents, [line.used for line in state.tranches]) == (30_000, [0])
    told = [(line.kind, line.cents, line.paid_cents) for line in history(world.fatima, limit=4)]
    assert told == [
        ("release", 15_000, 0),
        ("recover", 0, -15_000),
        ("release", 15_000, 0),
        ("claim", 0, 15_000),
    ]
    assert sound()


def test_two_parts_of_a_course_that_is_over_go_back_each(world: World) -> None:
    """Equal amounts of one enrolment on one day are two bookings."""
    claim = approved_claim(world)
    done = AFTER + timedelta(weeks=12)
    second, _ = claiming.submit(
        uuid4(), claim.enrolment_id, "completion", Money(150, "EUR"), {"certificate": True},
        provider=world.provider, actor="roc", at=done,
    )  # fmt: skip
    claiming.assess(str(second.pk), at=done)
    on = claim.enrolment.claim_until + timedelta(days=1)
    expire(on=on, at=done)

    for each in (claim, second):
        recovering.agree(proposed(each), by="bas", at=done)

    (tranche,) = overview(world.fatima, on=on).tranches
    assert left_on(tranche.tranche) == 30_000
    assert sound()


def test_credit_past_its_last_day_goes_back_to_the_fund_at_night(world: World) -> None:
    claim = paid_claim(world).claim
    (line,) = overview(world.fatima, on=LATER.date()).tranches
    line.tranche.expires_on = claim.enrolment.claim_until
    line.tranche.save(update_fields=["expires_on"])
    on = claim.enrolment.claim_until + timedelta(days=1)
    at = LATER + timedelta(days=(on - LATER.date()).days)
    expire(on=on, at=at)
    before = left(f"fund:{world.scheme.code}")

    recovering.agree(proposed(claim), by="bas", at=at)
    expire(on=on + timedelta(days=1), at=at + timedelta(days=1))

    assert left(f"fund:{world.scheme.code}") == before + 15_000
    assert check_ledger() == []


def test_who_proposed_it_cannot_decide_it_but_can_take_it_back(world: World) -> None:
    claim = paid_claim(world).claim
    recovery = proposed(claim)

    with pytest.raises(SamePerson):
        recovering.agree(recovery, by="rosa", at=AFTER)
    with pytest.raises(RecoveryStands):
        proposed(claim)
    claiming.decline_recovery(recovery, by="rosa", at=AFTER)

    assert Claim.objects.get().state == ClaimState.PAID
    with pytest.raises(AnsweredBefore):
        recovering.agree(recovery, by="bas", at=AFTER)
    recovered(claim)
    with pytest.raises(IllegalMove):
        proposed(claim)


@pytest.mark.parametrize(
    ("reason", "heard", "error"),
    [
        (" ", HEARD, NoReason),
        ("x" * 501, HEARD, NoReason),
        (WHY, "", NotHeard),
        (WHY, "x" * 501, NotHeard),
    ],
)
def test_it_needs_a_reason_and_what_the_provider_says(
    world: World, reason: str, heard: str, error: type[UnableToRecover]
) -> None:
    claim = paid_claim(world).claim

    with pytest.raises(error):
        claiming.propose_recovery(claim, reason=reason, heard=heard, by="rosa", at=AFTER)

    assert not Recovery.objects.exists()


def test_a_claim_in_a_payment_waits(world: World) -> None:
    claim = approved_claim(world)
    recovery = proposed(claim)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with pytest.raises(recovering.StandsInBatch):
        recovering.agree(recovery, by="bas", at=AFTER)
    withdraw_batch(batch, by="ineke", at=LATER)
    batch = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)
    with pytest.raises(IsOnItsWay):
        recovering.agree(recovery, by="bas", at=AFTER)
    settle_batch(batch, by="ineke", at=LATER)
    recovering.agree(recovery, by="bas", at=AFTER)

    assert owed(world) == 15_000
    assert sound()


def test_what_was_reversed_in_the_books_is_not_recovered_as_well(world: World) -> None:
    claim = approved_claim(world)
    reverse_approval(claim)

    with pytest.raises(WasReversed):
        proposed(claim)


def test_a_payment_that_comes_back_after_the_recovery_pays_what_is_owed(world: World) -> None:
    first = approved_claim(world)
    settled = settle_batch(released(world), by="ineke", at=LATER)
    recovered(Claim.objects.get(pk=first.pk))
    assert owed(world) == 15_000

    return_payout(Payout.objects.get(), reason="account closed", by="ineke", at=AFTER)

    assert (owed(world), payable(world.provider), left("bank")) == (0, 15_000, 0)
    assert [claim.pk for claim in Claim.objects.due()] != [first.pk]
    assert settled.payouts.get().state == "sent_back"
    assert not Claim.objects.payments().exists()
    assert sound()


def test_the_payment_stays_on_the_providers_list(world: World) -> None:
    claim = paid_claim(world).claim
    (before,) = Claim.objects.payments()

    recovered(claim)

    assert list(Claim.objects.payments()) == [before]


def test_its_software_is_told(world: World) -> None:
    Endpoint.objects.create(
        provider=world.provider, url="https://roc.example", secrets=["x"], challenge="x",
        verified_at=AT, registered_at=AT,
    )  # fmt: skip
    recovered(paid_claim(world).claim)

    told = Delivery.objects.values_list("event__type", flat=True).order_by("created_at")
    assert list(told)[-1] == "nl.ontwikkelrekening.claim.recovered"


def test_the_sums_of_the_fund_follow(world: World) -> None:
    claim = paid_claim(world).claim
    fund = world.fund.pk
    assert (fund_sums()[fund].claimed, fund_sums()[fund].paid) == (15_000, 15_000)
    add_up()

    recovered(claim)

    sums = fund_sums()[fund]
    assert (sums.claimed, sums.paid, sums.reserved) == (0, 0, 30_000)


def test_the_database_knows_no_other_way(world: World) -> None:
    claim = paid_claim(world).claim

    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.RECOVERED)
    recovery = proposed(claim)
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.RECOVERED)
    with pytest.raises(DatabaseError, match="someone_else"), transaction.atomic():
        Recovery.objects.update(agreed=True, answered_by="rosa", answered_at=AFTER)
    recovering.agree(recovery, by="bas", at=AFTER)
    for change in ({"reason": "other"}, {"state": ClaimState.PAID}, {"amount": 1}):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            Claim.objects.update(**change)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Recovery.objects.update(reason="other")


def repaid(world: World, euros: int, **other: object) -> Repayment:
    details = {"received_on": AFTER.date(), "reference": "terug", **other}
    return book_repayment(
        world.provider, Money(euros, "EUR"), **details, by="ineke", at=AFTER  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_repayment_pays_what_is_owed(world: World) -> None:
    recovered(paid_claim(world).claim)

    repaid(world, 50)
    assert (owed(world), left("bank")) == (10_000, -10_000)
    repaid(world, 100, reference="de rest")

    assert (owed(world), left("bank")) == (0, 0)
    assert sound()


@pytest.mark.parametrize(
    ("euros", "other", "error"),
    [
        (151, {}, MoreThanIsOwed),
        (10**10, {}, MoreThanIsOwed),
        (0, {}, NothingRepaid),
        (-1, {}, NothingRepaid),
        (50, {"received_on": AFTER.date() + timedelta(days=1)}, NotYetReceived),
        (50, {"received_on": AFTER.date() - timedelta(days=1)}, NotYetOwed),
        (50, {"reference": "before"}, BookedBefore),
    ],
)
def test_what_is_no_repayment(
    world: World, euros: int, other: dict[str, object], error: type[UnableToBookRepayment]
) -> None:
    recovered(paid_claim(world).claim)
    repaid(world, 1, reference="before")

    with pytest.raises(error):
        repaid(world, euros, **other)

    assert (Repayment.objects.count(), owed(world)) == (1, 14_900)


def test_who_owes_nothing_repays_nothing(world: World) -> None:
    with pytest.raises(MoreThanIsOwed):
        repaid(world, 1)
    recovered(approved_claim(world))
    with pytest.raises(MoreThanIsOwed):
        repaid(world, 1)


def test_it_comes_in_on_the_day_of_the_first_recovery_of_what_was_paid_or_later(
    world: World,
) -> None:
    recovered(approved_claim(world))
    claim = paid_claim(world).claim
    later = AFTER + timedelta(days=3)
    recovering.agree(proposed(claim), by="bas", at=later)

    for days, expected in ((0, NotYetOwed), (2, NotYetOwed), (3, None)):
        received_on = AFTER.date() + timedelta(days=days)
        booking = pytest.raises(expected) if expected else nullcontext()
        with booking:
            book_repayment(
                world.provider, Money(1, "EUR"), received_on=received_on, reference="terug",
                by="ineke", at=later,
            )  # fmt: skip


def test_a_payment_that_comes_back_after_it_was_repaid_goes_to_the_provider_once_more(
    world: World,
) -> None:
    recovered(paid_claim(world).claim)
    repaid(world, 1)

    with pytest.raises(errors.PaidBackMeanwhile):
        return_payout(Payout.objects.get(), reason="account closed", by="ineke", at=AFTER)

    assert (Payout.objects.get().state, owed(world), left("bank")) == ("paid", 14_900, -14_900)
    assert sound()
