"""Reach: whom the money finds, group by group, against each group's share of the population.

Counts under ten are not shown, nor is a sum that rests on fewer than ten people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ontwikkelrekening.budgets.models import Agreement
from ontwikkelrekening.eligibility.models import Decision, Outcome, Scheme
from ontwikkelrekening.eligibility.parameters import (
    CARER,
    FLEX_WORKER,
    GROUPS,
    LOW_SKILLED,
    SINGLE_MOTHER,
    Parameters,
)
from ontwikkelrekening.eligibility.policies import in_force
from ontwikkelrekening.eligibility.rules import Facts, decide
from providers.states import EnrolmentState

SMALLEST = 10
# The study (Panteia 2018) puts each group at 750,000 to 900,000 people: the middle of that. The
# people of 18 up to AOW age in the Netherlands: rounded to a hundred thousand.
POPULATION = 10_900_000
SIZE_OF_GROUP = dict.fromkeys((FLEX_WORKER, SINGLE_MOTHER, CARER, LOW_SKILLED), 825_000)
ENDED = [EnrolmentState.CANCELLED, EnrolmentState.LAPSED]


@dataclass(frozen=True, slots=True)
class GroupReach:
    """One group; None where the count is too small to show. Shares in per cent, one decimal."""

    group: str
    population: int
    population_share: Decimal
    granted: int | None
    granted_share: Decimal | None
    used: int | None
    used_share: Decimal | None
    behind: bool  # used less than its share of the population: a reason to reach out


def reach(scheme: Scheme, *, year: int) -> list[GroupReach]:
    """Whom a scheme reached in a year: who got credit, and who chose something with it."""
    _policy, parameters = in_force(scheme, on=date(year, 12, 31))
    users = set(
        Agreement.objects.filter(enrolment__agreed_at__year=year)
        .exclude(enrolment__state__in=ENDED)
        .values_list("account_code", flat=True)
    )
    granted, used, everyone, every_user = _count(
        _people(scheme, year=year, parameters=parameters), users=users
    )
    return [
        _group_reach(group, granted[group], used[group], everyone=everyone, users=every_user)
        for group in GROUPS
    ]


def _people(
    scheme: Scheme, *, year: int, parameters: Parameters
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who was granted credit that year, with the groups the rules put them in."""
    decisions = Decision.objects.standing().filter(
        policy__scheme=scheme, outcome=Outcome.GRANTED, decided_on__year=year
    )
    rows = decisions.values_list("account_code", "facts").iterator(chunk_size=5000)
    for code, facts in rows:
        yield code, decide(Facts(**facts), parameters).groups


def _count(
    people: Iterable[tuple[str, tuple[str, ...]]], *, users: Collection[str]
) -> tuple[Counter[str], Counter[str], int, int]:
    granted: Counter[str] = Counter()
    used: Counter[str] = Counter()
    everyone = every_user = 0
    for code, groups in people:
        everyone += 1
        granted.update(groups)
        if code in users:
            every_user += 1
            used.update(groups)
    return granted, used, everyone, every_user


def _group_reach(group: str, granted: int, used: int, *, everyone: int, users: int) -> GroupReach:
    size = SIZE_OF_GROUP[group]
    population_share = _share(size, POPULATION)
    used_share = _share(used, users) if users else Decimal(0)
    return GroupReach(
        group=group,
        population=size,
        population_share=population_share,
        granted=granted if granted >= SMALLEST else None,
        granted_share=_share(granted, everyone) if granted >= SMALLEST else None,
        used=used if used >= SMALLEST else None,
        used_share=used_share if used >= SMALLEST else None,
        behind=users >= SMALLEST and used_share < population_share,
    )


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"))
