"""Logging in for a provider: the labelled mock, and eHerkenning through a broker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as configured
from django.test import Client

import tests.broker
from providers.models import Provider
from tests.broker import CLIENT_ID, CLIENT_SECRET, Broker, serving
from tests.provider_area.world import School, log_in, text
from tests.providers.world import MONDAY, de_linde

BACK = "/opleiders/ingelogd"
KVK = configured.EHERKENNING_KVK_CLAIM


@pytest.fixture
def broker(settings: Any, db: None) -> Iterator[Broker]:
    with serving() as broker:
        settings.LOGIN = "oidc"
        settings.EHERKENNING_ISSUER = broker.url
        settings.EHERKENNING_CLIENT_ID, settings.EHERKENNING_CLIENT_SECRET = (
            CLIENT_ID,
            CLIENT_SECRET,
        )
        yield broker


@pytest.fixture
def linde(db: None) -> Provider:
    return de_linde()


def sent_to_broker(client: Client) -> dict[str, str]:
    return tests.broker.sent_to_broker(client, "/opleiders/inloggen", "/opleiders/declaraties")


def test_the_development_login_says_what_it_is(school: School) -> None:
    page = text(Client(headers={"accept-language": "nl"}).get("/opleiders/inloggen"))

    assert "Dit is de login voor ontwikkelaars" in page
    assert "Zorgschool De Linde" in page


def test_an_unknown_number_keeps_what_was_typed_and_says_so(school: School) -> None:
    answer = Client(headers={"accept-language": "nl"}).post(
        "/opleiders/inloggen", {"kvk": "99999999"}
    )

    assert answer.status_code == 422
    assert "We kennen geen opleider met dit KvK-nummer of deze naam." in text(answer)
    assert 'value="99999999"' in text(answer)


def test_without_the_mock_there_is_no_mock(school: School, settings: Any) -> None:
    settings.LOGIN = "oidc"

    answer = Client().post("/opleiders/inloggen", {"kvk": school.provider.kvk_number})

    assert answer.status_code == 503
    assert Client().get("/opleiders/").status_code == 403


def test_an_employee_logs_in_with_eherkenning_and_arrives_where_wanted(
    broker: Broker, linde: Provider
) -> None:
    client = Client()
    asked = sent_to_broker(client)

    answer = tests.broker.come_back(client, broker, BACK, asked, **{KVK: linde.kvk_number})

    assert (answer.status_code, answer["Location"]) == (302, "/opleiders/declaraties")
    assert client.session["provider"] == str(linde.pk)


def test_the_session_knows_a_pseudonym_and_not_the_employee(
    broker: Broker, linde: Provider
) -> None:
    sessions = []
    for subject in ("jan@linde.example", "an@linde.example", "jan@linde.example"):
        client = Client()
        asked = sent_to_broker(client)
        tests.broker.come_back(
            client, broker, BACK, asked, **{KVK: linde.kvk_number, "sub": subject}
        )
        sessions.append(dict(client.session))

    assert sessions[0]["employee"] == sessions[2]["employee"] != sessions[1]["employee"]
    assert "jan@" not in str(sessions)


@pytest.mark.parametrize("claims", [{}, {KVK: ""}, {KVK: 7}, {KVK: "x", "nonce": "another"}])
def test_a_token_that_says_no_number_lets_nobody_in(
    broker: Broker, linde: Provider, claims: dict[str, Any]
) -> None:
    client = Client()

    answer = tests.broker.come_back(client, broker, BACK, sent_to_broker(client), **claims)

    assert answer.status_code == 503
    assert "provider" not in client.session


def test_a_level_that_is_too_low_is_explained(
    broker: Broker, linde: Provider, settings: Any
) -> None:
    settings.EHERKENNING_LEVELS = ["eh3"]
    client = Client(headers={"accept-language": "nl"})
    number = {KVK: linde.kvk_number}

    low = tests.broker.come_back(client, broker, BACK, sent_to_broker(client), acr="eh2", **number)
    high = tests.broker.come_back(client, broker, BACK, sent_to_broker(client), acr="eh3", **number)

    assert low.status_code == 403
    assert "Log in met een hoger niveau" in text(low)
    assert high.status_code == 302


def test_an_organisation_that_is_no_provider_is_told_so(broker: Broker, db: None) -> None:
    client = Client(headers={"accept-language": "nl"})

    answer = tests.broker.come_back(
        client, broker, BACK, sent_to_broker(client), **{KVK: "12345678"}
    )

    assert answer.status_code == 403
    assert "Uw organisatie is nog geen opleider" in text(answer)


def test_cancelling_at_the_broker_leads_home(broker: Broker, db: None) -> None:
    client = Client()
    asked = sent_to_broker(client)

    answer = client.get(BACK, {"error": "access_denied", "state": asked["state"]})

    assert answer["Location"] == "/opleiders/"


def test_in_development_there_is_no_way_back_from_a_broker(db: None) -> None:
    assert Client().get(BACK).status_code == 404


def test_logging_in_for_a_provider_ends_the_session_of_a_citizen(school: School) -> None:
    client = Client()
    session = client.session
    session["account_code"] = "someone"
    session.save()

    client.post("/opleiders/inloggen", {"kvk": school.provider.kvk_number})

    assert "account_code" not in client.session


def test_a_form_left_open_does_nothing_for_who_logs_in_next(school: School) -> None:
    desk = Client(enforce_csrf_checks=True, headers={"accept-language": "nl"})
    number = {"kvk": school.provider.kvk_number}
    desk.get("/opleiders/inloggen")
    left_open = desk.cookies[configured.CSRF_COOKIE_NAME].value
    desk.post("/opleiders/inloggen", {**number, "csrfmiddlewaretoken": left_open})
    again = desk.post("/opleiders/uitloggen", {"csrfmiddlewaretoken": left_open})

    assert again.status_code == 403
    assert desk.get("/opleiders/").status_code == 200


WRITTEN = {"name": "Lassen & lijmen", "description": "Eerst\ndit,\ndan dat.", "place": ""}


def test_what_was_filled_in_can_be_copied_when_the_session_ended(school: School) -> None:
    desk = log_in(school.provider)
    with time_machine.travel(MONDAY + timedelta(minutes=16), tick=False):
        answer = desk.post("/opleiders/opleidingen/nieuw", {**WRITTEN, "once": str(uuid4())})

    assert answer.status_code == 403
    assert copied_from(answer) == "name: Lassen & lijmen\ndescription: Eerst\ndit,\ndan dat."


@pytest.mark.parametrize(("site", "shown"), [("same-origin", True), ("cross-site", False)])
def test_and_when_somebody_logged_in_meanwhile(school: School, site: str, shown: bool) -> None:
    desk = Client(enforce_csrf_checks=True, headers={"accept-language": "nl"})

    answer = desk.post("/opleiders/opleidingen/nieuw", WRITTEN, headers={"sec-fetch-site": site})

    assert answer.status_code == 403
    assert bool(copied_from(answer)) == shown


def copied_from(answer: Any) -> str:
    page = answer.content.decode()
    found = re.search(r'<textarea[^>]*id="id_written"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def test_fifteen_idle_minutes_end_the_session_and_the_page_says_so(school: School) -> None:
    desk = log_in(school.provider)
    with time_machine.travel(MONDAY + timedelta(minutes=16), tick=False):
        answer = desk.get("/opleiders/declaraties")

    assert answer.status_code == 403
    assert "U bent uitgelogd" in text(answer)
    assert "no-store" in answer["Cache-Control"]


def test_who_works_for_a_provider_is_not_told_to_be_logged_out(school: School) -> None:
    answer = log_in(school.provider).get("/opleidingen")

    assert answer.status_code == 403
    assert "Log eerst in" in text(answer)
    assert "U bent uitgelogd" not in text(answer)


def test_after_logging_out_nothing_is_left(school: School) -> None:
    desk = log_in(school.provider)
    desk.post("/opleiders/uitloggen")

    assert desk.get("/opleiders/").status_code == 403
    assert desk.get("/opleiders/uitloggen").status_code == 405
