"""The yearly top-up: who gets what, in chunks that may be done by anyone, any number of times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.models import Booking
from ledger.posting import Overdrawn
from ontwikkelrekening.budgets import granting, topping_up
from ontwikkelrekening.budgets.models import TopUpRun, Tranche
from ontwikkelrekening.budgets.topping_up import (
    AnotherDay,
    AnotherYear,
    StillToCome,
    progress,
    run_chunk,
    start_run,
)
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.eligibility.models import Decision
from providers.models import OutboxMessage
from providers.outbox import drain
from tests.budgets.world import AT, LATER, ON, World, create_world, left, left_on, person
from tests.killing import run_and_kill


def people(number: int, *, start: int = 30_000_000) -> None:
    """Register flex workers born in 1990."""
    register(
        [
            person(start + index, date(1990, 1, 1), ("contract", "on_call"), ("residence", "yes"))
            for index in range(number)
        ],
        at=AT,
    )


def test_fatima_and_henk_get_what_the_rules_say(world: World) -> None:
    run = start_run(world.scheme, year=2026, on=ON, at=AT)
    drain()

    tranches = {(each.account_code, each.kind): each for each in Tranche.objects.all()}
    assert {key: each.granted for key, each in tranches.items()} == {
        (world.fatima, "general"): 80_000,
        (world.fatima, "coaching_evc"): 70_000,
        (world.fatima, "childcare_travel"): 30_000,
        (world.henk, "general"): 50_000,
        (world.henk, "coaching_evc"): 70_000,
    }
    assert tranches[world.fatima, "general"].expires_on is None
    assert tranches[world.fatima, "coaching_evc"].expires_on == date(2028, 12, 31)
    assert tranches[world.fatima, "childcare_travel"].expires_on == date(2026, 12, 31)
    assert all(left_on(each) == each.granted for each in tranches.values())
    assert progress(run).is_done
    assert left("fund:landelijk") == 10_000_000 - 300_000


def test_chunks_are_the_same_work_however_often_they_are_done(world: World) -> None:
    people(20)
    run = start_run(world.scheme, year=2026, on=ON, at=AT, chunk_size=5)
    assert run.chunks.count() == 5

    for _ in range(2):
        for number in range(5):
            run_chunk(f"{run.pk}:{number}", at=AT)

    assert Tranche.objects.filter(kind="general").count() == 22
    assert progress(run).granted == 22
    assert check_ledger() == []


def test_a_chunk_killed_in_the_middle_has_done_nothing_and_is_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(5)
    run = start_run(world.scheme, year=2026, on=ON, at=AT, chunk_size=4)
    grant = granting.grant

    def killed(*arguments: object, **named: object) -> None:
        grant(*arguments, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(topping_up, "grant", killed)
    with pytest.raises(KeyboardInterrupt):
        drain()
    monkeypatch.undo()
    assert not Decision.objects.exists()
    assert not Tranche.objects.exists()

    drain()

    assert progress(run).granted == 7
    assert Decision.objects.count() == 7


KILLED = """
from providers.outbox import drain

posted = []
def die_at_the_third_posting(execute, sql, params, many, context):
    if "ledger_post" in sql:
        posted.append(sql)
        if len(posted) == 3:
            now_kill_me()
    return execute(sql, params, many, context)
with connection.execute_wrapper(die_at_the_third_posting):
    drain()
