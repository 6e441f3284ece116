"""The yearly top-up: who gets what, in chunks that may be done by anyone, any number of times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.models import Booking
from ledger.posting import Overdrawn
from ontwikkelrekening.budgets import granting, topping_up
from ontwikkelrekening.budgets.models import TopUpRun, Tranche
from ontwikkelrekening.budgets.topping_up import (
    AnotherIsOpen,
    StillToCome,
    TooEarly,
    progress,
    run_chunk,
    start_run,
)
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.citizens.stating import state
from ontwikkelrekening.eligibility import deviating, objecting
from ontwikkelrekening.eligibility.deciding import confirm_refusal
from ontwikkelrekening.eligibility.example import EXAMPLE
from ontwikkelrekening.eligibility.models import Decision, Policy, Scheme
from ontwikkelrekening.eligibility.policies import NoPolicy, approve, draft, propose
from ontwikkelrekening.eligibility.replacing import GrantedSince, decide_again
from providers.models import OutboxMessage
from providers.outbox import drain
from tests.budgets.world import AT, LATER, ON, World, create_world, left, left_on, person, staff
from tests.killing import run_and_kill
from tests.racing import Beside


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
    run = start_run(world.scheme, on=ON, at=AT)
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
    run = start_run(world.scheme, on=ON, at=AT, chunk_size=5)
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
    run = start_run(world.scheme, on=ON, at=AT, chunk_size=4)
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
    run = start_run(world.scheme, on=ON, at=AT, chunk_size=4)
    connection.close()

    run_and_kill(KILLED, database=own_database)
    assert (progress(run).done, progress(run).granted) == (2, 8)
    assert Decision.objects.count() == 8
    drain()

    granted = Tranche.objects.filter(kind="general").values_list("account_code", flat=True)
    assert len(granted) == len(set(granted)) == Decision.objects.count() == 22
    assert progress(run).is_done
    assert check_ledger() == []


def test_started_again_the_open_run_goes_on_and_no_other_begins(world: World) -> None:
    run = start_run(world.scheme, on=ON, at=AT)

    again = start_run(world.scheme, at=LATER)
    with pytest.raises(AnotherIsOpen, match="2 januari 2026 is nog niet klaar"):
        start_run(world.scheme, on=LATER.date(), at=LATER)

    assert (again.pk, again.decided_on) == (run.pk, ON)
    assert TopUpRun.objects.count() == 1
    assert OutboxMessage.objects.count() == run.chunks.count()


def topped_up(world: World, *, at: datetime) -> TopUpRun:
    run = start_run(world.scheme, at=at)
    drain()
    return run


IN_JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
TURNS_18_IN_JUNE = person(60_000_000, date(2008, 6, 15), ("residence", "yes"))
TURNS_18_IN_AUGUST = person(60_000_001, date(2008, 8, 15), ("residence", "yes"))


def confirm(*codes: str) -> None:
    for refusal in Decision.objects.filter(account_code__in=codes):
        confirm_refusal(refusal, by="rosa", at=AT)


def test_a_later_run_decides_for_who_came_since_and_who_may_get_credit_by_now(world: World) -> None:
    in_june, in_august = register([TURNS_18_IN_JUNE, TURNS_18_IN_AUGUST], at=AT).codes
    first = topped_up(world, at=AT)
    assert (progress(first).granted, progress(first).refused) == (2, 2)
    confirm(in_june, in_august)
    people(3)

    later = topped_up(world, at=IN_JULY)

    assert (progress(later).granted, progress(later).refused) == (4, 0)
    general = Tranche.objects.filter(kind="general").values_list("account_code", flat=True)
    assert len(general) == len(set(general)) == 6
    outcomes = Decision.objects.order_by("decided_on").values_list("outcome", flat=True)
    assert list(outcomes.filter(account_code=in_june)) == ["refused", "granted"]
    assert list(outcomes.filter(account_code=in_august)) == ["refused"]
    days = Tranche.objects.values_list("granted_on", flat=True)
    assert set(days) == {ON, IN_JULY.date()}
    assert check_ledger() == []


def test_who_comes_on_the_day_of_a_run_waits_for_the_next(world: World) -> None:
    run = topped_up(world, at=AT)
    people(1)

    assert topped_up(world, at=AT).pk == run.pk
    assert Tranche.objects.filter(kind="general").count() == 2
    assert progress(topped_up(world, at=LATER)).granted == 1


def test_a_run_for_nobody_stands_in_no_other_ones_way(world: World) -> None:
    topped_up(world, at=AT)
    for_nobody = topped_up(world, at=LATER)
    assert (for_nobody.chunks.count(), progress(for_nobody).is_done) == (0, True)
    people(1)

    assert progress(topped_up(world, at=IN_JULY)).granted == 1


@pytest.mark.parametrize("in_hand", ["waiting", "objected", "in hardship"])
def test_a_later_run_leaves_a_refusal_that_a_person_is_at_work_on_to_that_person(
    world: World, in_hand: str
) -> None:
    (code,) = register([TURNS_18_IN_JUNE], at=AT).codes
    topped_up(world, at=AT)
    refusal = Decision.objects.get(account_code=code)
    if in_hand != "waiting":
        confirm(code)
        refusal.refresh_from_db()
    if in_hand == "objected":
        objecting.file(refusal, words="Ik ben 18.", on=LATER.date(), at=LATER)
    if in_hand == "in hardship":
        deviating.propose(refusal, grants=[("general", 1)], reason="Hard.", by="sam", at=LATER)

    topped_up(world, at=IN_JULY)

    assert list(Decision.objects.filter(account_code=code)) == [refusal]


def proposed_from(scheme: Scheme, day: date) -> Policy:
    policy = draft(scheme, starts_on=day, settings=EXAMPLE, on=day)
    propose(policy, by=staff("petra"))
    return policy


def test_a_policy_that_is_approved_for_the_day_of_a_run_holds_for_who_is_left(world: World) -> None:
    """Nobody was decided on: the fund was dry, say."""
    run = start_run(world.scheme, at=LATER)
    newer = proposed_from(world.scheme, LATER.date())
    approve(newer, by=staff("paul"), at=LATER)

    drain()

    assert progress(run).is_done
    assert {decision.policy for decision in Decision.objects.all()} == {newer}


def test_an_approval_that_waits_for_a_run_is_refused_in_words(own_database: str) -> None:
    world = create_world()
    newer = proposed_from(world.scheme, LATER.date())
    run = start_run(world.scheme, at=LATER)

    with transaction.atomic():
        run_chunk(f"{run.pk}:0", at=LATER)
        approving = Beside(partial(approve, newer, by=staff("paul"), at=LATER))
        approving.waits()

    assert approving.outcome() == "WorksBackwards"


def test_no_run_begins_for_a_year_that_is_over_or_before_the_last(world: World) -> None:
    topped_up(world, at=LATER)

    with pytest.raises(TooEarly, match="4 februari 2026"):
        start_run(world.scheme, on=ON, at=IN_JULY)
    with pytest.raises(TooEarly, match="1 januari 2027"):
        start_run(world.scheme, on=IN_JULY.date(), at=datetime(2027, 1, 5, 9, tzinfo=UTC))


def test_no_run_begins_after_the_scheme_has_ended(world: World) -> None:
    Policy.objects.filter(scheme=world.scheme).update(ends_on=date(2026, 6, 1))

    with pytest.raises(NoPolicy):
        start_run(world.scheme, on=date(2026, 5, 31), at=IN_JULY)


def test_credit_given_after_new_year_can_be_used_all_of_that_year(world: World) -> None:
    at = datetime(2026, 12, 31, 9, tzinfo=UTC)
    run = start_run(world.scheme, at=at)

    run_chunk(f"{run.pk}:0", at=at + timedelta(days=1))

    childcare = Tranche.objects.get(kind="childcare_travel")
    assert (childcare.granted_on, childcare.expires_on) == (at.date(), date(2027, 12, 31))


def refused_for_residence(world: World, *, confirmed: bool) -> Decision:
    """Somebody whose residence became known after the refusal, so that whoever decides first grants."""
    (code,) = register([person(60_000_000, date(1990, 1, 1), ("residence", "no"))], at=AT).codes
    topped_up(world, at=AT)
    if confirmed:
        confirm(code)
    state(
        Citizen.objects.get(account_code=code),
        kind="residence",
        value="yes",
        valid_from=ON,
        valid_until=None,
        on=ON,
        at=LATER,
    )
    return Decision.objects.get(account_code=code)


def decide_once_more(refusal: Decision) -> None:
    decide_again(Decision.objects.get(pk=refusal.pk), by="sam", at=IN_JULY)


def granted_to(code: str) -> int:
    return Decision.objects.standing().filter(account_code=code, outcome="granted").count()


def test_a_person_who_decides_again_during_a_later_run_grants_nothing_twice(
    own_database: str,
) -> None:
    refusal = refused_for_residence(world := create_world(), confirmed=True)
    run = start_run(world.scheme, at=IN_JULY)

    with transaction.atomic():
        run_chunk(f"{run.pk}:0", at=IN_JULY)
        deciding = Beside(partial(decide_once_more, refusal))
        assert deciding.waits()

    assert deciding.outcome() == "GrantedSince"
    drain()
    assert granted_to(refusal.account_code) == 1
    assert Tranche.objects.filter(account_code=refusal.account_code, kind="general").count() == 1


def test_a_later_run_during_which_a_person_decides_again_grants_nothing_twice(
    own_database: str,
) -> None:
    refusal = refused_for_residence(world := create_world(), confirmed=False)
    run = start_run(world.scheme, at=IN_JULY)

    with transaction.atomic():
        decide_once_more(refusal)
        running = Beside(partial(run_chunk, f"{run.pk}:0", at=IN_JULY))
        assert running.waits()

    assert running.outcome() == "done"
    drain()
    assert granted_to(refusal.account_code) == 1
    assert Tranche.objects.filter(account_code=refusal.account_code, kind="general").count() == 1


def test_a_refusal_is_not_replaced_after_a_later_run_granted(world: World) -> None:
    (code,) = register([TURNS_18_IN_JUNE], at=AT).codes
    topped_up(world, at=AT)
    confirm(code)
    refusal = Decision.objects.get(account_code=code)
    topped_up(world, at=IN_JULY)

    with pytest.raises(GrantedSince, match="Wijk van dat besluit af"):
        deviating.propose(
            refusal, grants=[("general", 50_000)], reason="Te hard.", by="sam", at=IN_JULY
        )
    with pytest.raises(GrantedSince):
        decide_again(refusal, by="sam", at=IN_JULY)


def test_a_month_that_closes_over_a_run_keeps_nobody_from_its_credit(world: World) -> None:
    people(5)
    run = start_run(world.scheme, on=ON, at=AT, chunk_size=4)
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
    run = start_run(world.scheme, on=ON, at=AT, chunk_size=51)
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
    run = start_run(world.scheme, on=ON, at=AT)

    with pytest.raises(Overdrawn):
        run_chunk(f"{run.pk}:0", at=AT)
    assert not Tranche.objects.exists()

    drain()
    state = progress(run)
    assert not state.is_done
    assert "overdrawn" in state.problems[0]


def test_the_command_says_what_the_fund_has_left_and_goes_on_after(db: None) -> None:
    create_world(fund_cents=100_000)

    with time_machine.travel(AT, tick=False):
        with pytest.raises(
            CommandError, match=r"0 of 1 chunks are done: the fund has 1000\.00 euros"
        ):
            call_command("top_up", "landelijk", "--here")
        call_command("make_available", "landelijk", "1000000")
        call_command("top_up", "landelijk", "--here")

    assert progress(TopUpRun.objects.get()).is_done


def test_next_year_comes_on_top_up_to_the_cap_and_coaching_waits_three_years(
    world: World,
) -> None:
    for year in (2026, 2027, 2028):
        on = date(year, 1, 2)
        at = datetime(year, 1, 2, 9, tzinfo=UTC)
        run = start_run(world.scheme, on=on, at=at)
        run_chunk(f"{run.pk}:0", at=at)

    kinds = list(
        Tranche.objects.filter(account_code=world.henk)
        .order_by("granted_on", "kind")
        .values_list("kind", flat=True)
    )
    assert kinds == ["coaching_evc", "general", "general", "general"]


def test_a_day_that_is_still_to_come_is_refused(world: World) -> None:
    with pytest.raises(StillToCome):
        start_run(world.scheme, on=ON, at=AT - timedelta(days=1))

    assert not TopUpRun.objects.exists()


@time_machine.travel(datetime(2026, 11, 1, 9, tzinfo=UTC), tick=False)
def test_the_command_refuses_a_day_that_is_still_to_come(world: World) -> None:
    with pytest.raises(CommandError, match=r"^2027-01-04 moet nog komen"):
        call_command("top_up", "landelijk", "--on", "2027-01-04", "--here")


def test_the_command_tops_up_here_and_says_what_it_did(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("top_up", "landelijk", "--on", "2026-01-02", "--here")

    assert "2 granted, 0 refused, 3000.00 euros" in capsys.readouterr().out


@time_machine.travel(LATER, tick=False)
def test_the_command_says_when_the_run_of_the_day_was_done(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("top_up", "landelijk", "--here")
    assert "Nothing was left to do" not in capsys.readouterr().out

    call_command("top_up", "landelijk", "--here")
    assert "Nothing was left to do" in capsys.readouterr().out


def test_the_command_names_an_unknown_scheme(world: World) -> None:
    with pytest.raises(CommandError, match="There is no scheme gemeente"):
        call_command("top_up", "gemeente")
