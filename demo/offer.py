"""What the invented providers offer, from `offer.csv`: short, practical, mostly without an exam."""

from __future__ import annotations

import csv
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


def _read(group: str) -> list[Line]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [_line(row) for whose, *row in csv.reader(file) if whose == group]


def _line(row: list[str]) -> Line:
    code, name, outcome, category, *numbers, level = row
    euros, hours, sessions, weeks = map(int, numbers)
    return Line(code, name, outcome, category, euros, hours, sessions, weeks, level)


DIGITAL = _read("digital")
LANGUAGE = _read("language")
CARE = _read("care")
LOGISTICS = _read("logistics")
TECHNIQUE = _read("technique")
HOSPITALITY = _read("hospitality")
OFFICE = _read("office")
CLEANING = _read("cleaning")
COACHING = _read("coaching")
EVC = _read("evc")
CHILDCARE = _read("childcare")
EXTRA = _read("extra")
