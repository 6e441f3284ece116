"""To a provider whose first IBAN waits for a second person nothing is paid, and nothing of it is lost."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.models import Payout
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch, settle_batch
from providers import changing_iban
from providers.models import Claim
from providers.states import ClaimState
from tests.budgets.world import AT, LATER, ON, World, create_world
from tests.payouts.world import NEW_IBAN, PAY_ON, approved_claim, payable
from tests.providers.world import admit_only, iban
from tests.racing import at_once


def without_iban(world: World) -> World:
    world.provider = admit_only("EVC Centrum", "87654321", NEW_IBAN, on=ON, at=AT)
    return world


@pytest.mark.django_db
def test_what_is_due_waits_and_the_others_are_paid(world: World) -> None:
    roc = world.provider
    approved_claim(world)
    waits = approved_claim(without_iban(world))

    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    assert [payout.provider for payout in batch.payouts.all()] == [roc]
    settle_batch(release_batch(batch, by="bas", at=LATER), by="ineke", at=LATER)
    waits.refresh_from_db()
    assert (waits.state, payable(world.provider)) == (ClaimState.APPROVED, 15_000)
    assert check_against_books() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("in_english")
def test_once_two_agreed_all_is_paid_there(world: World) -> None:
    approved_claim(without_iban(world))
    with pytest.raises(errors.NothingToPay, match="first IBAN two people have not agreed yet"):
        prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    changing_iban.decline(world.provider.iban_changes.get(), by="bas", at=AT)
    with pytest.raises(errors.NothingToPay):
        prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    another = changing_iban.propose(world.provider, iban(1), reason="x", by="olga", at=LATER)
    changing_iban.agree(another, by="bas", at=LATER)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    batch = release_batch(batch, by="bas", at=LATER)

    assert f"<IBAN>{iban(1)}</IBAN>" in bytes(batch.file or b"").decode()
    assert payable(world.provider) == 0
    assert check_against_books() == []


@pytest.mark.django_db
def test_a_payment_to_no_iban_is_none(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with pytest.raises(IntegrityError, match="payout_goes_to_an_iban"), transaction.atomic():
        Payout.objects.filter(batch=batch).update(iban="")


def test_a_batch_that_is_prepared_while_somebody_agrees_has_the_iban_or_leaves_it_out(
    own_database: str,
) -> None:
    world = create_world()
    for number in range(4):
        world.provider = admit_only(
            f"School {number}", f"{number:08d}", iban(number + 1), on=ON, at=AT
        )
        approved_claim(world)
        change = world.provider.iban_changes.get()

        ended = at_once(
            lambda: prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER),
            lambda change=change: changing_iban.agree(change, by="bas", at=AT),  # type: ignore[misc]
        )

        assert ended in ({"done": 2}, {"done": 1, "NothingToPay": 1})
        if ended != {"done": 2}:
            prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
        payout = Payout.objects.get(provider=world.provider)
        assert payout.iban == change.after
        release_batch(payout.batch, by="bas", at=LATER)
    assert not Claim.objects.filter(state=ClaimState.APPROVED).exists()
    assert check_against_books() == []
