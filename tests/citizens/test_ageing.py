"""Age on the day and the AOW age, at every edge of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontwikkelrekening.citizens.ageing import AOW_AGES, age_months, aow_months, reaches_on


@pytest.mark.parametrize(
    ("born_on", "on", "months"),
    [
        (date(2008, 1, 2), date(2026, 1, 1), 18 * 12 - 1),
        (date(2008, 1, 2), date(2026, 1, 2), 18 * 12),
        (date(2008, 2, 29), date(2026, 2, 28), 18 * 12 - 1),  # 29 February: 1 March
        (date(2008, 2, 29), date(2026, 3, 1), 18 * 12),
        (date(2008, 2, 29), date(2028, 2, 29), 20 * 12),
        (date(2008, 8, 31), date(2026, 9, 30), 18 * 12),
        (date(2008, 8, 31), date(2026, 10, 1), 18 * 12 + 1),
        (date(2025, 12, 31), date(2026, 1, 1), 0),
    ],
)
def test_age_is_counted_in_complete_months(born_on: date, on: date, months: int) -> None:
    assert age_months(born_on, on=on) == months


@pytest.mark.parametrize(
    ("born_on", "years", "months"),
    [
        (date(1947, 12, 31), 65, 0),
        (date(1948, 1, 1), 65, 1),
        (date(1948, 11, 30), 65, 1),
        (date(1948, 12, 1), 65, 2),
        (date(1949, 11, 1), 65, 3),
        (date(1950, 10, 1), 65, 6),
        (date(1951, 7, 1), 65, 9),
        (date(1952, 4, 1), 66, 0),
        (date(1952, 12, 31), 66, 0),
        (date(1953, 1, 1), 66, 4),
        (date(1955, 8, 31), 66, 4),
        (date(1955, 9, 1), 66, 7),
        (date(1956, 6, 1), 66, 10),
        (date(1957, 2, 28), 66, 10),
        (date(1957, 3, 1), 67, 0),
        (date(1960, 12, 31), 67, 0),
        (date(1961, 1, 1), 67, 3),
        (date(1964, 9, 30), 67, 3),
        (date(2004, 2, 29), 67, 3),
    ],
)
def test_the_aow_age_follows_the_date_of_birth(born_on: date, years: int, months: int) -> None:
    assert aow_months(born_on) == years * 12 + months


@pytest.mark.parametrize(
    ("born_on", "reached"),
    [
        (date(1959, 1, 3), date(2026, 1, 3)),
        (date(1961, 1, 15), date(2028, 4, 15)),
        (date(1960, 2, 29), date(2027, 3, 1)),
        (date(1961, 11, 30), date(2029, 3, 1)),  # 30 February does not exist
    ],
)
def test_the_aow_age_is_reached_on_a_day(born_on: date, reached: date) -> None:
    assert reaches_on(born_on, months=aow_months(born_on)) == reached


def test_the_table_only_rises() -> None:
    assert list(AOW_AGES) == sorted(AOW_AGES)
    assert len({months for _, months in AOW_AGES}) == len(AOW_AGES)


@given(born_on=st.dates(date(1900, 1, 1), date(2030, 12, 31)), months=st.integers(0, 1200))
def test_an_age_is_reached_on_its_day_and_not_the_day_before(born_on: date, months: int) -> None:
    day = reaches_on(born_on, months=months)

    assert age_months(born_on, on=day) == months
    assert age_months(born_on, on=day - timedelta(days=1)) == months - 1
