"""What comes back goes down the waiting list, until the list is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.models import Placing, Tranche
from ontwikkelrekening.budgets.nightly import end_day
from ontwikkelrekening.budgets.returning import decline
from providers.outbox import drain
from tests.budgets.round_world import AFTER, allocated, applicants, everyone_applies, published
from tests.budgets.world import World, create_world, left

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return create_world()


def test_a_grant_someone_declines_goes_to_the_next_that_night(world: World) -> None:
    round_ = published(world)
    everyone_applies(round_, applicants(5))
    allocated(round_)
    first = Tranche.objects.filter(granted=100_000).first()
    assert first is not None

    assert decline(first, on=AFTER.date(), at=AFTER) == 100_000
    end_day(on=AFTER.date(), at=AFTER)
    drain()

    grants = list(Placing.objects.order_by("rank").values_list("granted", flat=True))
    assert grants == [100_000, 100_000, 100_000, 50_000, 0]
    assert left(f"fund:{round_.pk}") == 0


def test_when_the_list_is_over_what_is_left_goes_back_to_the_fund(world: World) -> None:
    round_ = published(world, waits_until=date(2026, 3, 31))
    before = left("fund:landelijk")
    everyone_applies(round_, applicants(1))
    allocated(round_)

    end_day(on=date(2026, 3, 31), at=AFTER)
    assert left(f"fund:{round_.pk}") == 150_000
    for _ in range(2):
        end_day(on=date(2026, 4, 1), at=AFTER + timedelta(days=30))

    assert left(f"fund:{round_.pk}") == 0
    assert left("fund:landelijk") == before + 150_000
    assert check_ledger() == []


def test_grants_declined_on_one_day_after_the_list_is_over_all_go_back(world: World) -> None:
    before = left("fund:landelijk")
    round_ = published(world, waits_until=date(2026, 3, 31))
    everyone_applies(round_, applicants(2))
    allocated(round_)
    ended = date(2026, 4, 1)

    end_day(on=ended, at=AFTER + timedelta(days=23))
    for tranche in Tranche.objects.all():
        decline(tranche, on=ended, at=AFTER)
        end_day(on=ended, at=AFTER + timedelta(days=23))

    assert left(f"fund:{round_.pk}") == 0
    assert left("fund:landelijk") == before
    assert check_ledger() == []
