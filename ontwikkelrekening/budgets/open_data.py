"""Reach as open data: CSV and JSON with a description anyone's software can read (Data Package)."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from ontwikkelrekening.budgets.reach import POPULATION, SMALLEST, GroupReach

WORDS = {
    "group": ("string", "The group, by the rules of the scheme; a person can be in several."),
    "population": ("integer", "People in the group: middle of the range in Panteia 2018."),
    "population_share": ("number", f"Per cent of the {POPULATION} people of 18 up to AOW age."),
    "granted": ("integer", f"People who got credit; empty under {SMALLEST}."),
    "granted_share": ("number", "Per cent of everyone who got credit."),
    "used": ("integer", f"People who chose something with it; empty under {SMALLEST}."),
    "used_share": ("number", "Per cent of everyone who chose something."),
    "behind": ("boolean", "Whether the group used less than its share of the population."),
}


def write_open_data(
    rows: Sequence[GroupReach], *, scheme: str, year: int, directory: Path
) -> list[Path]:
    """Write reach.csv, reach.json and datapackage.json."""
    names = [field.name for field in fields(GroupReach)]
    records = [asdict(row) for row in rows]
    files = [directory / name for name in ("reach.csv", "reach.json", "datapackage.json")]
    with files[0].open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(records)
    files[1].write_text(json.dumps(records, indent=2, default=float) + "\n")
    files[2].write_text(json.dumps(_description(scheme, year, names), indent=2) + "\n")
    return files


def _description(scheme: str, year: int, names: Sequence[str]) -> dict[str, Any]:
    schema = {
        "fields": [
            {"name": name, "type": WORDS[name][0], "description": WORDS[name][1]} for name in names
        ],
        "missingValues": [""],
    }
    return {
        "name": f"reach-{scheme}-{year}",
        "title": f"Reach of {scheme} in {year}",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [
            {"name": "reach", "path": "reach.csv", "format": "csv", "schema": schema},
            {"name": "reach-json", "path": "reach.json", "format": "json", "schema": schema},
        ],
    }
