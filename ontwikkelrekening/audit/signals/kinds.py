"""What a kind of signal is, and one signal of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.formats import number_format
from django.utils.timezone import localtime

from ontwikkelrekening.audit.signals.thresholds import THRESHOLDS
from ontwikkelrekening.eligibility.wording import euros
from ontwikkelrekening.tables.table import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to look for.

    `sql` gives a row for each signal: provider_id, since (the first of what was counted), a course where
    it is about one, and the figures that the sentence `measures` names. `lesson` is where it went wrong.
    """

    code: str
    name: Text
    looks_for: Text
    lesson: Text
    measures: Text
    sql: str

    @property
    def explained(self) -> str:
        """What it looks for, with the thresholds of this moment."""
        return str(self.looks_for) % said(THRESHOLDS)


@dataclass(frozen=True, slots=True)
class Signal:
    kind: Kind
    provider_id: UUID
    provider: str
    course: str
    since: datetime
    figures: Mapping[str, object]

    @property
    def measured(self) -> str:
        """What was counted, in a sentence."""
        return str(self.kind.measures) % said(self.figures)


def said(figures: Mapping[str, object]) -> dict[str, str]:
    """Figures as the reader writes them; a Decimal is an amount in euros."""
    return {name: _said(figure) for name, figure in figures.items()}


def _said(figure: object) -> str:
    match figure:
        case Decimal():
            return euros(int(figure * 100))
        case int():
            return number_format(figure, force_grouping=True)
        case float():
            return number_format(figure, 1)
        case datetime():
            return f"{localtime(figure):%d-%m-%Y}"
        case date():
            return f"{figure:%d-%m-%Y}"
        case _:
            return str(figure)
