"""No page asks the database more often when there is more to show."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.models import Citizen, Purpose
from ontwikkelrekening.eligibility.models import Decision
from tests.budgets.world import give
from tests.portal.world import TODAY, Town, add_course

ROWS = 50


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200, path
    return len(captured)


def live(town: Town, times: int) -> None:
    """So many grants, choices, courses and looks."""
    citizen = Citizen.objects.get(account_code=town.fatima)
    for number in range(times):
        give(town.scheme, town.fatima, 2_000, expires_on=TODAY.date() + timedelta(days=number))
        agree(
            town.fatima,
            add_course(town.scheme, f"Module {number}", price="10.00"),
            starts_on=TODAY.date(),
            at=TODAY,
            id=uuid4(),
        )
        log_look(citizen, actor="rosa", purpose=Purpose.OPENED, at=TODAY)


def test_fifty_of_everything_cost_as_many_queries_as_one(fatima: Client, town: Town) -> None:
    live(town, 1)
    tranche = Tranche.objects.filter(account_code=town.fatima).earliest("granted_on", "pk")
    decision = Decision.objects.get(account_code=town.fatima)
    agreed = agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    paths = [
        "/",
        "/afschrift",
        "/waarvoor",
        "/besluiten",
        "/opleidingen",
        "/keuzes",
        "/wie-keek",
        "/mijn-gegevens",
        "/pauze",
        f"/tegoed/{tranche.pk}",
        f"/besluiten/{decision.pk}",
        f"/opleidingen/{town.course.pk}",
        f"/opleidingen/{town.course.pk}/controleren?start=2026-03-09",
        f"/keuzes/{agreed.enrolment.pk}",
    ]
    with_one = {path: queries_of(fatima, path) for path in paths}

    live(town, ROWS)

    assert {path: queries_of(fatima, path) for path in paths} == with_one
    assert max(with_one.values()) <= 25, with_one
