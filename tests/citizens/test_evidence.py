"""Own statements hold until checked; a sample from a published seed is asked for evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from ontwikkelrekening.citizens.evidence import (
    UnableToJudge,
    ask_sample,
    drawn,
    judge,
)
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.models import AccessLog, Circumstance
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.eligibility.facts import circumstances_of

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
ON = date(2026, 1, 2)
SEED = "2026-1"

pytestmark = pytest.mark.django_db


@pytest.fixture
def fatima() -> str:
    stated = (
        Stated("contract", "agency", date(2025, 9, 1)),
        Stated("contract", "permanent", date(2020, 1, 1), source="register"),
        Stated("household", "sole_parent", date(2025, 9, 1)),
    )
    person = NewCitizen(Identity("Fatima", "Amrani", "999900006"), date(1991, 4, 3), "nl", stated)
    return register([person], at=AT).codes[0]


def test_only_own_statements_are_asked_about_and_only_once(fatima: str) -> None:
    assert ask_sample(per_cent=100, seed=SEED, on=ON) == 2
    assert ask_sample(per_cent=100, seed=SEED, on=ON) == 0
    asked = Circumstance.objects.asked(fatima)
    assert {fact.source for fact in asked} == {"own_statement"}
    assert {fact.evidence_due_on for fact in asked} == {date(2026, 1, 30)}


def test_a_statement_holds_until_it_is_checked(fatima: str) -> None:
    ask_sample(per_cent=100, seed=SEED, on=ON)

    assert circumstances_of([fatima], on=ON)[fatima]["contract"] == "agency"


@pytest.mark.parametrize(("holds", "contract"), [(True, "agency"), (False, "permanent")])
def test_a_person_judges_and_the_citizen_can_see_it(
    fatima: str, holds: bool, contract: str
) -> None:
    ask_sample(per_cent=100, seed=SEED, on=ON)
    fact = Circumstance.objects.get(value="agency")

    judge(fact, holds=holds, by="rosa", at=AT)

    assert circumstances_of([fatima], on=ON)[fatima]["contract"] == contract
    assert AccessLog.objects.get().get_purpose_display() == "beoordeelde wat u liet zien"
    with pytest.raises(UnableToJudge):
        judge(fact, holds=True, by="sam", at=AT)


def test_what_was_not_asked_is_not_judged(fatima: str) -> None:
    with pytest.raises(UnableToJudge):
        judge(Circumstance.objects.get(value="agency"), holds=False, by="rosa", at=AT)


def test_the_sample_follows_the_seed_and_is_as_large_as_it_says() -> None:
    chosen = [fact for fact in range(100_000) if drawn(fact, seed=SEED) < 5]

    assert chosen == [fact for fact in range(100_000) if drawn(fact, seed=SEED) < 5]
    assert 4_800 < len(chosen) < 5_200
    assert chosen != [fact for fact in range(100_000) if drawn(fact, seed="2026-2") < 5]


@pytest.mark.parametrize("per_cent", [-1, 101])
def test_a_share_lies_between_nothing_and_all(per_cent: int) -> None:
    with pytest.raises(ValueError, match="0 en 100"):
        ask_sample(per_cent=per_cent, seed=SEED, on=ON)


def test_the_command_says_how_many(fatima: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ask_evidence", "100", "--seed", SEED)

    assert "for 2 own statements" in capsys.readouterr().out
