"""Logging in and out, and what a session may and may not do."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from ontwikkelrekening.budgets.models import Application, Pause
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Circumstance, Citizen
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.models import Decision, Objection, ObjectionState
from ontwikkelrekening.sessions import SessionStore
from providers.models import Enrolment
from tests.budgets.round_world import DURING, published
from tests.portal.world import FATIMA_BSN, HENK_BSN, TODAY, Town, log_in

SOME_ID = "00000000-0000-4000-8000-000000000000"
PUBLIC = {"home", "log_in", "log_out", "help", "accessibility", "what_if", "logged_in"}


ADDRESSED_BY = {
    "": "",
    **{
        f"{what}_id": SOME_ID
        for what in ("tranche", "decision", "course", "enrolment", "objection")
    },
    "kind": "contract",
    "fact_id": "1",
}


def citizen_pages() -> list[str]:
    """Every page of the portal that is about one citizen."""
    names = [name for name in get_resolver("ontwikkelrekening.portal.urls").reverse_dict if name]
    wanted = sorted(name for name in names if isinstance(name, str) and name not in PUBLIC)
    return [_path(name) for name in wanted]


def _path(name: str) -> str:
    for argument, value in ADDRESSED_BY.items():
        try:
            return reverse(f"portal:{name}", kwargs={argument: value} if argument else {})
        except Exception:  # noqa: S112
            continue
    raise AssertionError(f"How is {name} reached?")


def test_fatima_chooses_herself_in_the_labelled_login_and_sees_her_name(town: Town) -> None:
    page = log_in(FATIMA_BSN).get("/").content.decode()

    assert "Goedemorgen, Fatima" in page


def test_nobody_is_wished_a_good_night(fatima: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 0, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))):
        assert "Goedenavond, Fatima" in log_in(FATIMA_BSN).get("/").content.decode()


def test_the_development_login_says_what_it_is(town: Town) -> None:
    page = Client(headers={"accept-language": "nl"}).get("/inloggen").content.decode()

    assert "Dit is de login voor ontwikkelaars" in page
    assert "Fatima" in page


def test_an_unknown_bsn_keeps_what_was_typed_and_says_so_twice(town: Town) -> None:
    answer = Client(headers={"accept-language": "nl"}).post("/inloggen", {"bsn": "123456782"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count("We kennen niemand met dit BSN.") == 2
    assert 'value="123456782"' in page
    assert 'href="#id_bsn"' in page


@pytest.mark.parametrize("path", citizen_pages())
def test_a_page_about_a_citizen_asks_a_stranger_to_log_in(town: Town, path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 403
    assert "no-store" in answer["Cache-Control"]
    assert f"next={quote(path, safe='')}" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/afschrift", "/keuzes", "/besluiten", "/opleidingen"])
def test_a_page_of_a_citizen_is_never_stored(fatima: Client, path: str) -> None:
    answer = fatima.get(path)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_logging_in_starts_a_new_session(town: Town) -> None:
    client = log_in(HENK_BSN)
    before = client.session.session_key

    client.post("/inloggen", {"bsn": FATIMA_BSN})

    assert client.session.session_key != before
    assert client.session["account_code"] == town.fatima


def test_fifteen_idle_minutes_end_the_session_and_the_page_says_so(fatima: Client) -> None:
    with time_machine.travel(TODAY + timedelta(minutes=14), tick=False):
        assert fatima.get("/afschrift").status_code == 200
    with time_machine.travel(TODAY + timedelta(minutes=30), tick=False):
        answer = fatima.get("/afschrift")

    assert answer.status_code == 403
    assert "U bent uitgelogd" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "answers", "copied"),
    [
        ("/tijdvakken/voorjaar/aanvragen", {"wanted": "600"}, "600"),
        ("/tijdvakken/voorjaar/aanvragen", {"wanted": "600", "send": "1"}, "600"),
        ("/pauze/controleren", {"until": "2026-04-01"}, "2026-04-01"),
        (
            "/mijn-gegevens/contract",
            {"value": "agency", "valid_from": "2026-03-01", "valid_until": "2026-06-01"},
            "2026-03-01\n2026-06-01",
        ),
    ],
)
def test_what_was_filled_in_for_too_long_can_be_copied(
    fatima: Client, path: str, answers: dict[str, str], copied: str
) -> None:
    with time_machine.travel(TODAY + timedelta(minutes=30), tick=False):
        page = fatima.post(path, answers).content.decode()

    assert "Wat u net verstuurde, is niet aangekomen." in page
    assert f'aria-describedby="written-hint">{copied}</textarea>' in page


def test_staying_needs_a_session_and_renews_it(fatima: Client) -> None:
    stayed = fatima.head("/er-nog")
    fatima.post("/uitloggen")

    assert (stayed.status_code, fatima.head("/er-nog").status_code) == (204, 403)
    assert settings.SESSION_COOKIE_NAME in stayed.cookies


def test_after_logging_out_nothing_is_left(fatima: Client) -> None:
    fatima.post("/uitloggen")

    answer = fatima.get("/afschrift")

    assert "Log eerst in" in answer.content.decode()
    assert fatima.get("/uitloggen").status_code == 405


def test_the_login_leads_back_to_our_own_pages_only(town: Town) -> None:
    inside = Client().post("/inloggen", {"bsn": FATIMA_BSN, "next": "/keuzes"})
    outside = Client().post("/inloggen", {"bsn": FATIMA_BSN, "next": "https://example.org/"})

    assert inside["Location"] == "/keuzes"
    assert outside["Location"] == "/"


def test_without_the_mock_there_is_no_mock(town: Town, settings: object) -> None:
    settings.LOGIN = "oidc"  # type: ignore[attr-defined]

    answer = Client().post("/inloggen", {"bsn": FATIMA_BSN})

    assert answer.status_code != 302 or "bsn" not in answer["Location"]
    assert Client().get("/").status_code == 200


def test_a_form_without_its_secret_is_refused_kindly(town: Town) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "nl"})

    answer = client.post("/inloggen", {"bsn": FATIMA_BSN})

    assert answer.status_code == 403
    assert "Deze pagina stond te lang open" in answer.content.decode()


def secret_on(client: Client, path: str) -> str:
    """The secret in the forms of a page, as it stands in a tab that is left open."""
    found = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).content.decode()
    )
    assert found
    return found[1]


@pytest.mark.parametrize("logs_out", [True, False])
def test_a_page_left_open_does_nothing_for_who_logs_in_next(town: Town, logs_out: bool) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "nl"})
    who = {"bsn": HENK_BSN, "csrfmiddlewaretoken": secret_on(browser, "/inloggen")}
    assert browser.post("/inloggen", who).status_code == 302
    course = f"/opleidingen/{town.course.pk}/controleren"
    of_henk = secret_on(browser, f"{course}?start=2026-03-09")
    if logs_out:
        browser.post("/uitloggen", {"csrfmiddlewaretoken": secret_on(browser, "/")})
    who = {"bsn": FATIMA_BSN, "csrfmiddlewaretoken": secret_on(browser, "/inloggen")}
    assert browser.post("/inloggen", who).status_code == 302
    choice = {"start": "2026-03-09", "price": "26000", "own": "0", "id": SOME_ID}
    fact = {"value": "agency", "valid_from": "2026-03-01"}

    answers = [
        browser.post(course, {**choice, "csrfmiddlewaretoken": of_henk}),
        browser.post("/mijn-gegevens/contract", {**fact, "csrfmiddlewaretoken": of_henk}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "Of er is intussen iemand in- of uitgelogd." in answers[0].content.decode()
    assert not Enrolment.objects.exists()
    assert not Circumstance.objects.filter(value="agency", valid_from="2026-03-01").exists()
    choice["csrfmiddlewaretoken"] = secret_on(browser, f"{course}?start=2026-03-09")
    assert browser.post(course, choice).status_code == 302, "her own form works"


@pytest.mark.parametrize("path", ["/", *citizen_pages()])
def test_the_session_of_somebody_who_was_erased_ends(fatima: Client, town: Town, path: str) -> None:
    erase(Citizen.objects.get(account_code=town.fatima), at=TODAY)

    answer = fatima.get(path)

    assert answer.status_code == 403
    assert "Log eerst in" in answer.content.decode()
    assert "account_code" not in fatima.session
    assert fatima.get("/").status_code == 200


def test_somebody_who_was_erased_does_nothing_any_more(fatima: Client, town: Town) -> None:
    decision = Decision.objects.get(account_code=town.fatima)
    filed = objecting.file(decision, words="Waarom?", on=TODAY.date(), at=TODAY)
    published(town.scheme)
    erase(Citizen.objects.get(account_code=town.fatima), at=TODAY)
    acts = {
        "/pauze/controleren": {"until": "2026-03-09"},
        f"/opleidingen/{town.course.pk}/controleren": {
            "start": "2026-03-09",
            "price": "26000",
            "own": "0",
            "id": SOME_ID,
        },
        f"/bezwaren/{filed.pk}/intrekken": {},
        f"/besluiten/{decision.pk}/bezwaar": {"words": "Nog een.", "send": "1"},
        "/tijdvakken/voorjaar/aanvragen": {"wanted": "500"},
    }

    with time_machine.travel(DURING, tick=False):
        for path, answers in acts.items():
            assert log_in_again(fatima, town.fatima).post(path, answers).status_code == 403, path

    assert not Pause.objects.exists()
    assert not Enrolment.objects.exists()
    assert not Application.objects.exists()
    assert Objection.objects.get().state == ObjectionState.FILED


def log_in_again(client: Client, account: str) -> Client:
    """The session as it was before the erased were refused."""
    session = client.session
    session["account_code"] = account
    session.save()
    assert session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def test_the_language_is_switched_with_a_button_and_stays(fatima: Client) -> None:
    fatima.post("/taal/setlang/", {"language": "en", "next": "/"})

    page = fatima.get("/").content.decode()

    assert "Good morning, Fatima" in page
    assert '<html lang="en">' in page


def test_no_template_carries_a_script_or_a_style_of_its_own() -> None:
    for file in Path("ontwikkelrekening/portal/templates").rglob("*.html"):
        source = file.read_text()
        assert "style=" not in source, file
        assert "<style" not in source, file
        assert "<script>" not in source, file


def test_a_session_outlives_a_restart_of_the_database(
    own_database: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        session = SessionStore()
        session["account_code"] = "NL-0001"
        session.create()
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [own_database],
            )

        assert SessionStore(session.session_key)["account_code"] == "NL-0001"
