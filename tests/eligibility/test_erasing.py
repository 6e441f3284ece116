"""Who is erased leaves no facts in decisions; what the money needs stays, and every reader says so."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from ontwikkelrekening.citizens.identity import NoIdentity, erase, erase_again
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.citizens.writing import read
from ontwikkelrekening.eligibility import deviating
from ontwikkelrekening.eligibility.deciding import confirm_refusal, decide_many
from ontwikkelrekening.eligibility.letters import letter
from ontwikkelrekening.eligibility.models import Decision, Difference, Outcome, Scheme
from ontwikkelrekening.eligibility.policies import in_force
from ontwikkelrekening.eligibility.reading import facts_of, parameters_of, steps_of
from ontwikkelrekening.eligibility.replacing import NobodyToDecideOn, decide_again
from ontwikkelrekening.eligibility.replaying import begin, replay
from ontwikkelrekening.eligibility.waiting import extend
from tests.eligibility.acts import decided
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import henk, noor


def erased(decision: Decision) -> Decision:
    erase(Citizen.objects.get(account_code=decision.account_code), at=AT)
    decision.refresh_from_db()
    return decision


def test_only_what_the_money_needs_stays(scheme: Scheme) -> None:
    stays = ("outcome", "priority", "amount", "grants", "decided_on", "policy_id", "account_code")
    first, other = decided(scheme, henk(), noor())
    before = {name: getattr(first, name) for name in stays}

    erased(first)

    assert (first.facts, first.trace, first.erased_on) == ({}, [], ON)
    assert {name: getattr(first, name) for name in stays} == before
    other.refresh_from_db()
    assert other.facts
    assert other.erased_on is None


def test_readers_say_that_it_was_erased(scheme: Scheme) -> None:
    decision = erased(decided(scheme, henk())[0])

    for reader in (facts_of, lambda x: letter(x, language="nl", on=ON)):
        with pytest.raises(NoIdentity, match="2 januari 2026"):
            reader(decision)
    assert steps_of(decision, parameters=parameters_of(decision.policy)) == ()
    with pytest.raises(NobodyToDecideOn):
        decide_again(decision, by="sam", at=AT)


def test_a_deviation_that_waits_is_not_approved_any_more(scheme: Scheme) -> None:
    (decision,) = decided(scheme, henk())
    waits = deviating.propose(
        decision, grants=[("general", 90_000)], reason="Zwaar.", by="rosa", at=AT
    )
    erased(decision)

    with pytest.raises(NoIdentity):
        deviating.approve(waits, by="sam", at=AT)


def test_a_refusal_that_waits_is_confirmed_still(scheme: Scheme) -> None:
    decision = erased(decided(scheme, noor())[0])

    confirm_refusal(decision, by="rosa", at=AT)

    decision.refresh_from_db()
    assert (decision.confirmed_by, decision.facts) == ("rosa", {})


def test_why_more_time_was_needed_goes_too(scheme: Scheme) -> None:
    (decision,) = decided(scheme, noor())
    more = extend(decision, until=date(2026, 3, 20), reason="Zij is ziek.", by="rosa", at=AT)
    assert read(more.reason) == "Zij is ziek."

    erased(decision)

    with pytest.raises(NoIdentity):
        read(more.reason)


def test_a_replay_leaves_them_out_and_keeps_no_step_of_theirs(scheme: Scheme) -> None:
    first, _other = decided(scheme, henk(), noor())
    run = begin(at=AT)
    Difference.objects.create(
        replay=run, decision_id=first.pk, field="trace", stored="[1]", replayed="[2]"
    )
    erased(first)

    assert sum(replay(run)) == 2
    run.refresh_from_db()
    assert (run.replayed, run.left_out) == (1, 1)
    kept = Difference.objects.get()
    assert (kept.decision_id, kept.stored, kept.replayed) == (first.pk, "", "")


def test_a_run_that_is_tried_again_decides_nothing_on_them(scheme: Scheme) -> None:
    decision = erased(decided(scheme, henk())[0])
    policy, parameters = in_force(scheme, on=ON)

    for run in (None, decision.pk):
        assert not decide_many(
            [decision.account_code], policy=policy, parameters=parameters, on=ON, balances={},
            at=AT, run=run,
        )  # fmt: skip


def test_what_was_recorded_meanwhile_goes_that_night(scheme: Scheme) -> None:
    (decision,) = decided(scheme, henk())
    with connection.cursor() as cursor:  # as if the decision came a moment later
        cursor.execute(
            "ALTER TABLE citizens_citizen DISABLE TRIGGER decisions_forget_who_is_erased"
        )
        erased(decision)
        cursor.execute("ALTER TABLE citizens_citizen ENABLE TRIGGER decisions_forget_who_is_erased")
    assert decision.facts

    assert erase_again(since=AT) == 1
    decision.refresh_from_db()
    assert not decision.facts


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{}', trace = '[]', erased_on = '2026-01-02'",
        "facts = '{}'",
        "erased_on = '2026-01-02'",
    ],
)
def test_nothing_is_emptied_of_somebody_who_is_there(scheme: Scheme, change: str) -> None:
    decided(scheme, henk())

    _refused(f"UPDATE eligibility_decision SET {change}", "never edited")


@pytest.mark.parametrize(
    "change",
    [
        'facts = \'{"sex": "v"}\'',
        "trace = '[1]'",
        'erased_on = NULL, facts = \'{"sex": "v"}\'',
        "erased_on = '2026-02-02'",
        "amount = amount + 1",
    ],
)
def test_what_was_erased_stays_so(scheme: Scheme, change: str) -> None:
    erased(decided(scheme, henk())[0])

    _refused(f"UPDATE eligibility_decision SET {change}", "never edited")


def test_nothing_else_changes_beside_it(scheme: Scheme) -> None:
    (decision,) = decided(scheme, henk())
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE citizens_citizen DISABLE TRIGGER decisions_forget_who_is_erased"
        )
        erased(decision)
    empty = "facts = '{}', trace = '[]', erased_on = '2026-01-02'"

    _refused(f"UPDATE eligibility_decision SET {empty}, amount = 1", "never edited")
    assert Decision.objects.get().outcome == Outcome.GRANTED


def _refused(statement: str, why: str) -> None:
    with (
        pytest.raises(DatabaseError, match=why),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
