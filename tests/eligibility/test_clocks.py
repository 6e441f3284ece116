"""Terms to the day, over weekends and holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ontwikkelrekening.eligibility.clocks import (
    WEEK,
    answer_by,
    appeal_until,
    decide_by,
    object_until,
)
from providers.free_days import free_days, last_day


@pytest.mark.parametrize(
    ("announced_on", "until"),
    [
        (date(2026, 1, 2), date(2026, 2, 13)),  # Friday to Friday
        (date(2026, 2, 23), date(2026, 4, 7)),  # Easter Monday: Tuesday
        (date(2026, 3, 16), date(2026, 4, 28)),  # King's day: Tuesday
        (date(2026, 3, 24), date(2026, 5, 6)),  # 5 May: 6 May
        (date(2026, 11, 13), date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2026, 1, 3), date(2026, 2, 16)),  # Saturday: Monday
        (date(2026, 4, 2), date(2026, 5, 18)),  # Ascension, the Friday by decree, a weekend
        (date(2026, 4, 3), date(2026, 5, 18)),  # that Friday itself
        (date(2027, 3, 25), date(2027, 5, 10)),  # Ascension in 2027, the same
        (date(2024, 11, 15), date(2024, 12, 30)),  # 27 December 2024 by decree, a weekend
    ],
)
def test_an_objection_can_be_made_for_six_weeks_and_never_ends_on_a_free_day(
    announced_on: date, until: date
) -> None:
    assert object_until(announced_on) == until


def test_a_decision_takes_at_most_eight_weeks() -> None:
    assert decide_by(date(2026, 1, 2)) == date(2026, 2, 27)


def test_a_committee_takes_twice_as_long() -> None:
    announced_on = date(2026, 1, 2)  # to object: until 13 February

    assert answer_by(announced_on, committee=False) == date(2026, 3, 27)
    assert answer_by(announced_on, committee=True) == date(2026, 5, 8)


@pytest.mark.parametrize(
    ("year", "easter_monday", "kings_day"),
    [
        (2024, date(2024, 4, 1), date(2024, 4, 27)),
        (2025, date(2025, 4, 21), date(2025, 4, 26)),  # the 27th is a Sunday
        (2026, date(2026, 4, 6), date(2026, 4, 27)),
        (2038, date(2038, 4, 26), date(2038, 4, 27)),
    ],
)
def test_the_holidays_are_known(year: int, easter_monday: date, kings_day: date) -> None:
    assert {easter_monday, kings_day, date(year, 12, 25)} <= free_days(year)


def test_a_term_is_never_shortened() -> None:
    day = date(2026, 1, 1)
    while day < date(2027, 1, 1):
        assert 0 <= (last_day(day, 6 * WEEK) - day - 6 * WEEK).days <= 4  # Ascension to Monday
        day += timedelta(days=1)


def test_going_to_court_takes_six_weeks_and_ends_on_a_working_day() -> None:
    assert appeal_until(date(2026, 2, 2)) == date(2026, 3, 16)
    assert appeal_until(date(2026, 11, 13)) == date(2026, 12, 28)  # the 25th is Christmas
