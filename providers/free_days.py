"""The last day of a term in a law. A term that ends on a free day ends on the next working day
(Algemene termijnenwet, articles 1 and 3). That law leaves terms of more than twelve weeks alone
(article 4); there are none here."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

# Days that a royal decree makes equal to a holiday (Algemene termijnenwet, article 3, third paragraph):
# the decrees "houdende gelijkstelling van 28 april 2023, 19 mei 2023, 10 mei 2024, 27 december 2024 en
# 30 mei 2025" and "van 2 januari 2026, 15 mei 2026, 7 mei 2027, 28 april 2028 en 26 mei 2028". There is
# a new one every three years; a term that ends on such a day after 2028 ends a day early until then.
EQUAL_TO_HOLIDAYS = frozenset(
    {
        date(2023, 4, 28),
        date(2023, 5, 19),
        date(2024, 5, 10),
        date(2024, 12, 27),
        date(2025, 5, 30),
        date(2026, 1, 2),
        date(2026, 5, 15),
        date(2027, 5, 7),
        date(2028, 4, 28),
        date(2028, 5, 26),
    }
)


def last_day(start: date, term: timedelta) -> date:
    """The last day of a term that begins on the day after `start`."""
    day = start + term
    while day.weekday() >= 5 or day in free_days(day.year) or day in EQUAL_TO_HOLIDAYS:
        day += timedelta(days=1)
    return day


@cache
def free_days(year: int) -> frozenset[date]:
    """The public holidays of the Netherlands that move the end of a term."""
    easter = _easter(year)
    kings_day = date(year, 4, 27)
    return frozenset(
        {
            date(year, 1, 1),
            easter - timedelta(days=2),  # Good Friday
            easter + timedelta(days=1),
            kings_day - timedelta(days=1) if kings_day.weekday() == 6 else kings_day,
            date(year, 5, 5),
            easter + timedelta(days=39),  # Ascension
            easter + timedelta(days=50),  # Whit Monday
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def _easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
