from __future__ import annotations

from pathlib import Path

from ontwikkelrekening.eligibility.describing import describe
from ontwikkelrekening.eligibility.example import EXAMPLE, example_parameters
from ontwikkelrekening.eligibility.rules import CONDITIONS

RULES = Path(__file__).parents[2] / "docs" / "rules.md"


def test_docs_rules_is_up_to_date() -> None:
    """If this fails: `manage.py describe_rules`, and read what changed."""
    expected = describe(example_parameters(), title="The rules of the example scheme")

    assert RULES.read_text() == expected


def test_every_step_and_every_parameter_is_written_out() -> None:
    text = RULES.read_text()

    assert [c.rule for c in CONDITIONS if f"`{c.rule}`" not in text] == []
    assert [key for key in EXAMPLE if f"`{key}`" not in text] == []
    assert [s.ground for s in EXAMPLE.values() if s.ground not in text] == []
