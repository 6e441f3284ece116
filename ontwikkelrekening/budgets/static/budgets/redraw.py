#!/usr/bin/env python3
"""Redraw a round of the Ontwikkelrekening from its published files, with nothing but Python.

    python3 redraw.py round.json list.csv

Says whether the seed is the one that was committed to, whether every rank follows from priority
class, rounds missed and lot, and whether every grant follows from the rank and the money there was.
A lot is the SHA-256 of "seed:outside value:application id".
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from typing import Any


def lot(application: str, facts: dict[str, Any]) -> str:
    text = f"{facts['seed']}:{facts['outsideValue']}:{application}"
    return hashlib.sha256(text.encode()).hexdigest()


def place(row: dict[str, str], facts: dict[str, Any]) -> tuple[int, int, str, str]:
    """What decides who goes first: the lower, the earlier."""
    priority = int(row["class"]) if facts["division"] == "priority" else 0
    return priority, -int(row["missed"]), lot(row["application"], facts), row["application"]


def grants(wanted: list[int], *, available: int, last_grant: str) -> list[int]:
    """What each on the list gets: from the top, until the money is gone."""
    given = []
    for cents in wanted:
        amount = min(cents, available)
        if amount < cents and last_grant == "none":
            available = amount = 0
        available -= amount
        given.append(amount)
    return given


def differences(facts: dict[str, Any], rows: list[dict[str, str]]) -> list[str]:
    """Everything that is not as it should be; nothing when the redraw is identical."""
    found = []
    if hashlib.sha256(bytes.fromhex(facts["seed"])).hexdigest() != facts["seedHash"]:
        found.append("the seed is not the one whose hash was published beforehand")
    if len({row["application"] for row in rows}) != len(rows):
        found.append("an application stands on the list twice")
    ordered = sorted(rows, key=lambda row: place(row, facts))
    available = facts["ceilingCents"] + facts["returnedCents"]
    given = grants(
        [int(row["wantedCents"]) for row in ordered],
        available=available,
        last_grant=facts["lastGrant"],
    )
    for rank, (row, cents) in enumerate(zip(ordered, given, strict=True), start=1):
        if int(row["rank"]) != rank:
            found.append(f"{row['application']}: rank {row['rank']}, redrawn {rank}")
        if int(row["grantedCents"]) != cents:
            found.append(f"{row['application']}: {row['grantedCents']} cents, redrawn {cents}")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python3 redraw.py round.json list.csv\n")
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        facts = json.load(file)
    with open(arguments[1], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = differences(facts, rows)
    for line in found[:20]:
        sys.stdout.write(line + "\n")
    if found:
        sys.stdout.write(f"DIFFERENT: {len(found)} differences in {len(rows)} applications\n")
        return 1
    granted = sum(int(row["grantedCents"]) for row in rows)
    sys.stdout.write(
        f"identical: {len(rows)} applications, {granted / 100:.2f} euros granted, "
        f"seed {facts['seed']}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
