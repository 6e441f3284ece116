"""What the invented providers offer, from `offer.csv`: short, practical, mostly without an exam."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "offer.csv"


class Line(NamedTuple):
    """One course; `outcome` is what you can do afterwards, `level` is empty when anybody can begin."""

    code: str
    name: str
    outcome: str
    category: str
    euros: int
    hours: int
    sessions: int
    weeks: int
    level: str


def _read() -> dict[str, list[Line]]:
    """The lines of each group."""
    found = defaultdict[str, list[Line]](list)
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for group, *row in rows:
            found[group].append(_line(row))
    return dict(found)


def _line(row: list[str]) -> Line:
    code, name, outcome, category, *numbers, level = row
    euros, hours, sessions, weeks = map(int, numbers)
    return Line(code, name, outcome, category, euros, hours, sessions, weeks, level)


_OFFER = _read()
DIGITAL = _OFFER["digital"]
LANGUAGE = _OFFER["language"]
CARE = _OFFER["care"]
LOGISTICS = _OFFER["logistics"]
TECHNIQUE = _OFFER["technique"]
HOSPITALITY = _OFFER["hospitality"]
OFFICE = _OFFER["office"]
CLEANING = _OFFER["cleaning"]
COACHING = _OFFER["coaching"]
EVC = _OFFER["evc"]
CHILDCARE = _OFFER["childcare"]
EXTRA = _OFFER["extra"]
