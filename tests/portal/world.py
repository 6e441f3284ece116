"""Fatima and Henk with their credit after the yearly top-up of 2026, and courses to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import time_machine
from django.test import Client
from djmoney.money import Money

from ontwikkelrekening.budgets.topping_up import start_run
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from providers.models import Course
from providers.outbox import drain
from providers.publishing import CourseDetails, publish, register_course
from tests.budgets import world as budgets

NEW_YEAR = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
TODAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FATIMA_BSN, HENK_BSN, NOOR_BSN = "999900006", "999900018", "999900079"


@dataclass
class Town:
    scheme: budgets.World
    fatima: str
    henk: str
    noor: str
    course: Course


def build_town(*, at: datetime = NEW_YEAR) -> Town:
    """Everything real: registered, decided by the rules, booked, published."""
    scheme = budgets.create_world()
    people = [
        _person("Fatima", FATIMA_BSN, 1991, contract="agency", household="sole_parent"),
        _person("Henk", HENK_BSN, 1974, contract="permanent", household="partner"),
    ]
    fatima, henk = register(people, at=at).codes
    start_run(scheme.scheme, on=at.date(), at=at)
    with time_machine.travel(at, tick=False):
        drain()
    (noor,) = register([_person("Noor", NOOR_BSN, 1996)], at=at).codes
    return Town(scheme, fatima, henk, noor, add_course(scheme, "Basis digitale vaardigheden"))


def add_course(
    scheme: budgets.World, name: str, *, price: str = "260.00", **details: object
) -> Course:
    made = register_course(
        scheme.provider,
        CourseDetails(
            code=uuid4().hex,
            name=name,
            price=Money(price, "EUR"),
            **{"category": "course", "hours": 24, "sessions": 8, "weeks": 8, **details},  # type: ignore[arg-type]
        ),
        at=NEW_YEAR,
    )
    return publish(made, actor="test", at=NEW_YEAR)


def log_in(bsn: str, *, language: str = "nl") -> Client:
    """A browser in which this person is logged in."""
    client = Client(headers={"accept-language": language})
    answer = client.post("/inloggen", {"bsn": bsn})
    assert answer.status_code == 302, answer.content.decode()
    return client


def _person(name: str, bsn: str, year: int, **facts: str) -> NewCitizen:
    stated = {**facts, **({"benefit": "none", "residence": "yes"} if facts else {})}
    return NewCitizen(
        identity=Identity(name, "Test", bsn),
        born_on=date(year, 4, 3),
        circumstances=tuple(
            Stated(kind, value, date(2025, 9, 1)) for kind, value in stated.items()
        ),
    )
