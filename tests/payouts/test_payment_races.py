"""Officers at the same moment: each claim in one batch, each batch released once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from djmoney.money import Money

from demo import bank
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.bank_statements.taking_in import take_in
from ontwikkelrekening.payouts.models import (
    BankEntry,
    BatchState,
    Became,
    PaymentBatch,
    PayoutLine,
    Repayment,
    VouchedRecord,
)
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
    withdraw_batch,
)
from ontwikkelrekening.payouts.repaying import book_repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers import claiming
from providers.locks import lock_provider
from providers.models import Claim, Provider, Recovery, Reminder
from providers.owing import owed_by
from providers.reminding import remind
from providers.states import ClaimState
from tests.budgets.world import AT, LATER, ON, create_world, left
from tests.payouts.test_vouching import suspended
from tests.payouts.world import NEW_IBAN, PAY_ON, approved_claim, payable, released
from tests.providers.world import admitted
from tests.racing import Beside, at_once

PAID = LATER + timedelta(days=10)


def test_two_officers_preparing_at_once_share_no_claim(own_database: str) -> None:
    world = create_world()
    for _ in range(3):
        approved_claim(world)

    ended = at_once(*[lambda: prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)] * 8)

    assert ended == {"done": 1, "NothingToPay": 7}
    assert PayoutLine.objects.count() == 3


def test_what_is_approved_while_a_batch_waits_goes_into_the_next(own_database: str) -> None:
    """It is not locked, so somebody may recover it meanwhile."""
    world = create_world()
    first = approved_claim(world)

    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=first.pk)
        officer = Beside(lambda: prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER))
        assert officer.waits()
        assert Beside(lambda: approved_claim(world)).outcome() == "done"

    assert officer.outcome() == "done"
    assert PayoutLine.objects.get().claim_id == first.pk


def test_a_release_and_who_proposes_to_recover_from_it_do_not_wait_for_each_other(
    own_database: str,
) -> None:
    world = create_world()
    claim = approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=claim.pk)
        reviewer = Beside(_proposed)
        assert reviewer.waits()
        release_batch(batch, by="bas", at=LATER)

    assert reviewer.outcome() == "IsOnItsWay"


def test_a_release_and_who_claims_the_same_again_do_not_wait_for_each_other(
    own_database: str,
) -> None:
    world = create_world()
    claim = approved_claim(world)
    again = claim.enrolment_id, "start", Money(1, "EUR"), dict[str, object]()

    with transaction.atomic():
        claiming.take_up({claim.pk: ""}, at=LATER, actor="bas")
        school = Beside(
            lambda: claiming.submit(uuid4(), *again, provider=world.provider, actor="roc", at=LATER)
        )
        assert school.waits()
        claiming.settle([claim.pk], at=LATER, actor="bas")

    assert school.outcome() == "InstalmentIsClaimed"


def test_eight_releases_at_once_are_one(own_database: str) -> None:
    world = create_world()
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    ended = at_once(*[lambda: release_batch(batch, by="bas", at=LATER)] * 8)

    assert ended == {"done": 1, "WrongState": 7}
    assert left("in_transit") == 15_000


def test_a_payment_that_eight_record_as_returned_comes_back_once(own_database: str) -> None:
    world = create_world()
    batch = settle_batch(released(world), by="ineke", at=LATER)
    payout = batch.payouts.get()

    ended = at_once(*[lambda: return_payout(payout, reason="AC04", by="bas", at=LATER)] * 8)

    assert ended == {"done": 1, "CameBackBefore": 7}
    assert (payable(world.provider), left("bank")) == (15_000, 0)
    assert check_against_books() == []


def test_a_recovery_that_eight_agree_to_is_booked_once(own_database: str) -> None:
    world = create_world()
    settle_batch(released(world), by="ineke", at=LATER)
    recovery = _proposed()

    ended = at_once(*[lambda: recovering.agree(recovery, by="bas", at=LATER)] * 8)

    assert ended == {"done": 1, "IllegalMove": 7}
    assert owed_by(world.provider) == 15_000
    assert check_against_books() == []


def test_a_claim_is_recovered_or_goes_into_a_batch(own_database: str) -> None:
    world = create_world()
    for _ in range(4):
        approved_claim(world)
        recovery = _proposed()

        ended = at_once(
            lambda: prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER),
            lambda recovery=recovery: recovering.agree(recovery, by="bas", at=LATER),  # type: ignore[misc]
        )

        assert ended in ({"done": 1, "NothingToPay": 1}, {"done": 1, "StandsInBatch": 1})
        assert check_against_books() == []
        for batch in PaymentBatch.objects.filter(state=BatchState.PREPARED):
            withdraw_batch(batch, by="ineke", at=LATER)
        if not Claim.objects.filter(pk=recovery.claim_id, state=ClaimState.RECOVERED).exists():
            recovering.agree(recovery, by="bas", at=LATER)


def test_a_payment_comes_back_while_its_claim_is_recovered(own_database: str) -> None:
    """Either the claim is due again and then not paid, or what came back pays what is owed."""
    world = create_world()
    for _ in range(4):
        batch = settle_batch(released(world), by="ineke", at=LATER)
        payout, recovery = batch.payouts.get(), _proposed()

        ended = at_once(
            lambda payout=payout: return_payout(payout, reason="AC04", by="bas", at=LATER),  # type: ignore[misc]
            lambda recovery=recovery: recovering.agree(recovery, by="bas", at=LATER),  # type: ignore[misc]
        )

        assert ended == {"done": 2}
        assert (owed_by(world.provider), payable(world.provider)) == (0, 0)
        assert left("bank") == 0
        assert check_against_books() == []


def _proposed() -> Recovery:
    claim = Claim.objects.exclude(state=ClaimState.RECOVERED).get()
    return claiming.propose_recovery(claim, reason="no-show", heard="none", by="rosa", at=LATER)


def test_a_payment_comes_back_whether_or_not_its_batch_was_just_settled(own_database: str) -> None:
    world = create_world()
    for paid in range(1, 5):
        batch = released(world)
        payout = batch.payouts.get()

        ended = at_once(
            lambda batch=batch: settle_batch(batch, by="ineke", at=LATER),  # type: ignore[misc]
            lambda payout=payout: return_payout(payout, reason="AC04", by="bas", at=LATER),  # type: ignore[misc]
        )

        assert ended == {"done": 2}, paid
        assert (payable(world.provider), left("in_transit"), left("bank")) == (paid * 15_000, 0, 0)
    assert check_against_books() == []


def test_one_statement_taken_in_by_many_at_once_is_taken_in_once(own_database: str) -> None:
    batch = released(create_world())
    said = bank.statement(
        [bank.paid(bytes(batch.file or b""))], identifier="1", iban=settings.PAYER_IBAN, day=PAY_ON
    )
    other = said.replace(b"<Id>1</Id>", b"<Id>2</Id>")  # that should follow the same one

    ended = at_once(
        *[lambda: take_in(said, by="ineke", at=PAID)] * 4,
        *[lambda: take_in(other, by="bas", at=PAID)] * 4,
    )

    assert ended.pop("done") == 1
    assert ended == {"TakenInBefore": 3, "NotTheNext": 4}
    assert (left("bank"), BankEntry.objects.count()) == (-15_000, 1)
    assert check_against_books() == []


def test_a_statement_and_an_officer_settle_a_batch_once(own_database: str) -> None:
    batch = released(create_world())
    said = bank.statement(
        [bank.paid(bytes(batch.file or b""))], identifier="1", iban=settings.PAYER_IBAN, day=PAY_ON
    )

    ended = at_once(
        lambda: take_in(said, by="ineke", at=PAID), lambda: settle_batch(batch, by="bas", at=PAID)
    )

    assert left("bank") == -15_000
    assert ended in ({"done": 2}, {"done": 1, "WrongState": 1})
    assert BankEntry.objects.get().became in (Became.PAID, Became.KNOWN)


def test_a_repayment_is_withdrawn_once_and_may_be_booked_anew_at_that_moment(
    own_database: str,
) -> None:
    world = create_world()
    settle_batch(released(world), by="ineke", at=LATER)
    recovering.agree(_proposed(), by="bas", at=LATER)
    for number in range(4):
        details = {"received_on": LATER.date(), "reference": f"terug {number}"}

        def book(details: dict[str, Any] = details) -> Repayment:
            return book_repayment(world.provider, Money(10, "EUR"), **details, by="bas", at=LATER)

        wrong = book()

        ended = at_once(
            *[
                lambda wrong=wrong: withdraw(wrong, reason="x", by="bas", at=LATER)
                for _ in range(3)
            ],
            book,
        )

        anew = ended["done"] - 1
        assert ended["WithdrawnBefore"] == 2
        assert ended["BookedBefore"] == 1 - anew
        for each in Repayment.objects.filter(withdrawn_at=None):
            withdraw(each, reason="x", by="bas", at=LATER)
        assert owed_by(world.provider) == 15_000
        assert check_against_books() == []


def test_who_is_late_is_reminded_once_however_many_remind(own_database: str) -> None:
    world = create_world()
    settle_batch(released(world), by="ineke", at=LATER)
    recovering.agree(_proposed(), by="bas", at=LATER)
    late = LATER + timedelta(weeks=7)

    ended = at_once(*[lambda: remind(Provider.objects.all(), by="ineke", at=late)] * 4)

    assert ended == {"done": 1, "NobodyToRemind": 3}
    assert Reminder.objects.get().provider == world.provider


def test_a_release_and_who_reminds_all_do_not_wait_for_each_other_in_a_ring(
    own_database: str,
) -> None:
    """Payments go by name, reminders by key: here in the opposite order."""
    world = create_world()
    other = admitted("Een Andere School", "87654321", NEW_IBAN, on=ON, at=AT)
    worlds = [world, replace(world, provider=other)]
    worlds.sort(key=lambda each: each.provider.pk)
    for each, name in zip(worlds, ("Zuid", "Aa"), strict=True):
        Provider.objects.filter(pk=each.provider.pk).update(name=name)
        each.provider.refresh_from_db()
        settle_batch(released(each), by="ineke", at=LATER)
        paid = Claim.objects.get(provider=each.provider)
        recovering.agree(
            claiming.propose_recovery(
                paid, reason="nobody came", heard="nothing", by="rosa", at=LATER
            ),
            by="bas",
            at=LATER,
        )
    for each in worlds:
        approved_claim(each)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with transaction.atomic():
        lock_provider(worlds[0].provider.pk)
        late = LATER + timedelta(weeks=7)
        reminding = Beside(lambda: remind(Provider.objects.all(), by="ineke", at=late))
        assert reminding.waits()
        release = Beside(lambda: release_batch(batch, by="bas", at=LATER))
        assert release.waits()

    assert (release.outcome(), reminding.outcome()) == ("done", "done")
    assert Reminder.objects.count() == 2


def test_files_released_at_once_vouch_for_each_record_once(own_database: str) -> None:
    world = create_world()
    batches = []
    for _ in range(3):
        approved_claim(world)
        batches.append(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER))
    on_record = {str(suspended(world, at=LATER).pk) for _ in range(20)}

    ended = at_once(
        *[lambda batch=batch: release_batch(batch, by="bas", at=LATER) for batch in batches]
    )

    assert ended == {"done": 3}
    vouched = VouchedRecord.objects.filter(kind="suspension").values_list("subject", flat=True)
    assert set(vouched) == on_record
    assert check_against_books() == []
