"""The pages of a provider's staff in a real browser: usable on a phone, by keyboard, and twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import URLPattern, reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from ontwikkelrekening.provider_area.urls import urlpatterns
from providers import suspending
from providers.claiming import take_up
from providers.clients import create_client
from providers.enrolling import code_for
from providers.importing import hand_in
from providers.models import Provider
from providers.outbox import drain
from providers.webhooks.managing import register, verify
from tests.browser.conftest import _maintain, _served
from tests.browser.looking import (
    NIGHT,
    PHONE,
    SCREEN,
    Look,
    problems_here,
    problems_of,
    visitor,
)
from tests.browser.test_audit_pages import monkeypatch_module
from tests.providers.world import (
    agreed,
    claim,
    de_linde,
    digital_skills,
    paid,
    recovered,
    redeemed,
    suspended,
)

__all__ = ["monkeypatch_module"]
pytestmark = pytest.mark.browser
NO_PAGES = {"logged_in", "log_out"}
HEADER = "primaryCode;name;category;price;studyLoad\n"
FILE = f"{HEADER}A;{'Een lange naam ' * 9};module;12,50;8\nA;{'x' * 300};wellness;gratis;-1\n"


@dataclass(frozen=True)
class Desk:
    """Where De Linde's staff work, the address of each of their pages, and a code to hand in."""

    url: str
    kvk: str
    pages: dict[str, str]
    code: str
    newcomer: str  # the KvK number of a provider whose first IBAN waits for a second person


@pytest.fixture(scope="module")
def desk(
    browser: Browser, django_db_blocker: pytest.FixtureRequest, monkeypatch_module: None
) -> Iterator[Desk]:
    """A provider with something of everything, served as production does."""
    citizens_database = str(connection.settings_dict["NAME"])  # the site's, while it is served
    template = citizens_database.rpartition("_")[0]
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
        _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = name
        try:
            provider = de_linde()
            pages, code = _work_of(provider)
            newcomer = de_linde("Taalhuis", is_paid=False)
            connections.close_all()
            with _served(name) as url:
                yield Desk(url, provider.kvk_number, pages, code, newcomer.kvk_number)
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = citizens_database
            _maintain(f'DROP DATABASE "{name}" WITH (FORCE)')


def _work_of(provider: Provider) -> tuple[dict[str, str], str]:
    """Every page there is, with courses, claims in each state and one recovered, payments suspended, a dead letter and software."""
    now = timezone.now()
    yesterday: dict[str, Any] = {"starts_on": (now - timedelta(days=1)).date(), "at": now}
    course = digital_skills(provider)
    draft = digital_skills(
        provider, code="LANG-" + "X" * 50, name="Een opleiding met een lange naam " * 4
    )
    begun = redeemed(course, **yesterday)
    owed = recovered(paid(claim(begun, at=now), at=now), at=now)
    suspending.lift(suspended(provider, reason="Eerder " * 60, at=now), by="olga", at=now)
    suspended(provider, reason="x" * 500, at=now)
    endpoint = register(provider, "http://127.0.0.1:9/een/lang/pad/naar/uw/software/events", at=now)
    verify(endpoint, endpoint.challenge, at=now)
    client, _ = create_client(provider, name="Leerlingvolgsysteem", scopes=["claims", "courses"])
    running = redeemed(course, **yesterday)
    in_file = claim(begun, at=now)
    in_review = claim(running, "completion", evidence={"attendance": 60}, at=now)
    drain()
    in_file.refresh_from_db()
    take_up({in_file.pk: "OR-2026-000123"}, actor="paul", at=now)
    letter = endpoint.deliveries.filter(event__type__endswith="claim.approved").get()
    letter.attempts, letter.due_at, letter.answer = 10, None, "HTTP 500"
    letter.save()
    file = hand_in(provider, FILE, name="opleidingen.csv", by="employee:x", at=now)
    subjects: dict[tuple[str, ...], list[Any]] = {
        ("course", "publish", "withdraw_course"): [course.pk],
        ("revise",): [draft.pk],
        ("take_in_courses",): [file.pk],
        ("enrolment",): [running.pk],
        ("submit",): [running.pk, "completion"],
        ("claim", "withdraw_claim"): [in_review.pk],
        ("client", "rotate_secret", "end_old_secrets", "replace_keys", "revoke"): [client.pk],
        ("webhook", "verify_webhook", "rotate_webhook", "remove_webhook"): [endpoint.pk],
        ("delivery", "send_again"): [endpoint.pk, letter.pk],
    }
    arguments = {name: about for names, about in subjects.items() for name in names}
    wanted = {str(each.name) for each in urlpatterns if isinstance(each, URLPattern)} - NO_PAGES
    pages = {
        name: reverse(f"provider_area:{name}", args=arguments.get(name, [])) for name in wanted
    }
    pages["recovered claim"] = reverse("provider_area:claim", args=[owed.pk])
    return pages, code_for(agreed(course, starts_on=now.date(), at=now).pk)


