"""The anonymous check says what the rules would say, and keeps nothing."""

from __future__ import annotations

from datetime import date

import pytest

from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.what_if import Answers, Expectation, what_if

ON = date(2026, 1, 2)


def expected(answers: Answers, *, language: str = "nl") -> Expectation:
    return what_if(answers, parameters=example_parameters(), on=ON, language=language)


def test_fatima_reads_what_she_would_get() -> None:
    fatima = Answers(date(1991, 4, 3), contract="agency", household="sole_parent", resident=True)

    assert expected(fatima).answer == "U zou €\xa01.800,00 krijgen om te leren."
    assert expected(fatima, language="en").cents == 180_000


@pytest.mark.parametrize(
    ("born_on", "cents"),
    [
        (date(2008, 1, 2), 50_000),
        (date(2008, 1, 3), 0),  # 18 tomorrow
        (date(1959, 1, 3), 50_000),  # AOW age tomorrow
        (date(1959, 1, 2), 0),
    ],
)
def test_the_day_of_birth_decides_to_the_day(born_on: date, cents: int) -> None:
    assert expected(Answers(born_on, resident=True)).cents == cents


def test_no_answer_is_no_reason() -> None:
    nothing_told = expected(Answers(date(1991, 4, 3)))

    assert nothing_told.answer == "U zou €\xa0500,00 krijgen om te leren."
    assert nothing_told.reasons[-1] == (
        "U vertelde niet waar u woont. Wij gingen ervan uit dat u in Nederland woont."
    )


def test_who_lives_abroad_would_get_nothing() -> None:
    abroad = expected(Answers(date(1991, 4, 3), resident=False))

    assert abroad.answer == "Volgens de regels zou u dit jaar geen tegoed krijgen."
    assert abroad.what_would_change == ["U zou €\xa0500,00 krijgen als u in Nederland woont."]


def test_it_needs_no_database() -> None:
    """Without the database mark a query would fail."""
    assert expected(Answers(date(1991, 4, 3), resident=True)).cents == 50_000
