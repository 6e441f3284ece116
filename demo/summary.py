"""What the year came to, read back from the product, and where to log in as whom."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from demo.machine import DemoFailed, Machine


@dataclass(frozen=True)
class Accepted:
    """What the product said yes to while the year was played: all of it must be in the books."""

    enrolments: set[str]
    claims: set[str]
    findings: list[str] = field(default_factory=list)  # what was seen to be wrong on the way


@dataclass(frozen=True)
class Summary:
    citizens: int
    top_ups: int
    enrolments: int
    claims: dict[str, int]
    paid: str
    trial_balance: str
    findings: list[str]
    seconds: float

    @property
    def is_sound(self) -> bool:
        return self.trial_balance == "0.00" and not self.findings

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        fields["topUps"] = fields.pop("top_ups")
        fields["trialBalance"] = fields.pop("trial_balance")
        fields["seconds"] = round(self.seconds, 1)
        return fields


def summarise(machine: Machine, *, accepted: Accepted, seconds: float) -> Summary:
    """Wait until the queue is empty, then read the books."""
    facts = _facts_once_drained(machine)
    lost = [
        f"enrolment {code} was agreed and is not there"
        for code in accepted.enrolments - set(facts["enrolmentIds"])
    ]
    lost += [
        f"claim {code} was accepted and is not there"
        for code in accepted.claims - set(facts["claimIds"])
    ]
    if facts["openWork"]:
        lost.append(f"{facts['openWork']} messages of work were never done")
    return Summary(
        citizens=facts["citizens"],
        top_ups=facts["topUps"],
        enrolments=len(facts["enrolmentIds"]),
        claims=facts["claims"],
        paid=facts["paid"],
        trial_balance=facts["trialBalance"],
        findings=facts["findings"] + accepted.findings + lost,
        seconds=seconds,
    )


def _facts_once_drained(machine: Machine) -> dict[str, Any]:
    for _ in range(60):
        facts: dict[str, Any] = json.loads(machine.manage("summary", "--json").splitlines()[-1])
        if not facts["openWork"]:
            break
        if ended := machine.failed_child():
            raise DemoFailed(f"The {ended} ended by itself; {machine.logs / ended}.log says why.")
        time.sleep(1)
    return facts


def print_welcome(url: str, sandbox_url: str, summary: dict[str, Any]) -> None:
    claims = ", ".join(f"{number} {state}" for state, number in sorted(summary["claims"].items()))
    print(
        f"""
  The year is played: {summary["citizens"]:,} citizens, {summary["topUps"]:,} top-ups, {summary["enrolments"]:,} enrolments,
  claims: {claims}; EUR {summary["paid"]} paid.
  Debits minus credits: {summary["trialBalance"]}. Findings: {len(summary["findings"])}.

  Log in at {url}

    as a citizen         {url}/inloggen       choose Fatima, Henk, Samira or Johan
    in a round           {url}/tijdvakken/     one is open; in the other, see what became of Fatima and Henk
    as an auditor        {url}/audit/         amir    password: demo-password
    as staff             {url}/admin/         petra, paul (policy), ineke, bas (payments), rosa, sam (reviews)
    as a provider        {url}/opleiders/     choose one, or type the name of any
    as its software      {url}/api/v1/docs    client id and secret: var/clients.json
    in the sandbox       {sandbox_url}/api/v1/docs    claims end as you ask: var/sandbox/client.json

  Ctrl-C stops everything. `make demo` starts again with what is there, `make clean` forgets it.
"""
    )
