"""Two rounds in the demo's year: one that was divided, and one that is open now."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from demo.browser import Browser
from demo.machine import ROOT, Machine

REDRAW = ROOT / "ontwikkelrekening/budgets/static/budgets/redraw.py"
OUTSIDE = "zes dobbelstenen, in het openbaar gegooid door een notaris"
DICE = "4 2 6 1 3 5"  # invented, as everything here
APPLICANTS = 48


@dataclass(frozen=True)
class Plan:
    """When a round is published, open and drawn, on days the play stops at."""

    code: str
    name: str
    published_on: date
    closes_on: date
    outside: str = ""

    def as_published(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "opens_at": f"{self.published_on + timedelta(days=1)}T09:00:00",
            "closes_at": f"{self.closes_on}T23:00:00",
            "waits_until": f"{self.closes_on.year + 1}-03-31",
            "ceiling": 1_250_000,
            "grant": 100_000,
            "categories": ["course", "module", "coaching", "evc", "exam", "materials"],
            "years_valid": 2,
            "fallback": "Ligt de website langer dan een uur plat? Dan blijft het tijdvak een dag langer open.",
            "outside_source": self.outside,
        }


class Rounds:
    """What happens to both rounds on each day the play stops."""

    def __init__(self, machine: Machine, stops: Sequence[date], people: Sequence[str]) -> None:
        self.machine, self.people = machine, people
        self.first = Plan(
            "eerste-tijdvak", "Eerste tijdvak", stops[2], stops[5] - timedelta(days=1), OUTSIDE
        )
        self.second = Plan(
            "tweede-tijdvak", "Tweede tijdvak", stops[-3], stops[-1] + timedelta(days=30)
        )
        self.first_applying, self.drawn_on, self.second_applying = stops[3], stops[5], stops[-1]

    def on(self, today: date) -> None:
        """What is to be done on this day."""
        for plan in (self.first, self.second):
            if today == plan.published_on:
                self._publish(plan)
        if today == self.first_applying:
            self._apply(self.first, self.people[:APPLICANTS])
        if today == self.drawn_on:
            self.machine.manage("close_round", self.first.code, "--outside", DICE)
            self.machine.manage("confirm_refusals", self.first.code, "--by", "rosa")
            self.machine.manage("draw_round", self.first.code)
        if today == self.second_applying:
            self._apply(self.second, self.people[5 : 5 + APPLICANTS // 2])  # Fatima can still

    def findings(self) -> list[str]:
        """Draw the first round again from what anyone can download; nothing when it is identical."""
        address = f"{self.machine.url}/tijdvakken/{self.first.code}"
        with TemporaryDirectory() as name:
            for file in ("tijdvak.json", "lijst.csv"):
                answer = httpx.get(f"{address}/{file}", timeout=30).raise_for_status()
                (Path(name) / file).write_bytes(answer.content)
            done = subprocess.run(
                [sys.executable, "-I", str(REDRAW), "tijdvak.json", "lijst.csv"],
                cwd=name,
                capture_output=True,
                text=True,
                check=False,
            )
        return [] if done.returncode == 0 else [f"redraw: {done.stdout}{done.stderr}"]

    def _publish(self, plan: Plan) -> None:
        """Petra prepares, Paul publishes."""
        file = self.machine.data / f"{plan.code}.json"
        file.write_text(json.dumps(plan.as_published(), indent=2))
        self.machine.manage("prepare_round", "landelijk", str(file), "--by", "petra")
        self.machine.manage("publish_round", plan.code, "--by", "paul")

    def _apply(self, plan: Plan, bsns: Sequence[str]) -> None:
        for number, bsn in enumerate(bsns):
            with Browser(self.machine.url) as browser:
                browser.submit(browser.open("/inloggen"), "/inloggen", bsn=bsn)
                page = browser.open(f"/tijdvakken/{plan.code}")
                check = browser.submit(page, "/aanvragen", wanted=str(1000 - 150 * (number % 3)))
                browser.submit(check, "/aanvragen")
