"""Providers know enrolments, never people: no page, download, answer or message has an account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from djmoney.money import Money

from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.reserving import agree
from providers.claiming import reviewing, submit
from providers.claiming.assessing import pick
from providers.enrolling import code_for
from providers.models import Claim, Course, Delivery, Doubt, Enrolment
from providers.outbox import drain
from providers.webhooks.managing import register, verify
from tests.portal.world import FATIMA_BSN, TODAY, Town, add_course, build_town
from tests.portal.world import log_in as log_in_as_citizen
from tests.provider_area.world import log_in
from tests.providers.calls import Software

ACCOUNT = re.compile(r"\bR-[0-9A-Z]{4}-[0-9A-Z]{4}")
START = date(2026, 3, 9)
LISTS = ("courses", "enrolments", "claims", "payments", "webhooks", "account", "catalogue")


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(TODAY, tick=False) as clock:
        made = build_town()
        register(made.scheme.provider, "http://127.0.0.1:9/", at=TODAY)
        endpoint = made.scheme.provider.endpoints.get()
        verify(endpoint, endpoint.challenge, at=TODAY)
        live(made, clock)
        drain()
        yield made


def live(town: Town, clock: Any) -> None:
    """Fatima chooses, cancels, pauses and lets a code lapse; a claim is reviewed, another refused."""
    browser = log_in_as_citizen(FATIMA_BSN)
    module = add_course(town.scheme, "Barista", category="module", price="60.00")
    followed = choose(town, town.course)
    cancelled = choose(town, module)
    refused = choose(town, module)
    choose(town, module)  # its code lapses
    provider = log_in(town.scheme.provider)
    for each in (followed, cancelled, refused):
        sent = {"once": str(uuid4()), "code": code_for(each.pk)}
        assert provider.post("/opleiders/inschrijvingen/code", sent).status_code == 302
    assert browser.post(f"/keuzes/{cancelled.pk}/annuleren").status_code == 302
    assert browser.post("/pauze/controleren", {"until": "2026-04-01"}).status_code == 302
    clock.shift(timedelta(days=10))
    now = TODAY + timedelta(days=10)
    approved, doubted = claim(followed, at=now), claim(refused, at=now)
    for asked in (approved, doubted):
        pick(asked, because=Doubt.TERMS, actor="machine", at=now)
    reviewing.approve(approved, by="rosa", at=now)
    reviewing.refuse(doubted, by="rosa", reason="Niet gevolgd.", at=now)
    reviewing.confirm_refusal(doubted, by="rob", at=now)
    expire(on=date(2026, 12, 1), at=now)


def choose(town: Town, course: Course) -> Enrolment:
    made = agree(town.fatima, course, starts_on=START, at=TODAY, id=uuid4(), own_cents=100_000)
    return made.enrolment


def claim(enrolment: Enrolment, *, at: datetime) -> Claim:
    first = enrolment.terms[0]
    made, _ = submit(
        uuid4(),
        enrolment.pk,
        first["instalment"],
        Money(first["cents"] / 100, "EUR"),
        {},
        provider=enrolment.provider,
        actor="roc",
        at=at,
    )
    return made


def walk(desk: Client, start: str) -> Iterator[tuple[str, str]]:
    """Every page and download that links lead to from `start`."""
    found, waiting = {start}, [start]
    while waiting:
        path = waiting.pop()
        text = desk.get(path).getvalue().decode()
        yield path, text
        hrefs = {urljoin(path, unescape(each)) for each in re.findall(r'href="([^"#]+)', text)}
        fresh = {each for each in hrefs - found if each.startswith("/opleiders/")}
        fresh = {each for each in fresh if "sort=" not in each and "uitloggen" not in each}
        found |= fresh
        waiting += sorted(fresh)


def test_no_page_or_download_of_a_provider_has_an_account(town: Town) -> None:
    seen = dict(walk(log_in(town.scheme.provider), "/opleiders/"))

    histories = [text for path, text in seen.items() if "download=history" in path]
    assert any("cancel" in text for text in histories)
    assert {"opleidingen", "inschrijvingen", "declaraties", "betalingen", "webhooks"} <= {
        path.split("/")[2] for path in seen
    }
    assert [path for path, text in seen.items() if ACCOUNT.search(text)] == []


def test_no_answer_of_the_api_has_an_account(town: Town) -> None:
    software = Software(town.scheme.provider)
    told = {each: software.get(f"/{each}") for each in LISTS}
    for each in ("enrolments", "claims", "courses", "webhooks"):
        for row in told[each].json()["items"]:
            id_ = row[next(name for name in row if name.lower().endswith("id"))]
            told[f"{each}/{id_}"] = software.get(f"/{each}/{id_}")

    assert {answer.status_code for answer in told.values()} == {200}
    assert len(told) > 12
    assert [path for path, answer in told.items() if ACCOUNT.search(answer.content.decode())] == []


def test_no_message_to_a_providers_software_has_an_account(town: Town) -> None:
    events = list(Delivery.objects.values_list("event", flat=True))

    assert {event["type"].rpartition(".")[2] for event in events} >= {"cancelled", "refused"}
    assert not ACCOUNT.search(json.dumps(events))
