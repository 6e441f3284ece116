"""What comes back goes down the waiting list, until the list is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.models import Application, Placing, Round, Tranche
from ontwikkelrekening.budgets.nightly import end_day
from ontwikkelrekening.budgets.returning import reopen, return_credit
from ontwikkelrekening.budgets.topping_up import progress, start_run
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Citizen
from providers.outbox import drain
from tests.budgets.round_world import (
    AFTER,
    allocated,
    applicants,
    drawn,
    everyone_applies,
    published,
)
from tests.budgets.world import World, come_back, left

pytestmark = pytest.mark.django_db


def test_a_grant_someone_declines_goes_to_the_next_that_night(world: World) -> None:
    round_ = published(world)
    everyone_applies(round_, applicants(5))
    allocated(round_)
    first = Tranche.objects.filter(granted=100_000).first()
    assert first is not None

    assert come_back(first, on=AFTER.date(), at=AFTER) == 100_000

    assert night(AFTER) == [100_000, 100_000, 100_000, 50_000, 0]
    assert left(f"fund:{round_.pk}") == 0


def account_of(round_: Round, rank: int) -> str:
    code: str = Application.objects.get(round=round_, placing__rank=rank).account_code
    return code


def night(at: datetime) -> list[int]:
    """What each on the list has been granted after a night."""
    end_day(on=localdate(at), at=at)
    with time_machine.travel(at, tick=False):
        drain()
    return list(Placing.objects.order_by("rank").values_list("granted", flat=True))


def test_who_died_left_or_was_erased_is_passed_over(world: World) -> None:
    """Of five, two and a half have a grant. The first gives everything back, and so does the half."""
    round_ = published(world, ceiling=250_000)
    everyone_applies(round_, applicants(7))
    allocated(round_)
    for rank in (1, 3, 4):
        return_credit(account_of(round_, rank), why="died", on=AFTER.date(), at=AFTER)
    erase(Citizen.objects.get(account_code=account_of(round_, 5)), at=AFTER)

    assert night(AFTER + timedelta(days=1)) == [100_000, 100_000, 50_000, 0, 0, 100_000, 50_000]
    passed = Placing.objects.filter(left_list=True).order_by("rank")
    assert list(passed.values_list("rank", flat=True)) == [3, 4, 5]
    assert check_ledger() == []


def test_an_account_that_ended_gets_no_yearly_credit(world: World) -> None:
    codes = applicants(3)
    return_credit(codes[0], why="died", on=AFTER.date(), at=AFTER)
    run = start_run(world.scheme, on=AFTER.date(), at=AFTER)
    return_credit(codes[1], why="left", on=AFTER.date(), at=AFTER)  # after the run was cut up
    with time_machine.travel(AFTER, tick=False):
        drain()

    granted = set(Tranche.objects.values_list("account_code", flat=True))
    assert granted == {world.fatima, world.henk, codes[2]}
    assert progress(run).granted == 3


def test_an_account_that_was_ended_by_mistake_is_opened_again(world: World) -> None:
    (code,) = applicants(1)
    return_credit(code, why="left", on=AFTER.date(), at=AFTER)

    call_command("reopen_account", code)
    start_run(world.scheme, on=AFTER.date(), at=AFTER)
    with time_machine.travel(AFTER, tick=False):
        drain()

    assert Tranche.objects.filter(account_code=code).exists()
    erase(Citizen.objects.get(account_code=code), at=AFTER)
    with pytest.raises(CommandError, match=f"^There is no account {code}"):
        call_command("reopen_account", code)
    reopen(code)
    assert Citizen.objects.get(account_code=code).ended_at == AFTER


def test_a_part_of_a_grant_that_expired_does_not_go_back_to_who_had_it(world: World) -> None:
    round_ = published(world, years_valid=1, waits_until=date(2027, 3, 1))
    everyone_applies(round_, applicants(5))
    allocated(round_)

    grants = night(datetime(2027, 1, 1, 3, tzinfo=UTC))

    assert grants == [100_000, 100_000, 50_000, 100_000, 100_000]


def test_when_the_last_on_the_list_has_left_the_rest_waits_for_nobody(world: World) -> None:
    round_ = published(world, last_grant="none")
    everyone_applies(round_, applicants(3))
    drawn(round_)
    return_credit(account_of(round_, 3), why="left", on=AFTER.date(), at=AFTER)

    assert night(AFTER) == [100_000, 100_000, 0]
    assert Placing.objects.get(rank=3).left_list
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Placing.objects.filter(rank=3).update(granted=50_000)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Placing.objects.filter(rank=3).update(left_list=False)
    with pytest.raises(DatabaseError, match="has left the list"), transaction.atomic():
        Placing.objects.filter(rank=2).update(left_list=True)


def test_when_the_list_is_over_what_is_left_goes_back_to_the_fund(world: World) -> None:
    round_ = published(world, waits_until=date(2026, 3, 31))
    before = left("fund:landelijk")
    everyone_applies(round_, applicants(1))
    allocated(round_)

    end_day(on=date(2026, 3, 31), at=AFTER + timedelta(days=22))
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
        come_back(tranche, on=ended, at=AFTER)
        end_day(on=ended, at=AFTER + timedelta(days=23))

    assert left(f"fund:{round_.pk}") == 0
    assert left("fund:landelijk") == before
    assert check_ledger() == []
