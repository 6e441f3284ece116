"""A citizen's credit as one reads it: grants of one kind that end on one day are one tegoed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from ontwikkelrekening.budgets.accounts import Overview, TrancheLine
from ontwikkelrekening.budgets.models import BESIDE_A_COURSE, Tranche
from ontwikkelrekening.portal.words import CATEGORIES, CREDITS, Kind, Words, credit_name


@dataclass(frozen=True, slots=True)
class Credit:
    """Some tranches of one kind, scheme and last day, added up."""

    lines: tuple[TrancheLine, ...]

    @property
    def tranche(self) -> Tranche:
        """The newest of them, which gives the group its address."""
        return max((line.tranche for line in self.lines), key=lambda each: each.granted_on)

    @property
    def name(self) -> Words:
        return credit_name(self.tranche.kind)

    @property
    def kinds(self) -> list[Kind]:
        """What it may be spent on, in plain words."""
        return [CATEGORIES[category] for category in self.tranche.categories]

    @property
    def is_named_after_its_use(self) -> bool:
        """Its name says what it is for; that of extra credit says nothing of the kind."""
        return self.tranche.kind in CREDITS

    @property
    def is_beside_a_course(self) -> bool:
        return BESIDE_A_COURSE.issuperset(self.tranche.categories)

    @property
    def expires_on(self) -> date | None:
        return self.tranche.expires_on

    @property
    def granted(self) -> int:
        return sum(line.granted for line in self.lines)

    @property
    def used(self) -> int:
        return sum(line.used for line in self.lines)

    @property
    def reserved(self) -> int:
        return sum(line.reserved for line in self.lines)

    @property
    def free(self) -> int:
        return sum(line.free for line in self.lines)

    @property
    def returned(self) -> int:
        return sum(line.returned for line in self.lines)

    def holds(self, tranche_id: UUID) -> bool:
        return any(line.tranche.pk == tranche_id for line in self.lines)

    def ends_soon(self, *, on: date) -> bool:
        """There is something left and fewer than 90 days to use it."""
        return self.free > 0 and self.expires_on is not None and (self.expires_on - on).days < 90


def credits_of(overview: Overview) -> list[Credit]:
    """All tegoeden: what can be used first, then what is used up or gone; general ones on top."""
    groups = groupby(sorted(overview.tranches, key=_sameness), key=_sameness)
    return sorted((Credit(tuple(lines)) for _, lines in groups), key=_reading_order)


def live(tegoeden: Iterable[Credit]) -> list[Credit]:
    """What still matters: something is free or reserved."""
    return [each for each in tegoeden if each.free or each.reserved]


def _sameness(line: TrancheLine) -> tuple[str, int, date]:
    return (line.tranche.kind, line.tranche.scheme_id, line.expires_on or date.max)


def _reading_order(credit: Credit) -> tuple[bool, bool, date]:
    gone = not (credit.free or credit.reserved)
    return (gone, credit.tranche.earmarked, credit.expires_on or date.max)
