"""Reach: whom the money finds, group by group, against each group's share of the population.

Counts are rounded down to tens and small ones hidden (budgets/hiding.py); shares are of those tens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.timezone import make_aware

from ontwikkelrekening.budgets.hiding import SMALLEST, Count, hide, hide_total, in_tens
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
from ontwikkelrekening.eligibility.policies import held_last
from ontwikkelrekening.eligibility.rules import Facts, decide
from providers.states import EnrolmentState

EVERYONE = "everyone"
TENTH = Decimal("0.1")
# The study (Panteia 2018) puts each group at 750,000 to 900,000 people: the middle of that. The
# people of 18 up to AOW age in the Netherlands: rounded to a hundred thousand.
POPULATION = 10_900_000
SIZE_OF_GROUP = dict.fromkeys((FLEX_WORKER, SINGLE_MOTHER, CARER, LOW_SKILLED), 825_000)
ENDED = [EnrolmentState.CANCELLED, EnrolmentState.LAPSED]


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
    parameters = held_last(scheme, on=date(year, 12, 31))
    users = set(
        Agreement.objects.filter(enrolment__agreed_at__year=year)
        .filter(enrolment__agreed_at__lt=midnight_after(last))
        .exclude(enrolment__state__in=ENDED)
        .values_list("account_code", flat=True)
    )
    people = _people(scheme, year=year, until=last, parameters=parameters)
    granted, used, everyone = _count(people, users=users)
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


def _people(
    scheme: Scheme, *, year: int, until: date, parameters: Parameters
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who was granted credit that year, with the groups the rules put them in: none of who was erased."""
    decisions = Decision.objects.standing().filter(
        policy__scheme=scheme, outcome=Outcome.GRANTED, decided_on__range=(date(year, 1, 1), until)
    )
    rows = decisions.values_list("account_code", "facts").iterator(chunk_size=5000)
    for code, facts in rows:
        yield code, decide(Facts(**facts), parameters).groups if facts else ()


def _count(
    people: Iterable[tuple[str, tuple[str, ...]]], *, users: Collection[str]
) -> tuple[Counter[str], Counter[str], tuple[int, int]]:
    granted: Counter[str] = Counter()
    used: Counter[str] = Counter()
    everyone = every_user = 0
    for code, groups in people:
        everyone += 1
        granted.update(groups)
        if code in users:
            every_user += 1
            used.update(groups)
    return granted, used, (everyone, every_user)


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
