"""Age on the day, and the AOW age that belongs to a date of birth.

Ages are counted in whole months. A month is complete on the same day of the month; where that day
does not exist (the 31st, 29 February), on the first of the next month. So who was born on
29 February turns 18 on 1 March of a common year.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

# AOW, article 7a, with the yearly decisions on it; announced up to and with 2031. First date of
# birth -> AOW age in months. The last line holds for everyone younger until a later one is announced.
AOW_AGES: tuple[tuple[date, int], ...] = (
    (date.min, 65 * 12),
    (date(1948, 1, 1), 65 * 12 + 1),
    (date(1948, 12, 1), 65 * 12 + 2),
    (date(1949, 11, 1), 65 * 12 + 3),
    (date(1950, 10, 1), 65 * 12 + 6),
    (date(1951, 7, 1), 65 * 12 + 9),
    (date(1952, 4, 1), 66 * 12),
    (date(1953, 1, 1), 66 * 12 + 4),
    (date(1955, 9, 1), 66 * 12 + 7),
    (date(1956, 6, 1), 66 * 12 + 10),
    (date(1957, 3, 1), 67 * 12),
    (date(1961, 1, 1), 67 * 12 + 3),
)
_BORN_FROM = [born_from for born_from, _ in AOW_AGES]


def age_months(born_on: date, *, on: date) -> int:
    """Complete months since birth."""
    months = (on.year - born_on.year) * 12 + on.month - born_on.month
    return months - (on.day < born_on.day)


def aow_months(born_on: date) -> int:
    """The AOW age, in months, of someone born on this day."""
    return AOW_AGES[bisect_right(_BORN_FROM, born_on) - 1][1]


def reaches_on(born_on: date, *, months: int) -> date:
    """The day on which someone's age becomes this many months."""
    year, month = divmod(born_on.year * 12 + born_on.month - 1 + months, 12)
    try:
        return date(year, month + 1, born_on.day)
    except ValueError:  # that month is too short
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
