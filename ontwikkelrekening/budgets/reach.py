"""Reach: whom the money finds, group by group, against each group's share of the population.

Counts are rounded down to tens and small ones hidden (budgets/hiding.py); shares are of those tens.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.timezone import localdate, make_aware

from ontwikkelrekening.budgets.hiding import SMALLEST, Count, hide, hide_total, in_tens
from ontwikkelrekening.eligibility.models import Outcome, Scheme
from ontwikkelrekening.eligibility.parameters import (
    CARER,
    FLEX_WORKER,
    GROUPS,
    LOW_SKILLED,
    SINGLE_MOTHER,
    Parameters,
)
from ontwikkelrekening.eligibility.policies import held_last
from ontwikkelrekening.eligibility.rules import CIRCUMSTANCES, Facts, decide
from providers.states import EnrolmentState

EVERYONE = "everyone"
TENTH = Decimal("0.1")
# The study (Panteia 2018) puts each group at 750,000 to 900,000 people: the middle of that. The
# people of 18 up to AOW age in the Netherlands: rounded to a hundred thousand.
POPULATION = 10_900_000
SIZE_OF_GROUP = dict.fromkeys((FLEX_WORKER, SINGLE_MOTHER, CARER, LOW_SKILLED), 825_000)
ENDED = [EnrolmentState.CANCELLED, EnrolmentState.LAPSED]
# What puts nobody in a group; without it there are some thousand different people, not millions.
ASIDE = [
    fact for fact in Facts._fields if fact not in {condition.fact for condition in CIRCUMSTANCES}
]
PEOPLE = f"""
    WITH users AS (
        SELECT DISTINCT a.account_code
        FROM budgets_agreement a JOIN providers_enrolment e ON e.id = a.enrolment_id
        WHERE e.agreed_at >= %(year_begins)s AND e.agreed_at < %(midnight)s
            AND e.state <> ALL (%(ended)s)
    )
    SELECT d.facts - %(aside)s::text[], count(*), count(users.account_code)
    FROM eligibility_decision d
    JOIN eligibility_policy p ON p.id = d.policy_id AND p.scheme_id = %(scheme)s
    LEFT JOIN users ON users.account_code = d.account_code
    WHERE d.outcome = '{Outcome.GRANTED}' AND d.decided_on BETWEEN %(first)s AND %(last)s
        AND NOT EXISTS (SELECT FROM eligibility_decision later WHERE later.replaces_id = d.id)
    GROUP BY 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class GroupReach:
    """One group, in tens; None where the count is hidden. Shares in per cent, one decimal."""

    group: str
    population: int
    population_share: Decimal
    granted: int | None
    granted_share: Decimal | None
    used: int | None
    used_share: Decimal | None
    # Used less than its share of the population, as far as that may be seen: a reason to reach out.
    behind: bool


def reach(scheme: Scheme, *, year: int, until: date | None = None) -> list[GroupReach]:
    """Whom a scheme reached in a year, up to and with a day: who got credit, and who used it.

    The last row is everyone. Raises NoPolicy.
    """
    last = min(until or date(year, 12, 31), date(year, 12, 31))
    parameters = held_last(scheme, on=min(date(year, 12, 31), localdate()))
    granted, used, everyone = _count(scheme, year=year, until=last, parameters=parameters)
    return rows_of({group: (granted[group], used[group]) for group in GROUPS}, everyone)


def rows_of(groups: Mapping[str, tuple[int, int]], everyone: tuple[int, int]) -> list[GroupReach]:
    """The figures of (granted, used) per group, made of nothing but the tens in which they lie."""
    shown, whole = hide(groups, everyone), in_tens(everyone)
    return [
        *(
            _row(group, shown[group], used=in_tens(groups[group])[1], whole=whole)
            for group in groups
        ),
        _everyone(everyone),
    ]


def midnight_after(day: date) -> datetime:
    """The first moment of the next day here."""
    return make_aware(datetime.combine(day + timedelta(days=1), time()))


def _count(
    scheme: Scheme, *, year: int, until: date, parameters: Parameters
) -> tuple[Counter[str], Counter[str], tuple[int, int]]:
    """Who was granted credit that year and who used it, in the groups of the rules: none of who was erased."""
    new_year = date(year, 1, 1)
    asked: dict[str, Any] = {
        "scheme": scheme.pk,
        "first": new_year,
        "last": until,
        "year_begins": midnight_after(new_year - timedelta(days=1)),
        "midnight": midnight_after(until),
        "ended": ENDED,
        "aside": ASIDE,
    }
    granted: Counter[str] = Counter()
    used: Counter[str] = Counter()
    everyone = every_user = 0
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, asked)
        for facts, people, users in cursor.fetchall():
            everyone += people
            every_user += users
            for group in _groups(json.loads(facts), parameters):
                granted[group] += people
                used[group] += users
    return granted, used, (everyone, every_user)


def _groups(facts: Mapping[str, Any], parameters: Parameters) -> tuple[str, ...]:
    return decide(Facts(age_months=0, aow_months=0, **facts), parameters).groups if facts else ()


def _row(group: str, shown: Count, *, used: int, whole: tuple[int, int]) -> GroupReach:
    size = SIZE_OF_GROUP[group]
    population_share = _share(size, POPULATION)
    most = _share(used + SMALLEST - 1, whole[1])  # all in the ten together would be too few
    return GroupReach(
        group=group,
        population=size,
        population_share=population_share or Decimal(0),
        granted=shown.granted,
        granted_share=_share(shown.granted, whole[0]),
        used=shown.used,
        used_share=_share(shown.used, whole[1]),
        behind=most is not None and most < (population_share or 0),
    )


def _everyone(everyone: tuple[int, int]) -> GroupReach:
    shown, whole = hide_total(everyone), in_tens(everyone)
    return GroupReach(
        group=EVERYONE,
        population=POPULATION,
        population_share=Decimal(100),
        granted=shown.granted,
        granted_share=_share(shown.granted, whole[0]),
        used=shown.used,
        used_share=_share(shown.used, whole[1]),
        behind=False,
    )


def _share(part: int | None, whole: int) -> Decimal | None:
    return None if part is None or not whole else (Decimal(100 * part) / whole).quantize(TENTH)
