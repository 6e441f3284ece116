"""Claims that were not due after all: one is taken back and half repaid, of another somebody has still to decide."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from demo.bank import Line, came_in
from demo.machine import Machine
from demo.school import School

WHY = "Op de presentielijst staat niemand met deze code."
HEARD = "De opleider schrijft dat twee deelnemers zijn verwisseld."


def take_back_one(machine: Machine, schools: Sequence[School]) -> Line:
    """Rosa proposes, Sam agrees; half comes in at the bank, which says it with the KvK number of the school."""
    school, claim = _paid(schools)
    _propose(machine, claim)
    machine.manage("agree_to_recovery", str(claim["id"]), "--by", "sam")
    half = int(Decimal(claim["amount"]) * 50)
    return came_in(half, words=f"eerste helft terug, KvK {school.kvk_number}")


def propose_one(machine: Machine, schools: Sequence[School]) -> None:
    """Rosa proposes it, and nobody has decided."""
    _propose(machine, _paid(schools)[1])


def _paid(schools: Sequence[School]) -> tuple[School, dict[str, str]]:
    """The newest paid claim of the first school that has one."""
    for school in schools:
        school.log_in()
        if paid := school.claims("paid"):
            return school, paid[0]
    raise LookupError("nothing was paid yet")


def _propose(machine: Machine, claim: dict[str, str]) -> None:
    machine.manage(
        "propose_recovery", str(claim["id"]), "--reason", WHY, "--heard", HEARD, "--by", "rosa"
    )
