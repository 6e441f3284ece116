"""Random rounds, divided by the product and again by hand from the words of docs/rounds.md alone.

The few lines of `by_hand` share nothing with the product or its script: whoever changes them reads
the document, not the code.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from random import Random
from typing import Any

import pytest

from ontwikkelrekening.budgets.allocating import allocate
from ontwikkelrekening.budgets.applying import apply, withdraw
from ontwikkelrekening.budgets.drawing import draw
from ontwikkelrekening.budgets.models import Application, Assessment, Round, Tranche
from ontwikkelrekening.budgets.proving import facts_text, list_lines
from ontwikkelrekening.budgets.rounds import close, set_outside_value
from ontwikkelrekening.citizens.models import Citizen
from tests.budgets.round_world import AFTER, DURING, published
from tests.budgets.world import CARE, COACHING, GENERAL, World, come_back

ENDED = {"registered_at": AFTER, "ended_at": AFTER}

pytestmark = pytest.mark.django_db


def by_hand(facts: dict[str, Any], rows: list[dict[str, str]]) -> list[tuple[str, int, int]]:
    """Application, rank and cents of everyone, by points 2 to 4 of the document."""

    def lot(row: dict[str, str]) -> str:
        text = facts["seed"] + ":" + facts["outsideValue"] + ":" + row["application"]
        return hashlib.sha256(text.encode()).hexdigest()

    rows = sorted(rows, key=lambda row: row["application"])
    rows = sorted(rows, key=lot)
    rows = sorted(rows, key=lambda row: int(row["missed"]), reverse=True)
    if facts["division"] != "lottery":
        rows = sorted(rows, key=lambda row: int(row["class"]))
    money, outcome, over = facts["grantedCents"], [], False
    for rank, row in enumerate(rows, 1):
        gets = 0 if over else int(row["wantedCents"])
        if row["left"] == "1":
            gets = min(gets, int(row["grantedCents"]))
        elif gets > money:
            over = True
            gets = money if facts["lastGrant"] == "partial" else 0
        money -= gets
        outcome.append((row["application"], rank, gets))
    return outcome


def random_round(world: World, random: Random, *, outside: str) -> Round:
    """A round with up to sixty people, of whom many have the same class and rounds missed."""
    grant = random.choice([1, 999, 100_000])
    round_ = published(
        world,
        grant=grant,
        ceiling=grant * random.randint(1, 30) + random.randrange(grant),
        categories=random.choice([GENERAL, COACHING, CARE]),
        division=random.choice(["priority", "lottery"]),
        last_grant=random.choice(["partial", "none"]),
        outside_source=outside and "een trekking",
    )
    for number in range(random.randint(0, 60)):
        apply(round_.code, f"R-{number}", wanted=random.randint(1, grant), at=DURING)
        if random.random() < 0.1:
            withdraw(round_, f"R-{number}", at=DURING)
    close(round_, at=AFTER)
    if outside:
        set_outside_value(round_, outside)
    for application in Application.objects.filter(round=round_, withdrawn=False):
        Assessment.objects.create(
            application=application,
            round=round_,
            eligible=random.random() < 0.9,
            priority=random.randint(1, 4),
            missed=random.choice([0, 0, 0, 1, 2]),
        )
    return draw(round_, at=AFTER)


@pytest.mark.parametrize("number", range(12))
def test_by_hand_and_by_the_product_a_round_comes_out_the_same(world: World, number: int) -> None:
    """In slices of any size, while some of the money comes back."""
    random = Random(number)
    round_ = random_round(world, random, outside=random.choice(["", "KX 123 456", "é: 7"]))
    for _ in range(5):
        allocate(round_, at=AFTER, limit=random.randint(1, 20))
        for tranche in Tranche.objects.order_by("pk"):
            if random.random() < 0.1:
                come_back(tranche, on=AFTER.date(), at=AFTER)
        for code in round_.applications.order_by("pk").values_list("account_code", flat=True):
            if random.random() < 0.05:
                Citizen.objects.get_or_create(account_code=code, defaults=ENDED)
    while allocate(round_, at=AFTER).places:
        pass

    facts = json.loads(facts_text(round_))
    rows = list(csv.DictReader(io.StringIO("".join(list_lines(round_)))))

    listed = [(row["application"], int(row["rank"]), int(row["grantedCents"])) for row in rows]
    assert listed == by_hand(facts, rows)
    assert facts["ceilingCents"] + facts["returnedCents"] == (
        facts["grantedCents"] + facts["leftCents"] + facts["backToFundCents"]
    )
    account_of = {
        str(id_): account for id_, account in Application.objects.values_list("id", "account_code")
    }
    granted = {account_of[application]: cents for application, _rank, cents in listed if cents}
    assert granted == _credited(round_)


def _credited(round_: Round) -> dict[str, int]:
    """What stands on each account by the tranches, each only for what the round is for."""
    credited: dict[str, int] = {}
    for tranche in Tranche.objects.all():
        assert tranche.earmarked
        assert tranche.categories == round_.categories
        credited[tranche.account_code] = credited.get(tranche.account_code, 0) + tranche.granted
    return credited
