"""Every decision can be taken again from what was stored, with the same outcome."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility import replaying
from ontwikkelrekening.eligibility.example import create_example_scheme
from ontwikkelrekening.eligibility.models import Decision, Difference, Replay, Scheme
from ontwikkelrekening.eligibility.replaying import begin, finish, replay
from tests.eligibility.acts import decided
from tests.eligibility.conftest import APPROVED_AT, AT
from tests.eligibility.people import citizen, fatima, henk, noor
from tests.killing import run_and_kill


def test_nothing_differs(scheme: Scheme, capsys: pytest.CaptureFixture[str]) -> None:
    decided(scheme, fatima(), henk(), noor())
    decided(scheme, citizen("Lieke", "999900080", date(2004, 2, 29)), on=date(2026, 2, 28))

    call_command("replay_decisions")

    assert "4 decisions replayed, 0 erased and left out, 0 differences" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("amount = amount + 1", "amount"),
        ("priority = 4", "priority"),
        ("grants = '[[\"general\", 180000]]'", "grants"),
        ("trace = jsonb_set(trace, '{0,1}', 'false')", "trace"),
        ("facts = jsonb_set(facts, '{contract}', '\"permanent\"')", "trace"),
    ],
)
def test_a_row_altered_behind_our_back_is_found(scheme: Scheme, change: str, field: str) -> None:
    (decision,) = decided(scheme, fatima())
    alter(change)

    assert list(replay(begin(at=AT))) == [1]

    found = Difference.objects.all()
    assert {difference.decision_id for difference in found} == {decision.pk}
    assert field in {difference.field for difference in found}


def test_every_altered_decision_is_named(
    scheme: Scheme, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 2)
    made = decided(scheme, fatima(), henk(), noor())
    alter("priority = 1 + priority % 4")

    with pytest.raises(CommandError, match="3 stored decisions and the rules do not agree"):
        call_command("replay_decisions")

    told = capsys.readouterr()
    assert all(f"{decision.pk} priority: stored" in told.err for decision in made)
    assert "3 decisions replayed, 0 erased and left out, 3 differences" in told.out


def test_a_decision_is_erased_with_its_citizen_and_is_left_out(
    scheme: Scheme, capsys: pytest.CaptureFixture[str]
) -> None:
    erased, _ = decided(scheme, fatima(), henk())
    erase(Citizen.objects.get(account_code=erased.account_code), at=AT)

    call_command("replay_decisions")

    assert "1 decisions replayed, 1 erased and left out, 0 differences" in capsys.readouterr().out


def test_a_decision_that_was_erased_without_its_citizen_is_named(
    scheme: Scheme, capsys: pytest.CaptureFixture[str]
) -> None:
    (decision,) = decided(scheme, fatima())
    alter("facts = '{}', trace = '[]', erased_on = '2026-03-01'")

    with pytest.raises(CommandError, match="1 stored decisions"):
        call_command("replay_decisions")

    told = capsys.readouterr()
    assert f"{decision.pk} erased_on: stored 2026-03-01, replayed None" in told.err
    assert "0 decisions replayed, 1 erased and left out, 1 differences" in told.out


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    scheme: Scheme, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 1)
    decided(scheme, fatima(), henk(), noor())
    next(replay(begin(at=AT)))

    call_command("replay_decisions")

    told = capsys.readouterr()
    assert "Goes on after 1 decisions." in told.err
    assert "3 decisions replayed, 0 erased and left out, 0 differences" in told.out
    assert Replay.objects.get().finished_at is not None


def test_a_finished_replay_is_followed_by_one_from_the_start(scheme: Scheme) -> None:
    decided(scheme, fatima())
    first = begin(at=AT)
    assert list(replay(first)) == [1]
    finish(first, at=AT)

    assert list(replay(begin(at=AT))) == [1]
    assert begin(at=AT, anew=True) != begin(at=AT, anew=True)


def test_without_decisions_there_is_nothing_to_say(db: None) -> None:
    assert list(replay(begin(at=AT))) == []
    assert not Decision.objects.exists()


KILLED = """
from ontwikkelrekening.eligibility import replaying
from ontwikkelrekening.eligibility.replaying import begin, replay
from tests.eligibility.conftest import AT

replaying.CHUNK = 1
compare, chunks = replaying._compare, []
def compare_then_die(*arguments):
    chunks.append(1)
    yield from compare(*arguments)
    if len(chunks) == 3:
        now_kill_me()
replaying._compare = compare_then_die
list(replay(begin(at=AT)))
"""


def test_killed_in_the_middle_of_a_chunk_no_difference_is_lost_or_told_twice(
    own_database: str,
) -> None:
    petra, paul = User.objects.create(username="petra"), User.objects.create(username="paul")
    scheme = create_example_scheme(
        drafted_by=petra, approved_by=paul, starts_on=date(2026, 1, 1), at=APPROVED_AT
    )
    made = decided(
        scheme, fatima(), henk(), noor(), citizen("Lieke", "999900080", date(2004, 2, 29))
    )
    alter("priority = 1 + priority % 4")
    connection.close()

    run_and_kill(KILLED, database=own_database)
    assert Replay.objects.get().replayed == 2
    assert sum(replay(begin(at=AT))) == 2

    altered = Difference.objects.values_list("decision_id", flat=True)
    assert sorted(altered) == sorted(decision.pk for decision in made)


def alter(change: str) -> None:
    """Change every decision behind the guards' back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE eligibility_decision DISABLE TRIGGER decision_is_never_edited")
        cursor.execute(f"UPDATE eligibility_decision SET {change}")