"""


def test_a_killed_worker_has_granted_whole_chunks_and_another_grants_the_rest_once(
    own_database: str,
) -> None:
    world = create_world()
    people(20)
    run = start_run(world.scheme, year=2026, on=ON, at=AT, chunk_size=4)
    connection.close()

    run_and_kill(KILLED, database=own_database)
    assert (progress(run).done, progress(run).granted) == (2, 8)
    assert Decision.objects.count() == 8
    drain()

    granted = Tranche.objects.filter(kind="general").values_list("account_code", flat=True)
    assert len(granted) == len(set(granted)) == Decision.objects.count() == 22
    assert progress(run).is_done
    assert check_ledger() == []


def test_started_twice_is_the_same_run(world: World) -> None:
    run = start_run(world.scheme, year=2026, on=ON, at=AT)

    again = start_run(world.scheme, year=2026, at=AT + timedelta(days=30))

    assert again.pk == run.pk
    assert again.decided_on == ON
    assert TopUpRun.objects.count() == 1
    assert OutboxMessage.objects.count() == run.chunks.count()


def test_started_again_for_another_day_is_refused(world: World) -> None:
    start_run(world.scheme, year=2026, on=ON, at=AT)

    with pytest.raises(AnotherDay, match="2026-01-02"):
        start_run(world.scheme, year=2026, on=ON + timedelta(days=1), at=LATER)


def test_a_month_that_closes_over_a_run_keeps_nobody_from_its_credit(world: World) -> None:
    people(5)
    run = start_run(world.scheme, year=2026, on=ON, at=AT, chunk_size=4)
    run_chunk(f"{run.pk}:0", at=AT)
    close_period(through=date(2026, 1, 31))

    for _ in range(2):
        run_chunk(f"{run.pk}:1", at=LATER)

    assert progress(run).granted == 7
    assert set(Tranche.objects.values_list("granted_on", flat=True)) == {ON}
    assert set(Tranche.objects.exclude(expires_on=None).values_list("expires_on", flat=True)) == {
        date(2026, 12, 31),
        date(2028, 12, 31),
    }
    booked = Booking.objects.filter(kind="top_up").order_by("effective_on")
    assert list(booked.values_list("effective_on", flat=True)) == [ON, LATER.date()]
    assert check_ledger() == []


def test_the_number_of_queries_does_not_grow_with_the_chunk(db: None) -> None:
    world = create_world(fund_cents=100_000_000)
    people(100)
    run = start_run(world.scheme, year=2026, on=ON, at=AT, chunk_size=51)
    with CaptureQueriesContext(
        connection,
    ) as first:
        run_chunk(f"{run.pk}:0", at=AT)
    people(200, start=40_000_000)
    register([person(50_000_000, date(1990, 1, 1))], at=AT)

    with CaptureQueriesContext(connection) as second:
        run_chunk(f"{run.pk}:1", at=AT)

    assert len(second) == len(first)


def test_a_fund_that_is_empty_gives_nothing_and_says_so(db: None) -> None:
    world = create_world(fund_cents=100_000)
    run = start_run(world.scheme, year=2026, on=ON, at=AT)

    with pytest.raises(Overdrawn):
        run_chunk(f"{run.pk}:0", at=AT)
    assert not Tranche.objects.exists()

    drain()
    state = progress(run)
    assert not state.is_done
    assert "overdrawn" in state.problems[0]


def test_next_year_comes_on_top_up_to_the_cap_and_coaching_waits_three_years(
    world: World,
) -> None:
    for year in (2026, 2027, 2028):
        on = date(year, 1, 2)
        at = datetime(year, 1, 2, 9, tzinfo=UTC)
        run = start_run(world.scheme, year=year, on=on, at=at)
        run_chunk(f"{run.pk}:0", at=at)

    kinds = list(
        Tranche.objects.filter(account_code=world.henk)
        .order_by("granted_on", "kind")
        .values_list("kind", flat=True)
    )
    assert kinds == ["coaching_evc", "general", "general", "general"]


def test_a_day_in_another_year_is_refused(world: World) -> None:
    with pytest.raises(AnotherYear):
        start_run(world.scheme, year=2027, on=ON, at=AT)


def test_a_day_that_is_still_to_come_is_refused(world: World) -> None:
    with pytest.raises(StillToCome):
        start_run(world.scheme, year=2026, on=ON, at=AT - timedelta(days=1))

    assert not TopUpRun.objects.exists()


@time_machine.travel(datetime(2026, 11, 1, 9, tzinfo=UTC), tick=False)
def test_the_command_refuses_a_day_that_is_still_to_come(world: World) -> None:
    with pytest.raises(CommandError, match=r"^2027-01-04 moet nog komen"):
        call_command("top_up", "landelijk", "2027", "--on", "2027-01-04", "--here")


def test_the_command_tops_up_here_and_says_what_it_did(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("top_up", "landelijk", "2026", "--on", "2026-01-02", "--here")

    assert "2 granted, 0 refused, 3000.00 euros" in capsys.readouterr().out


def test_the_command_names_an_unknown_scheme(world: World) -> None:
    with pytest.raises(CommandError, match="There is no scheme gemeente"):
        call_command("top_up", "gemeente", "2026")