@contextmanager
def at_the_desk(
    browser: Browser, desk: Desk, *, width: int = 1280, language: str = "nl", kvk: str = ""
) -> Iterator[Page]:
    with visitor(browser, desk.url, width=width, language=language) as page:
        page.goto("/opleiders/inloggen")
        page.fill("#id_kvk", kvk or desk.kvk)
        page.click("#log-in-with-kvk")
        page.wait_for_url(f"{desk.url}/opleiders/")
        yield page


@pytest.mark.parametrize(("language", "looks"), [("nl", (PHONE, SCREEN, NIGHT)), ("en", (PHONE,))])
def test_every_page_is_accessible_and_fits(
    browser: Browser, desk: Desk, language: str, looks: tuple[Look, ...]
) -> None:
    with at_the_desk(browser, desk, language=language) as page:
        assert problems_of(page, desk.pages, *looks) == {}


def test_what_a_provider_without_iban_sees_is_accessible_and_fits(
    browser: Browser, desk: Desk
) -> None:
    pages = {name: desk.pages[name] for name in ("home", "payments")}
    with at_the_desk(browser, desk, kvk=desk.newcomer) as page:
        assert problems_of(page, pages, PHONE, SCREEN, NIGHT) == {}


def test_the_word_for_a_state_is_not_broken_on_a_phone(browser: Browser, desk: Desk) -> None:
    with at_the_desk(browser, desk, width=320) as page:
        page.goto(desk.pages["recovered claim"])
        height = "state => state.offsetHeight"

        longest, short = (
            page.locator(".sheet td .state", has_text=word).last.evaluate(height)
            for word in ("teruggevorderd", "betaald")
        )

        assert longest == short


def test_what_a_stranger_sees_is_accessible_and_fits(browser: Browser, desk: Desk) -> None:
    pages = {name: desk.pages[name] for name in ("home", "log_in", "claims")}
    with visitor(browser, desk.url) as page:
        assert problems_of(page, pages, PHONE, SCREEN) == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_a_form_with_errors_is_accessible_and_leads_to_the_field(
    browser: Browser, desk: Desk, width: int
) -> None:
    with at_the_desk(browser, desk, width=width) as page:
        page.goto(desk.pages["register"])
        page.click("main form button")

        assert problems_here(page, Look(width)) == []
        page.click("#errors a >> nth=0")
        assert page.evaluate("document.activeElement.id") == "id_code"


def test_a_code_is_handed_in_and_claimed_by_keyboard_alone(browser: Browser, desk: Desk) -> None:
    with at_the_desk(browser, desk) as page:
        page.goto(desk.pages["redeem"])
        _tab_to(page, "#id_code")
        page.keyboard.type(desk.code)
        page.keyboard.press("Enter")
        page.get_by_role("status").filter(has_text="De burger is ingeschreven.").wait_for()
        _tab_to(page, "a[href$='/declareren/start']")
        page.keyboard.press("Enter")
        _tab_to(page, "#id_amount")
        page.keyboard.press("Enter")

        page.get_by_role("status").filter(has_text="De declaratie is ingediend.").wait_for()


def test_a_file_is_handed_in_and_taken_in_by_keyboard_alone(
    browser: Browser, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "opleidingen.csv"
    path.write_text(f"{HEADER}BLOEM-1;Bloemschikken;module;45,00;6\n")
    with at_the_desk(browser, desk) as page:
        page.on("filechooser", lambda _: None)  # from here on the browser asks us, not a person
        page.goto(desk.pages["hand_in_courses"])
        _tab_to(page, "#id_file")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Space")
        chooser.value.set_files(path)
        _tab_to(page, "main form button")
        page.keyboard.press("Enter")
        page.get_by_role("cell", name="Bloemschikken").wait_for()
        _tab_to(page, "main form button")
        page.keyboard.press("Enter")
        page.get_by_role("status").filter(has_text="Nieuwe opleidingen: 1").wait_for()

        page.goto(f"{desk.pages['courses']}?state=published")
        assert page.get_by_role("link", name="Bloemschikken").count() == 1


def test_a_double_click_registers_one_course(browser: Browser, desk: Desk) -> None:
    with at_the_desk(browser, desk) as page:
        page.goto(desk.pages["register"])
        for name, value in {
            "code": "DUBBEL",
            "name": "Dubbel",
            "price": "100",
            "hours": "8",
        }.items():
            page.fill(f"#id_{name}", value)
        page.dblclick("main form button")
        page.get_by_role("heading", name="Dubbel").wait_for()

        page.goto(f"{desk.pages['courses']}?state=draft")
        assert page.get_by_role("link", name="Dubbel").count() == 1


def _tab_to(page: Page, selector: str) -> None:
    page.wait_for_selector(selector)
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {selector}.")
