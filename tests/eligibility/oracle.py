"""A second reading of product and law, column by column in numpy, sharing no code with the rules.

It writes its own numbers on purpose: when it and the rules agree on many random people, both have
read the example scheme in the same way.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ontwikkelrekening.eligibility.rules import Facts

FLEX = ["temporary", "on_call", "zero_hours", "agency", "seconded", "self_employed",
        "bogus_self_employed", "no_contract"]  # fmt: skip
WORK = [*FLEX, "permanent", "employer", "no_work", None]
HOMES = ["sole_parent", "partner_and_children", "partner", "alone", "other", None]
BENEFITS = ["none", "social_assistance", "unemployment", "disability", "sickness", "survivors",
            "other", None]  # fmt: skip
SCHOOLS = ["none", "primary", "vmbo", "mbo1", "mbo2", "mbo3", "mbo4", "havo_vwo", "hbo",
           "university", None]  # fmt: skip


def random_people(number: int, *, seed: int) -> list[Facts]:
    """People of every kind, crowded around the boundaries."""
    draw = random.Random(seed)
    ages = [*range(210, 222), *range(795, 812), *range(150, 900)]
    balances = [0, 0, 1, 449_999, 450_001, 499_999, 500_000, 719_999, 720_001, 799_999, 800_000]
    return [
        Facts(
            age_months=draw.choice(ages),
            aow_months=draw.choice((795, 802, 804, 807)),
            contract=draw.choice(WORK),
            household=draw.choice(HOMES),
            benefit=draw.choice(BENEFITS),
            education=draw.choice(SCHOOLS),
            working_years=draw.choice([None, *range(60)]),
            resident=draw.choice((True, True, True, True, False, None)),
            sex=draw.choice((None, "female", "male", "x")),
            already_granted=draw.random() < 0.1,
            balance_cents=draw.choice(balances) if draw.random() < 0.5 else draw.randrange(900_000),
            coaching_granted_years_ago=draw.choice((None, None, 0, 1, 2, 3, 4)),
        )
        for _ in range(number)
    ]


_equal: Any = np.equal


def outcomes(people: list[Facts]) -> Any:
    """Per person: class, euro cents for learning, for a coach, for care; all 0 when refused."""
    column: dict[str, Any] = {
        name: np.array([getattr(person, name) for person in people], dtype=object)
        for name in Facts._fields
    }
    years = np.array([-1 if y is None else y for y in column["working_years"]])
    ago = np.array([99 if y is None else y for y in column["coaching_granted_years_ago"]])
    balance = column["balance_cents"].astype(np.int64)
    age = column["age_months"].astype(np.int64)

    flex = np.isin(column["contract"].astype(str), FLEX)
    mother = column["household"] == "sole_parent"
    children = mother | (column["household"] == "partner_and_children")
    at_home = (column["contract"] == "no_work") & (column["benefit"] == "none") & children
    schooled = (column["education"] == "hbo") | (column["education"] == "university")
    unknown_school = _equal(column["education"], None)
    steady = (column["contract"] == "permanent") & (years >= 10) & ~(schooled | unknown_school)

    priority = np.full(len(people), 4)
    priority[at_home | steady] = 3
    priority[flex ^ mother] = 2
    priority[flex & mother] = 1

    amount = np.where(priority <= 2, 80_000, 50_000)
    room = np.where(priority <= 2, 800_000, 500_000) - balance
    eligible = (
        (age >= 216)
        & (age < column["aow_months"].astype(np.int64))
        & (column["resident"] == True)  # noqa: E712
        & (column["already_granted"] == False)  # noqa: E712
        & (room > 0)
    )
    learning = np.where(eligible, np.minimum(amount, room), 0)
    coach = np.where(eligible & (priority <= 3) & (ago >= 3), 70_000, 0)
    care = np.where(eligible & mother, 30_000, 0)
    return np.column_stack([priority, learning, coach, care])
