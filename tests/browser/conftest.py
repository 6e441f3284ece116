"""A real browser and a real server on a database of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from playwright.sync_api import Browser, expect, sync_playwright

from ontwikkelrekening.budgets.models import Round, Tranche
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.budgets.rounds import RoundDetails, prepare, publish
from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.evidence import ask_sample
from ontwikkelrekening.citizens.models import Circumstance, Citizen, Purpose
from ontwikkelrekening.eligibility.deciding import confirm_refusal, decide_many
from ontwikkelrekening.eligibility.models import Decision
from ontwikkelrekening.eligibility.objecting import file
from ontwikkelrekening.eligibility.reading import parameters_of
from providers.publishing import withdraw
from tests.portal.world import Town, add_course, build_town

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


@dataclass(frozen=True)
class Site:
    """Where the product is served, and the address of each of Henk's pages."""

    url: str
    course: str
    pages: dict[str, str]


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    """Chromium. It comes after the site: its driver runs an event loop in this thread."""
    expect.set_options(timeout=30_000)  # as long as every other wait: machines may be slow
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Site]:
    """The product as it is served, with Fatima, Henk and a course."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no browser: install chromium, or name one in CHROMIUM")
    template = str(connection.settings_dict["NAME"])
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
        _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = name
        try:
            town = build_town(at=timezone.now())
            pages = _pages_of_henk(town)
            connections.close_all()
            with _served(name) as url:
                yield Site(url, str(town.course.pk), pages)
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = template
            _maintain(f'DROP DATABASE "{name}" WITH (FORCE)')


def _refused_again(decision: Decision, *, at: datetime) -> Decision:
    """A second decision in the year, which gives nothing and is not objected to."""
    parameters = parameters_of(decision.policy)
    (made,) = decide_many(
        [decision.account_code],
        policy=decision.policy, parameters=parameters, on=decision.decided_on, balances={}, at=at,
    )  # fmt: skip
    refusal = Decision.objects.get(pk=made.id)
    confirm_refusal(refusal, by="rosa", at=at)
    return refusal


def _pages_of_henk(town: Town) -> dict[str, str]:
    """Every page there is, for Henk after he agreed to a course."""
    now = timezone.now()
    starts_on = timezone.localdate() + timedelta(days=14)
    agreed = agree(town.henk, town.course, starts_on=starts_on, at=now, id=uuid.uuid4())
    log_look(
        Citizen.objects.get(account_code=town.henk), actor="rosa", purpose=Purpose.OPENED, at=now
    )
    tranche = Tranche.objects.filter(account_code=town.henk).latest("granted")
    decision = Decision.objects.get(account_code=town.henk)
    refusal = _refused_again(decision, at=now)
    objection = file(decision, words="Dit klopt niet.", on=timezone.localdate(), at=now)
    ask_sample(per_cent=100, seed="1", on=timezone.localdate())
    fact = Circumstance.objects.get(citizen__account_code=town.henk, kind="contract")
    round_ = _open_round(town, at=now)
    withdrawn = withdraw(add_course(town.scheme, "Heftruck"), actor="test", at=now)
    course, enrolment = f"/opleidingen/{town.course.pk}", f"/keuzes/{agreed.enrolment.pk}"
    return {
        "home": "/",
        "statement": "/afschrift",
        "tegoed": f"/tegoed/{tranche.pk}",
        "spending": "/waarvoor",
        "decisions": "/besluiten",
        "decision": f"/besluiten/{decision.pk}",
        "objecting": f"/besluiten/{refusal.pk}/bezwaar",
        "objection": f"/bezwaren/{objection.pk}",
        "taking it back": f"/bezwaren/{objection.pk}/intrekken",
        "what would I get": "/wat-krijg-ik",
        "rounds": "/tijdvakken/",
        "round": f"/tijdvakken/{round_.code}",
        "check of an application": f"/tijdvakken/{round_.code}/aanvragen?wanted=300",
        "courses": "/opleidingen",
        "filtered": "/opleidingen?q=digitale&kort=1&soort=course",
        "nothing found": "/opleidingen?q=xyzzy",
        "course": course,
        "withdrawn course": f"/opleidingen/{withdrawn.pk}",
        "start date": f"{course}/kiezen",
        "wrong start date": f"{course}/controleren?start=",
        "check": f"{course}/controleren?start={(starts_on + timedelta(days=1)).isoformat()}",
        "choices": "/keuzes",
        "code": enrolment,
        "cancel": f"{enrolment}/annuleren",
        "pause": "/pauze",
        "check of a pause": f"/pauze/controleren?until={starts_on.isoformat()}",
        "who looked": "/wie-keek",
        "my data": "/mijn-gegevens",
        "telling something": "/mijn-gegevens/household",
        "showing something": f"/mijn-gegevens/bewijs/{fact.pk}",
        "help": "/hulp",
        "accessibility": "/toegankelijkheid",
        "login": "/inloggen",
        "not there": "/is-er-niet",
    }


def _open_round(town: Town, *, at: datetime) -> Round:
    """A round that was published an hour ago and takes applications now."""
    details = RoundDetails(
        code="browser",
        name="Tijdvak voor iedereen",
        opens_at=at - timedelta(minutes=30),
        closes_at=at + timedelta(days=14),
        waits_until=timezone.localdate() + timedelta(days=100),
        ceiling=100_000,
        grant=50_000,
        categories=["course", "module"],
        fallback="Bij een storing blijft het tijdvak langer open.",
    )
    draft = prepare(town.scheme.scheme, details, by="ineke")
    return publish(draft, by="bas", at=at - timedelta(hours=1))


class _served:  # noqa: N801
    """The web server, as production runs it, on a free port."""

    def __init__(self, database: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        environment = {**os.environ, "DATABASE_URL": _url(database), "LOGIN": "mock"}
        environment["DJANGO_SETTINGS_MODULE"] = "ontwikkelrekening.settings"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
             "--port", str(self.port), "ontwikkelrekening.wsgi:application"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __enter__(self) -> str:
        url = f"http://127.0.0.1:{self.port}"
        for _ in range(150):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                return url
        self.process.kill()
        raise AssertionError("The server did not start.")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def _url(name: str) -> str:
    database = settings.DATABASES["default"]
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    host, port = database["HOST"], database["PORT"]
    if host.startswith("/"):
        return f"postgresql://{database['USER']}@/{name}?host={host}"
    return f"postgresql://{database['USER']}{password}@{host or 'localhost'}:{port or 5432}/{name}"


def _maintain(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
