"""A paused account: nothing ends meanwhile, nothing new begins, and no day is won or lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from ontwikkelrekening.budgets import applying, errors, pausing
from ontwikkelrekening.budgets.applying import apply
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import Application, Pause, Tranche
from ontwikkelrekening.budgets.pausing import pause, resume
from ontwikkelrekening.budgets.reserving import agree, quote
from ontwikkelrekening.budgets.returning import return_credit
from ontwikkelrekening.citizens.identity import NoIdentity, erase
from ontwikkelrekening.citizens.models import Citizen
from tests.budgets.round_world import DURING, published
from tests.budgets.world import AT, ON, STARTS_ON, World, course, give, left_on

pytestmark = pytest.mark.django_db
IN_30_DAYS = ON + timedelta(days=30)
LAST_DAY = ON + timedelta(days=10)


def on_day(days: int) -> datetime:
    return AT + timedelta(days=days)


def last_day(tranche: Tranche) -> date | None:
    return Tranche.objects.get(pk=tranche.pk).expires_on


def test_the_last_day_moves_by_as_many_days_as_the_pause_lasts(world: World) -> None:
    ending = give(world, world.fatima, 30_000, expires_on=LAST_DAY)
    staying = give(world, world.fatima, 20_000)
    of_henk = give(world, world.henk, 10_000, expires_on=LAST_DAY)

    pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)

    assert last_day(ending) == LAST_DAY + timedelta(days=30)
    assert last_day(staying) is None
    assert last_day(of_henk) == LAST_DAY
    expire(on=LAST_DAY + timedelta(days=1), at=on_day(11))
    assert (left_on(ending), left_on(of_henk)) == (30_000, 0)
    expire(on=LAST_DAY + timedelta(days=31), at=on_day(41))
    assert left_on(ending) == 0, "paused is not for ever"


def test_somebody_who_was_erased_agrees_pauses_and_applies_no_more(world: World) -> None:
    ending = give(world, world.fatima, 30_000, expires_on=LAST_DAY)
    round_ = published(world)
    erase(Citizen.objects.get(account_code=world.fatima), at=AT)

    with pytest.raises(errors.AccountHasEnded):
        agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    with pytest.raises(NoIdentity):
        pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)
    with pytest.raises(NoIdentity):
        apply(round_.code, world.fatima, wanted=1_000, at=DURING)

    assert (left_on(ending), last_day(ending)) == (30_000, LAST_DAY)


def test_somebody_whose_account_has_ended_applies_no_more(world: World) -> None:
    round_ = published(world)
    apply(round_.code, world.fatima, wanted=1_000, at=DURING)
    return_credit(world.fatima, why="left", on=ON, at=AT)

    with pytest.raises(applying.AccountHasEnded):
        apply(round_.code, world.fatima, wanted=2_000, at=DURING)

    assert Application.objects.get().wanted == 1_000


def test_a_pause_that_is_ended_early_moves_the_last_day_by_the_days_it_was(world: World) -> None:
    ending = give(world, world.fatima, 30_000, expires_on=LAST_DAY)
    pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)
    during = give(world, world.fatima, 20_000, expires_on=LAST_DAY)

    resume(world.fatima, by="rosa", at=on_day(7))

    assert last_day(ending) == LAST_DAY + timedelta(days=7)
    assert last_day(during) == LAST_DAY, "it never moved, so it does not move back"
    assert Pause.objects.get().ended_by == "rosa"
    with pytest.raises(pausing.NotPaused):
        resume(world.fatima, by="rosa", at=on_day(7))


def test_a_pause_of_no_day_changes_nothing(world: World) -> None:
    ending = give(world, world.fatima, 30_000, expires_on=LAST_DAY)

    pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)
    resume(world.fatima, by="citizen", at=AT)

    assert last_day(ending) == LAST_DAY
    assert pausing.days_left(world.fatima, on=ON) == 366


def test_credit_that_ended_the_day_before_does_not_come_back(world: World) -> None:
    yesterday = give(world, world.fatima, 30_000, expires_on=ON - timedelta(days=1))
    today = give(world, world.fatima, 30_000, expires_on=ON)

    pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)

    assert last_day(yesterday) == ON - timedelta(days=1)
    assert last_day(today) == IN_30_DAYS


def test_nothing_is_chosen_during_a_pause_and_again_from_its_end(world: World) -> None:
    give(world, world.fatima, 80_000)
    pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)

    with pytest.raises(errors.AccountIsPaused):
        quote(world.fatima, course(world), starts_on=STARTS_ON, on=IN_30_DAYS - timedelta(days=1))
    with pytest.raises(errors.AccountIsPaused):
        agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    agree(world.fatima, course(world), starts_on=STARTS_ON, at=on_day(30), id=uuid4())


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_pause_lasts_from_one_day_to_a_year(world: World, days: int) -> None:
    with pytest.raises(pausing.PausedTooLong):
        pause(world.fatima, until=ON + timedelta(days=days), by="citizen", at=AT)


def test_pauses_of_five_years_add_up(world: World) -> None:
    pause(world.fatima, until=ON + timedelta(days=300), by="citizen", at=AT)
    resume(world.fatima, by="citizen", at=on_day(200))

    with pytest.raises(pausing.PausedTooLong, match="166"):
        pause(world.fatima, until=ON + timedelta(days=400), by="citizen", at=on_day(200))
    pause(world.fatima, until=ON + timedelta(days=366), by="citizen", at=on_day(200))
    assert pausing.days_left(world.fatima, on=ON + timedelta(days=400)) == 0
    assert pausing.days_left(world.fatima, on=ON + timedelta(days=6 * 366)) == 366


def test_a_paused_account_is_not_paused_again(world: World) -> None:
    pause(world.fatima, until=IN_30_DAYS, by="citizen", at=AT)

    with pytest.raises(pausing.AlreadyPaused):
        pause(world.fatima, until=IN_30_DAYS, by="rosa", at=AT)


def test_the_database_refuses_a_pause_that_ends_before_it_starts_or_after_a_year() -> None:
    for days in (-1, 367):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pause.objects.create(
                account_code="R-1", starts_on=ON, ends_on=ON + timedelta(days=days), tranches=[]
            )
