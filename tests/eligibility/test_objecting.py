"""Objections: the clock, the moves, who may answer, and a new decision that is never worse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.citizens.writing import read
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.deviating import approve, propose
from ontwikkelrekening.eligibility.models import Decision, Objection, Scheme
from ontwikkelrekening.eligibility.objecting import (
    AlreadyAnswered,
    AlreadyOpen,
    NothingToObjectTo,
    SameDecider,
    TooLateToExtend,
    acknowledge,
    dismiss,
    extend,
    file,
    may_object,
    uphold,
    withdraw,
)
from ontwikkelrekening.eligibility.reading import objection_answered_on
from ontwikkelrekening.eligibility.replacing import AlreadyReplaced, WouldBeWorse
from providers.models import OutboxMessage
from providers.states import IllegalMove
from tests.eligibility.acts import decided, refused, replaced
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import fatima, henk, noor


def objected(scheme: Scheme, *, on: date = ON) -> Objection:
    return file(refused(scheme, noor()), words="Ik woon hier wel.", on=on, at=AT)


def taken_up(scheme: Scheme, *, committee: bool = False) -> Objection:
    objection = objected(scheme)
    acknowledge(objection, committee=committee, by="sam", at=AT)
    return objection


def now_lives_here() -> None:
    """The municipality tells that Noor lives here."""
    stated = (Stated("residence", "yes", date(2020, 1, 1), source="municipality"),)
    register(
        [NewCitizen(Identity("Noor", "Voorbeeld", "999900079"), date(1996, 6, 21), "nl", stated)],
        at=AT,
    )


def test_noor_objects_and_the_clock_runs(scheme: Scheme) -> None:
    objection = objected(scheme)

    assert read(objection.words) == "Ik woon hier wel."
    assert objection.in_time
    assert objection.decide_by == date(2026, 3, 27)
    assert list(Objection.objects.open()) == [objection]


@pytest.mark.parametrize(
    ("day", "in_time"), [(date(2026, 2, 13), True), (date(2026, 2, 14), False)]
)
def test_a_late_objection_is_taken_in_and_marked(scheme: Scheme, day: date, in_time: bool) -> None:
    assert objected(scheme, on=day).in_time is in_time


def test_a_refusal_that_waits_for_a_person_is_no_decision_yet(scheme: Scheme) -> None:
    (decision,) = decided(scheme, noor())

    with pytest.raises(NothingToObjectTo):
        file(decision, words="Ik woon hier wel.", on=ON, at=AT)


def test_a_grant_can_be_objected_to_as_well(scheme: Scheme) -> None:
    (decision,) = decided(scheme, henk())

    assert file(decision, words="Ik werk flexibel.", on=ON, at=AT).state == "filed"


def test_there_is_one_open_objection_to_a_decision(scheme: Scheme) -> None:
    objection = objected(scheme)

    with pytest.raises(AlreadyOpen):
        file(objection.decision, words="Nog eens.", on=ON, at=AT)
    withdraw(objection, by="citizen", at=AT)

    assert file(objection.decision, words="Toch wel.", on=ON, at=AT).state == "filed"


@pytest.mark.parametrize("act", [uphold, dismiss])
def test_after_our_answer_nobody_objects_again(scheme: Scheme, act: Callable[..., None]) -> None:
    objection = taken_up(scheme)
    act(objection, answer="U woont in België.", by="sam", at=AT)

    with pytest.raises(AlreadyAnswered):
        file(objection.decision, words="Toch wel.", on=ON, at=AT)
    assert not may_object(objection.decision)
    assert Objection.objects.count() == 1


def test_a_decision_on_an_objection_is_for_the_court(scheme: Scheme) -> None:
    old = refused(scheme, noor())
    new = replaced(old)

    for decision in (old, new):
        with pytest.raises(AlreadyAnswered):
            file(decision, words="Nog meer.", on=ON, at=AT)
        assert not may_object(decision)
        assert objection_answered_on(decision) == ON


def test_a_first_objection_can_be_made_to_what_stands(scheme: Scheme) -> None:
    (waits,) = decided(scheme, noor())
    (stands,) = decided(scheme, henk())

    assert not may_object(waits)
    assert may_object(stands)
    withdraw(file(stands, words="Toch niet.", on=ON, at=AT), by="citizen", at=AT)
    assert may_object(stands)
    file(stands, words="Toch wel.", on=ON, at=AT)
    assert not may_object(stands)


def test_the_database_knows_that_too(scheme: Scheme) -> None:
    old = refused(scheme, noor())
    new = replaced(old)
    objection = Objection.objects.get()

    for decision in (old, new):
        second = Objection(
            decision=decision, account_code=decision.account_code, words=objection.words,
            filed_on=ON, in_time=True, decide_by=ON,
        )  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            second.save(force_insert=True)


def test_a_committee_sets_the_longer_clock(scheme: Scheme) -> None:
    assert taken_up(scheme, committee=True).decide_by == date(2026, 5, 8)


def test_more_time_is_taken_once_and_before_the_last_day(scheme: Scheme) -> None:
    objection = taken_up(scheme)
    extend(objection, by="sam", on=objection.decide_by, at=AT)

    assert objection.decide_by == date(2026, 5, 8)
    with pytest.raises(TooLateToExtend):
        extend(objection, by="sam", on=ON, at=AT)


def test_no_time_can_be_taken_after_the_last_day(scheme: Scheme) -> None:
    objection = taken_up(scheme)

    with pytest.raises(TooLateToExtend):
        extend(objection, by="sam", on=objection.decide_by + timedelta(days=1), at=AT)


def test_who_confirmed_the_refusal_does_not_answer_the_objection(scheme: Scheme) -> None:
    objection = taken_up(scheme)

    for act in (uphold, dismiss, objecting.replace):
        with pytest.raises(SameDecider):
            act(objection, answer="Nee.", by="rosa", at=AT)


def test_upheld_keeps_the_decision_and_gives_an_answer(scheme: Scheme) -> None:
    objection = taken_up(scheme)

    uphold(objection, answer="U woont in België.", by="sam", at=AT)

    objection.refresh_from_db()
    assert objection.state == "upheld"
    assert objection.answer is not None
    assert read(objection.answer) == "U woont in België."
    assert not OutboxMessage.objects.filter(work="decision.replaced").exists()


def test_replaced_decides_on_the_facts_as_they_are_known_now(scheme: Scheme) -> None:
    objection = taken_up(scheme)
    now_lives_here()

    new = objecting.replace(objection, answer="U heeft gelijk.", by="sam", at=AT)

    assert (new.outcome, new.amount, new.replaces) == ("granted", 50_000, objection.decision)
    assert new.decided_by == "sam"
    assert list(Decision.objects.standing()) == [new]
    assert OutboxMessage.objects.get(work="decision.replaced").subject == str(new.pk)
    objection.refresh_from_db()
    assert (objection.state, objection.result) == ("replaced", new)


def test_every_move_is_kept(scheme: Scheme) -> None:
    objection = taken_up(scheme)
    uphold(objection, answer="Nee.", by="sam", at=AT)

    moves = objection.moves.values_list("event", "from_state", "to_state", "actor")
    assert list(moves) == [
        ("file", "", "filed", "citizen"),
        ("acknowledge", "filed", "acknowledged", "sam"),
        ("uphold", "acknowledged", "upheld", "sam"),
    ]


@pytest.mark.parametrize("act", [uphold, dismiss])
def test_an_answered_objection_stays_answered(scheme: Scheme, act: object) -> None:
    objection = taken_up(scheme)
    uphold(objection, answer="Nee.", by="sam", at=AT)

    with pytest.raises(IllegalMove):
        act(objection, answer="Toch.", by="sam", at=AT)  # type: ignore[operator]


def test_an_objection_is_not_answered_before_it_is_acknowledged(scheme: Scheme) -> None:
    with pytest.raises(IllegalMove):
        uphold(objected(scheme), answer="Nee.", by="sam", at=AT)


def test_an_objection_never_makes_it_worse(scheme: Scheme) -> None:
    (decision,) = decided(scheme, fatima())
    objection = file(decision, words="Het is te weinig.", on=ON, at=AT)
    acknowledge(objection, committee=False, by="sam", at=AT)
    moved = (Stated("contract", "permanent", date(2025, 12, 1)),)
    register(
        [NewCitizen(Identity("Fatima", "Voorbeeld", "999900006"), date(1991, 4, 3), "nl", moved)],
        at=AT,
    )
    stopped = (Stated("household", "alone", date(2025, 12, 1)),)
    register(
        [NewCitizen(Identity("Fatima", "Voorbeeld", "999900006"), date(1991, 4, 3), "nl", stopped)],
        at=AT,
    )

    with pytest.raises(WouldBeWorse):
        objecting.replace(objection, answer="Minder.", by="sam", at=AT)

    objection.refresh_from_db()
    assert objection.state == "acknowledged"
    assert list(Decision.objects.standing()) == [decision]


def test_a_decision_is_replaced_once(scheme: Scheme) -> None:
    decision = refused(scheme, noor())
    grants = [("general", 80_000)]
    approve(propose(decision, grants=grants, reason="Nood.", by="petra", at=AT), by="paul", at=AT)

    with pytest.raises(AlreadyReplaced):
        replaced(decision)


def test_a_granted_decision_decided_again_does_not_count_against_itself(scheme: Scheme) -> None:
    (decision,) = decided(scheme, henk())

    again = replaced(decision)

    assert (again.outcome, again.grants) == ("granted", decision.grants)
