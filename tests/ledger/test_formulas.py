"""What spreadsheets take as a formula, told once for what goes out and for what comes in."""

from __future__ import annotations

import pytest

from ledger.formulas import harmless, is_formula


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_a_spreadsheet_would_run_gets_a_quote_before_it(start: str) -> None:
    assert harmless(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["", "Taalhuis Oost", "2-daags", "'=1+1", "Vaardig = aardig"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_what_was_made_harmless_is_no_formula_any_more() -> None:
    assert not is_formula(harmless("=1+1"))
