"""A payment file vouches for what is on record without a booking: once, the oldest first, and not for what is new and old."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts.models import PaymentBatch, VouchedRecord
from ontwikkelrekening.payouts.vouching import vouch_for_records
from providers.models import Suspension
from tests.budgets.world import LATER, World
from tests.payouts.world import released

pytestmark = pytest.mark.django_db


def suspended(world: World, *, at: datetime) -> Suspension:
    """A suspension that was declined: it holds nothing, and stays on record."""
    return Suspension.objects.create(
        provider=world.provider,
        reason="twijfel",
        until=at.date(),
        proposed_by="rosa",
        proposed_at=at,
        answered_by="sam",
        answered_at=at,
        agreed=False,
    )


def vouched_with(batch: PaymentBatch) -> set[str]:
    records = VouchedRecord.objects.filter(batch=batch, kind="suspension")
    return set(records.values_list("subject", flat=True))


def test_each_record_is_vouched_for_by_the_file_that_comes_after_it(world: World) -> None:
    before = suspended(world, at=LATER)
    first = released(world)
    after = suspended(world, at=LATER)
    second = released(world)

    assert vouched_with(first) == {str(before.pk)}
    assert vouched_with(second) == {str(after.pk)}
    assert check_against_books() == []


def test_what_is_too_much_for_one_file_is_for_the_next_the_oldest_first(world: World) -> None:
    batch = released(world)
    newer, older = (suspended(world, at=LATER + timedelta(days=days)) for days in (9, 1))

    vouch_for_records(batch, most=1)
    assert vouched_with(batch) == {str(older.pk)}
    assert len(check_against_books()) == 1  # the file itself was booked before that

    vouch_for_records(batch, most=1)
    assert vouched_with(batch) == {str(older.pk), str(newer.pk)}


def test_what_is_put_on_record_afterwards_and_dated_before_is_named_for_ever(world: World) -> None:
    suspended(world, at=LATER)
    released(world)
    invented = suspended(world, at=LATER - timedelta(days=9))
    released(world)

    (found,) = check_against_books()

    assert found.detail.startswith(f"suspension {invented.pk} was not there")
