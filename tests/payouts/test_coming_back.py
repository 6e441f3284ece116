"""A payment that the bank sends back, before or after its batch was settled: once, with a reason."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from ledger.checking import check_ledger
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.models import (
    BatchState,
    PaymentBatch,
    Payout,
    PayoutState,
)
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
)
from providers.models import Claim, Delivery, Endpoint, StateChange
from providers.states import ClaimState
from tests.budgets.world import (
    AT,
    LATER,
    ON,
    World,
    left,
)
from tests.payouts.world import (
    AFTER,
    NEW_IBAN,
    PAY_ON,
    approved_claim,
    on_another_iban,
    payable,
    released,
)
from tests.providers.world import admitted

pytestmark = pytest.mark.django_db


def test_what_the_bank_returns_is_to_be_paid_again(world: World) -> None:
    batch = released(world)

    return_payout(batch.payouts.get(), reason="account closed", by="ineke", at=LATER)

    assert (payable(world.provider), left("in_transit")) == (15_000, 0)
    assert Claim.objects.get().state == ClaimState.APPROVED
    settle_batch(batch, by="ineke", at=LATER)
    again = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    release_batch(again, by="bas", at=LATER)
    settle_batch(again, by="ineke", at=LATER)
    assert left("bank") == -15_000
    assert check_ledger() == []


def test_what_comes_back_after_it_was_paid_is_to_be_paid_again(world: World) -> None:
    Endpoint.objects.create(
        provider=world.provider, url="https://roc.example", secrets=["x"], challenge="x",
        verified_at=AT, registered_at=AT,
    )  # fmt: skip
    batch = released(world)
    settle_batch(batch, by="ineke", at=LATER)

    payout = return_payout(batch.payouts.get(), reason=" account closed ", by="bas", at=AFTER)

    assert (payout.state, payout.reason) == (PayoutState.SENT_BACK, "account closed")
    assert (payable(world.provider), left("in_transit"), left("bank")) == (15_000, 0, 0)
    claim = Claim.objects.get()
    assert (claim.state, claim.payment_reference) == (ClaimState.APPROVED, "")
    assert (claim.taken_up_at, claim.paid_at) == (None, None)
    assert not Claim.objects.payments().exists()
    move = StateChange.objects.filter(subject_id=claim.pk).latest("pk")
    assert (move.event, move.from_state, move.actor) == ("return", "paid", "bas")
    told = Delivery.objects.values_list("event__type", flat=True).order_by("created_at")
    assert list(told)[-2:] == [f"nl.ontwikkelrekening.claim.{x}" for x in ("paid", "approved")]
    assert check_ledger() == []

    again = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    settle_batch(release_batch(again, by="bas", at=LATER), by="ineke", at=LATER)
    assert (payable(world.provider), left("bank")) == (0, -15_000)
    return_payout(again.payouts.get(), reason="again", by="bas", at=LATER)
    assert (payable(world.provider), left("bank")) == (15_000, 0)
    assert check_ledger() == []


def test_of_a_settled_batch_only_what_came_back_is_undone(world: World) -> None:
    approved_claim(world)
    roc, world.provider = (
        world.provider,
        admitted("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT),
    )
    approved_claim(world)
    batch = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)
    settle_batch(batch, by="ineke", at=LATER)

    return_payout(batch.payouts.get(provider=roc), reason="closed", by="bas", at=LATER)

    assert (payable(roc), payable(world.provider), left("bank")) == (15_000, 0, -15_000)
    assert Claim.objects.get(provider=roc).state == ClaimState.APPROVED
    assert Claim.objects.get(provider=world.provider).state == ClaimState.PAID
    assert PaymentBatch.objects.get().state == BatchState.SETTLED


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("is_settled", [False, True])
def test_a_payment_comes_back_once(world: World, is_settled: bool) -> None:
    batch = released(world)
    payout = batch.payouts.get()
    if is_settled:
        settle_batch(batch, by="ineke", at=LATER)
    return_payout(payout, reason="account closed", by="ineke", at=LATER)

    with pytest.raises(errors.CameBackBefore, match="has come back already"):
        return_payout(payout, reason="account closed", by="ineke", at=LATER)
    if not is_settled:
        settle_batch(batch, by="ineke", at=LATER)
    with pytest.raises(errors.CameBackBefore):
        return_payout(payout, reason="account closed", by="ineke", at=LATER)

    assert (payable(world.provider), left("bank"), left("in_transit")) == (15_000, 0, 0)


@pytest.mark.usefixtures("in_english")
def test_what_was_not_sent_cannot_come_back(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with pytest.raises(errors.WrongState, match="is prepared, not released or settled"):
        return_payout(batch.payouts.get(), reason="account closed", by="ineke", at=LATER)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_what_comes_back_says_why(world: World, reason: str) -> None:
    payout = released(world).payouts.get()

    with pytest.raises(errors.NoReason, match="200"):
        return_payout(payout, reason=reason, by="ineke", at=LATER)

    with pytest.raises(IntegrityError, match="came_back_says_why"), transaction.atomic():
        Payout.objects.update(state=PayoutState.RETURNED)
    assert Claim.objects.get().state == ClaimState.IN_FILE


def test_what_came_back_is_paid_on_the_new_iban(world: World) -> None:
    old = world.provider.iban
    batch = released(world)
    settle_batch(batch, by="ineke", at=LATER)
    return_payout(batch.payouts.get(), reason="account closed", by="ineke", at=AFTER)

    on_another_iban(world)
    again = release_batch(
        prepare_batch(by="ineke", pay_on=AFTER.date(), at=AFTER), by="bas", at=AFTER
    )
    settle_batch(again, by="ineke", at=AFTER)

    assert (batch.payouts.get().iban, again.payouts.get().iban) == (old, NEW_IBAN)
    assert NEW_IBAN.encode() in bytes(again.file or b"")
    assert check_against_books() == []
