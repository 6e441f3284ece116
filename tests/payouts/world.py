"""Claims that can be paid, and batches of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from djmoney.money import Money

from ledger.models import Transfer
from ledger.posting import reverse
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.payouts.models import (
    PaymentBatch,
)
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
)
from providers import changing_iban, claiming
from providers.enrolling import redeem
from providers.models import Claim, Provider
from tests.budgets.world import (
    AT,
    LATER,
    ON,
    STARTS_ON,
    World,
    course,
    give,
    left,
)
from tests.providers.world import admitted

PAY_ON = date(2026, 2, 5)
AFTER = LATER + timedelta(days=4)
NEW_IBAN = "NL91ABNA0417164300"


def approved_claim(world: World) -> Claim:
    """Fatima takes a course of EUR 300; the provider claims the start, EUR 150."""
    give(world, world.fatima, 30_000)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    claim, _ = claiming.submit(
        uuid4(), agreed.enrolment.pk, "start", Money(150, "EUR"), {}, provider=world.provider,
        actor="roc", at=LATER,
    )  # fmt: skip
    claiming.assess(str(claim.pk), at=LATER)
    return claim


def released(world: World, *, claims: int = 1) -> PaymentBatch:
    for _ in range(claims):
        approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    return release_batch(batch, by="bas", at=LATER)


def released_to_two(world: World) -> PaymentBatch:
    """EUR 150 for each of two providers."""
    approved_claim(world)
    approved_claim(
        replace(world, provider=admitted("ROC Ander", "87654321", NEW_IBAN, on=ON, at=AT))
    )
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    return release_batch(batch, by="bas", at=LATER)


def on_another_iban(world: World) -> None:
    change = changing_iban.propose(
        world.provider, NEW_IBAN, reason="called back", by="petra", at=LATER
    )
    changing_iban.agree(change, by="paul", at=LATER)


def reverse_approval(claim: Claim) -> None:
    """By hand in the books: it was for the wrong course."""
    place = Transfer.objects.get(booking_id=claim.booking_id).pk
    reverse(place, reason="the wrong course", effective_on=LATER.date(), at=LATER)


def payable(provider: Provider) -> int:
    return left(f"payable:{provider.pk}")
