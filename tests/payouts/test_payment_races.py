"""Officers at the same moment: each claim in one batch, each batch released once."""

from __future__ import annotations

from ontwikkelrekening.payouts.models import PayoutLine
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch
from tests.budgets.world import LATER, create_world, left
from tests.payouts.test_paying import PAY_ON, approved_claim
from tests.racing import at_once


def test_two_officers_preparing_at_once_share_no_claim(own_database: str) -> None:
    world = create_world()
    for _ in range(3):
        approved_claim(world)

    ended = at_once(*[lambda: prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)] * 8)

    assert ended == {"done": 1, "NothingToPay": 7}
    assert PayoutLine.objects.count() == 3


def test_eight_releases_at_once_are_one(own_database: str) -> None:
    world = create_world()
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    ended = at_once(*[lambda: release_batch(batch, by="bas", at=LATER)] * 8)

    assert ended == {"done": 1, "WrongState": 7}
    assert left("in_transit") == 15_000
