"""Every decision can be taken again from what was stored, with the same outcome."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.replaying import replay
from tests.eligibility.acts import decided
from tests.eligibility.people import citizen, fatima, henk, noor


def test_nothing_differs(scheme: Scheme, capsys: pytest.CaptureFixture[str]) -> None:
    decided(scheme, fatima(), henk(), noor())
    decided(scheme, citizen("Lieke", "999900080", date(2004, 2, 29)), on=date(2026, 2, 28))

    call_command("replay_decisions")

    assert "4 decisions replayed, 0 differences" in capsys.readouterr().out


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
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE eligibility_decision DISABLE TRIGGER decision_is_never_edited")
        cursor.execute(f"UPDATE eligibility_decision SET {change}")

    found = [difference for _, differences in replay() for difference in differences]

    assert {difference.decision_id for difference in found} == {decision.pk}
    assert field in {difference.field for difference in found}
    with pytest.raises(CommandError, match="do not agree"):
        call_command("replay_decisions")


def test_without_decisions_there_is_nothing_to_say(db: None) -> None:
    assert list(replay()) == []
    assert not Decision.objects.exists()
