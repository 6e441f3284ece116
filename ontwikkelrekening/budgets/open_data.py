"""Reach as open data: CSV and JSON with a description anyone's software can read (Data Package).

It counts whole months that are over, in tens (budgets/hiding.py), so that the difference of two
downloads is never one person's choice.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache

from ontwikkelrekening.budgets.hiding import SMALLEST
from ontwikkelrekening.budgets.models import TopUpRun
from ontwikkelrekening.budgets.reach import POPULATION, GroupReach, reach
from ontwikkelrekening.eligibility.models import Scheme

KEPT_SECONDS = 3600
HIDDEN = f"rounded down to tens; empty under {SMALLEST}, or where hardly anybody is left out"
WORDS = {
    "group": ("string", "The group by the rules of the scheme, or everyone; groups overlap."),
    "population": ("integer", "People in the group: middle of the range in Panteia 2018."),
    "population_share": ("number", f"Per cent of the {POPULATION} people of 18 up to AOW age."),
    "granted": ("integer", f"People who got credit; {HIDDEN}."),
    "granted_share": ("number", "Per cent of everyone who got credit, of the rounded counts."),
    "used": ("integer", f"People who chose something with it; {HIDDEN}."),
    "used_share": ("number", "Per cent of everyone who chose something, of the rounded counts."),
    "behind": ("boolean", "Seen to have used less than its share of the population."),
}
NAMES = [field.name for field in fields(GroupReach)]


def published(*, on: date) -> list[tuple[Scheme, int]]:
    """The schemes and years there are figures of on a day, the latest first."""
    runs = TopUpRun.objects.select_related("scheme").order_by("-decided_on__year", "scheme__code")
    years = dict.fromkeys((run.scheme, run.decided_on.year) for run in runs)
    return [(scheme, year) for scheme, year in years if is_counted(year, on=on)]


def is_counted(year: int, *, on: date) -> bool:
    """Whether a whole month of this year is over."""
    return counted_until(year, on=on).year == year


def counted_until(year: int, *, on: date) -> date:
    """The last day that is counted: of the last whole month."""
    return min(on.replace(day=1) - timedelta(days=1), date(year, 12, 31))


def published_reach(scheme: Scheme, year: int, *, on: date) -> list[GroupReach]:
    """The figures as they are published on a day; counted at most once an hour by each process."""
    until = counted_until(year, on=on)
    kept = f"reach:{scheme.code}:{year}:{until}"
    rows: list[GroupReach] | None = cache.get(kept)
    if rows is None:
        rows = reach(scheme, year=year, until=until)
        cache.set(kept, rows, KEPT_SECONDS)
    return rows


def files(
    rows: Sequence[GroupReach], *, scheme: Scheme, year: int, until: date
) -> dict[str, tuple[str, str]]:
    """The published files by name: what kind of file it is, and its text."""
    records = [asdict(row) for row in rows]
    description = _description(scheme, year, until)
    return {
        "reach.csv": ("text/csv; charset=utf-8", _as_csv(records)),
        "reach.json": ("application/json", json.dumps(records, indent=2, default=float) + "\n"),
        "datapackage.json": ("application/json", json.dumps(description, indent=2) + "\n"),
    }


def _as_csv(records: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _description(scheme: Scheme, year: int, until: date) -> dict[str, Any]:
    schema = {
        "fields": [
            {"name": name, "type": WORDS[name][0], "description": WORDS[name][1]} for name in NAMES
        ],
        "missingValues": [""],
    }
    return {
        "name": f"reach-{scheme.code}-{year}",
        "title": f"Reach of {scheme} in {year}, counted through {until}",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [
            {"name": "reach", "path": "reach.csv", "format": "csv", "schema": schema},
            {"name": "reach-json", "path": "reach.json", "format": "json", "schema": schema},
        ],
    }
