"""Deciding for many at once: recorded, repeatable, set-based; a refusal waits for a person."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.citizens.identity import erase, find_by_bsn
from ontwikkelrekening.citizens.registering import Stated, register
from ontwikkelrekening.eligibility.deciding import (
    Decided,
    NoLongerRefused,
    NotWaiting,
    confirm_refusal,
    decide_many,
)
from ontwikkelrekening.eligibility.facts import facts_for
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.policies import in_force
from ontwikkelrekening.eligibility.reading import facts_of, steps_of
from ontwikkelrekening.eligibility.replacing import NobodyToDecideOn, decide_again
from ontwikkelrekening.eligibility.rules import decide
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import citizen, fatima, henk, noor

RUN = uuid.UUID("00000000-0000-4000-8000-000000002026")


def decided(
    scheme: Scheme,
    codes: list[str],
    *,
    on: date = ON,
    run: uuid.UUID | None = RUN,
    balances: dict[str, int] | None = None,
) -> list[Decided]:
    policy, parameters = in_force(scheme, on=on)
    return decide_many(
        codes, policy=policy, parameters=parameters, on=on, balances=balances or {}, at=AT, run=run
    )


def test_fatima_and_henk_get_credit_and_noor_waits_for_a_person(scheme: Scheme) -> None:
    codes = register([fatima(), henk(), noor()], at=AT).codes

    results = [made.result for made in decided(scheme, codes)]

    assert [result.outcome for result in results] == ["granted", "granted", "refused"]
    assert [result.cents for result in results] == [180_000, 120_000, 0]
    assert [str(made.account_code) for made in Decision.objects.waiting()] == [codes[2]]


def test_a_decision_is_stored_with_facts_trace_and_sums(scheme: Scheme) -> None:
    (made,) = decided(scheme, register([fatima()], at=AT).codes)

    decision = Decision.objects.get(pk=made.id)

    policy, parameters = in_force(scheme, on=ON)
    assert decision.policy == policy
    assert decide(facts_of(decision), parameters) == made.result
    assert steps_of(decision, parameters=parameters) == made.result.steps
    assert decision.grants == [
        ["general", 80000],
        ["coaching_evc", 70000],
        ["childcare_travel", 30000],
    ]
    assert "1991" not in str(decision.facts)  # no date of birth leaves citizens


def test_a_decision_keeps_only_facts_that_a_rule_looked_at(scheme: Scheme) -> None:
    johan = citizen("Johan", "999900067", date(1985, 2, 1), household="sole_parent", sex="male")

    (made,) = decided(scheme, register([johan], at=AT).codes)

    assert set(Decision.objects.get(pk=made.id).facts) == {
        "age_months",
        "aow_months",
        "household",
        "already_granted",
        "balance_cents",
    }


def test_deciding_again_changes_nothing(scheme: Scheme) -> None:
    codes = register([fatima(), henk()], at=AT).codes
    first = decided(scheme, codes)

    again = decided(scheme, codes)

    assert again == first
    assert Decision.objects.count() == 2


def test_deciding_half_again_decides_the_other_half(scheme: Scheme) -> None:
    codes = register([fatima(), henk()], at=AT).codes
    decided(scheme, codes[:1])

    assert [made.account_code for made in decided(scheme, codes)] == codes
    assert Decision.objects.count() == 2


def test_a_second_run_in_the_year_refuses_and_the_next_year_grants(scheme: Scheme) -> None:
    codes = register([fatima()], at=AT).codes
    decided(scheme, codes)

    (second,) = decided(scheme, codes, on=date(2026, 12, 31), run=uuid.uuid4())
    (third,) = decided(scheme, codes, on=date(2027, 1, 1), run=uuid.uuid4())

    assert second.result.outcome == "refused"
    assert third.result.outcome == "granted"
    assert "coaching_evc" not in [grant.kind for grant in third.result.grants]


def test_a_coach_can_be_had_again_in_the_third_year(scheme: Scheme) -> None:
    codes = register([fatima()], at=AT).codes
    decided(scheme, codes)

    (made,) = decided(scheme, codes, on=date(2029, 1, 1), run=uuid.uuid4())

    assert "coaching_evc" in [grant.kind for grant in made.result.grants]


def test_another_scheme_decides_for_itself(scheme: Scheme) -> None:
    codes = register([fatima()], at=AT).codes
    decided(scheme, codes)
    other = Scheme.objects.create(code="gemeente", name="Gemeente")

    assert facts_for(codes, on=ON, scheme=scheme, kinds=())[codes[0]].already_granted
    assert not facts_for(codes, on=ON, scheme=other, kinds=())[codes[0]].already_granted


def test_the_balance_counts(scheme: Scheme) -> None:
    (code,) = register([henk()], at=AT).codes

    (made,) = decided(scheme, [code], balances={code: 480_000})

    assert made.result.grants[0].cents == 20_000


def test_nobody_erased_or_unknown_gets_a_decision(scheme: Scheme) -> None:
    (code,) = register([fatima()], at=AT).codes
    person = find_by_bsn("999900006")
    assert person is not None
    erase(person, at=AT)

    assert decided(scheme, [code, "R-0000-0000"]) == []


def test_the_number_of_queries_does_not_grow(scheme: Scheme) -> None:
    people = [
        citizen(f"P{index}", bsn, date(1990, 1, 1), contract="agency", residence="yes")
        for index, bsn in enumerate(("999900031", "999900043", "999900055", "999900067"))
    ]
    codes = register(people, at=AT).codes

    with CaptureQueriesContext(
        connection,
    ) as one:
        decided(scheme, codes[:1])
    with CaptureQueriesContext(connection) as three:
        decided(scheme, codes[1:])

    assert len(three) == len(one) <= 12


def test_a_person_confirms_a_refusal_once(scheme: Scheme) -> None:
    (made,) = decided(scheme, register([noor()], at=AT).codes)
    refusal = Decision.objects.get(pk=made.id)

    confirm_refusal(refusal, by="rosa", at=AT)

    refusal.refresh_from_db()
    assert (refusal.confirmed_by, refusal.confirmed_at) == ("rosa", AT)
    assert not Decision.objects.waiting().exists()
    with pytest.raises(NotWaiting):
        confirm_refusal(refusal, by="sam", at=AT)


def lives_here() -> None:
    """Noor tells, after the decision, that she lived here all the time."""
    stated = (Stated("residence", "yes", date(2020, 1, 1)),)
    register([replace(noor(), circumstances=stated)], at=AT)


def test_a_refusal_is_not_confirmed_once_the_citizen_told_what_makes_it_a_grant(
    scheme: Scheme,
) -> None:
    (made,) = decided(scheme, register([noor()], at=AT).codes)
    refusal = Decision.objects.get(pk=made.id)
    lives_here()

    with pytest.raises(NoLongerRefused):
        confirm_refusal(refusal, by="rosa", at=AT)
    new = decide_again(refusal, by="rosa", at=AT)

    assert (new.outcome, new.amount, new.decided_by) == ("granted", 50_000, "rosa")
    assert not Decision.objects.waiting().exists()
    check_constraints()
    with pytest.raises(NotWaiting):
        confirm_refusal(refusal, by="rosa", at=AT)


def test_a_refusal_decided_again_that_stays_one_is_confirmed(scheme: Scheme) -> None:
    (made,) = decided(scheme, register([noor()], at=AT).codes)

    new = decide_again(Decision.objects.get(pk=made.id), by="rosa", at=AT)

    assert (new.outcome, new.confirmed_by) == ("refused", "rosa")
    assert not Decision.objects.waiting().exists()
    check_constraints()


def test_nothing_is_decided_again_on_someone_erased(scheme: Scheme) -> None:
    (made,) = decided(scheme, register([noor()], at=AT).codes)
    noor_herself = find_by_bsn("999900079")
    assert noor_herself
    erase(noor_herself, at=AT)

    with pytest.raises(NobodyToDecideOn):
        decide_again(Decision.objects.get(pk=made.id), by="rosa", at=AT)


def check_constraints() -> None:
    """Run the triggers that wait for the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_grant_needs_no_confirmation(scheme: Scheme) -> None:
    (made,) = decided(scheme, register([henk()], at=AT).codes)

    with pytest.raises(NotWaiting):
        confirm_refusal(Decision.objects.get(pk=made.id), by="rosa", at=AT)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE eligibility_decision SET amount = amount + 1",
        "UPDATE eligibility_decision SET outcome = 'refused', amount = 0",
        "UPDATE eligibility_decision SET confirmed_by = 'sam', facts = '{}'",
        "DELETE FROM eligibility_decision",
    ],
)
@pytest.mark.parametrize("person", [henk, noor])
def test_a_decision_is_never_edited_not_even_by_sql(
    scheme: Scheme, statement: str, person: object
) -> None:
    decided(scheme, register([person()], at=AT).codes)  # type: ignore[operator]

    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        connection.cursor().execute(statement)
