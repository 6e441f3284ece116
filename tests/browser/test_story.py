"""Fatima's story in a real browser: with the keyboard only, and once more without JavaScript."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.portal.world import FATIMA_BSN, NOOR_BSN

pytestmark = pytest.mark.browser

CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$")
STARTS_ON = date.today() + timedelta(days=14)  # noqa: DTZ011
FOCUSED = """() => {
    const focused = document.activeElement;
    const label = focused.labels && focused.labels.length ? focused.labels[0].textContent : '';
    return (label || focused.textContent).trim().replace(/\\s+/g, ' ');
}"""
SIZE = "(element => parseFloat(getComputedStyle(element).fontSize))"
RING = "() => getComputedStyle(document.activeElement).outlineWidth"


def tab_to(page: Page, words: str) -> None:
    """Press Tab until something that begins with these words has the focus, and is seen to."""
    passed = []
    for _ in range(80):
        page.keyboard.press("Tab")
        here = str(page.evaluate(FOCUSED))
        if here.startswith(words):
            assert page.evaluate(RING) == "3px", f"the focus on {words} cannot be seen"
            return
        passed.append(here)
    raise AssertionError(f"no way to {words!r} by keyboard; passed {passed}")


def press(page: Page, words: str) -> None:
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_date(page: Page, day: date) -> None:
    """Into a date field that has the focus, in whichever order this browser asks."""
    for order in ("%m%d%Y", "%d%m%Y"):
        page.keyboard.type(day.strftime(order))
        if page.input_value("#id_start") == day.isoformat():
            return
        page.keyboard.press("Shift+Tab")
        page.fill("#id_start", "")
        page.focus("#id_start")
    raise AssertionError("the date field takes no date")


def test_fatima_gets_her_code_with_the_keyboard_alone(browser: Browser, site: Site) -> None:
    page = browser.new_page(base_url=site.url, locale="nl")
    page.goto("/")
    press(page, "Log in en zie uw tegoed")
    press(page, "Fatima")
    expect(page.locator("#balance")).to_have_text(re.compile(r"€.\d"))

    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Naar de inhoud"
    page.keyboard.press("Enter")
    press(page, "Ik heb een opleiding gevonden")
    tab_to(page, "Wat wilt u leren?")
    page.keyboard.type("digitale")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "Basis digitale vaardigheden")
    expect(page.locator("main")).to_contain_text("U betaalt zelf niets.")
    press(page, "Dit kiezen")

    press(page, "Verder")
    assert page.evaluate("document.activeElement.id") == "errors"
    press_error_link(page)
    type_date(page, STARTS_ON)
    press(page, "Verder")
    expect(page.locator("h1")).to_have_text("Klopt dit?")
    press(page, "Ja, ik kies dit")

    expect(page.locator("#code")).to_have_text(CODE)
    press(page, "Deze keuze annuleren")
    press(page, "Ja, annuleren")
    expect(page.locator("main")).to_contain_text("Geannuleerd")
    page.context.close()


def press_error_link(page: Page) -> None:
    """The link in the summary leads to the field itself."""
    tab_to(page, "Vul de dag in")
    page.keyboard.press("Enter")
    page.focus("#id_start")


def test_what_is_filled_in_is_not_lost_to_another_language(browser: Browser, site: Site) -> None:
    page = browser.new_page(base_url=site.url, locale="nl")
    english = page.get_by_role("button", name="EN English")
    page.goto("/wat-krijg-ik")
    english.click()
    expect(page.locator("h1")).to_have_text("What would I get?")

    page.select_option("#id_contract", "on_call")
    expect(english).to_be_hidden()
    page.get_by_role("link", name="Help").first.click()
    expect(english).to_be_visible()
    page.go_back()
    assert page.input_value("#id_contract") == "on_call"
    expect(english).to_be_hidden()

    page.goto("/inloggen")
    page.fill("#id_bsn", FATIMA_BSN)
    page.click("#log-in-with-bsn")
    page.goto("/opleidingen")
    page.fill("#q", "zorg")
    expect(english).to_be_visible()
    page.context.close()


def test_everything_works_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto("/afschrift")
    page.get_by_role("link", name="Log in").click()
    page.fill("#id_bsn", FATIMA_BSN)
    page.click("#log-in-with-bsn")
    expect(page.locator("h1")).to_have_text("Everything that happened")
    page.get_by_role("button", name="NL Nederlands").click()
    expect(page.locator("h1")).to_have_text("Alles wat er gebeurde")

    page.goto(f"/opleidingen/{site.course}/kiezen")
    page.fill("#id_start", STARTS_ON.isoformat())
    page.get_by_role("button", name="Verder").click()
    expect(page.locator("h1")).to_have_text(
        "Klopt dit?"
    )  # before a way back there is a page to leave
    page.go_back()
    assert page.input_value("#id_start") == STARTS_ON.isoformat()
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Klopt dit?")
    page.get_by_role("button", name="Ja, ik kies dit").click()

    expect(page.locator("#code")).to_have_text(CODE)
    context.close()


def test_back_after_sending_leads_to_a_page(browser: Browser, site: Site) -> None:
    page = browser.new_page(base_url=site.url, locale="nl")
    page.goto("/inloggen")
    page.fill("#id_bsn", NOOR_BSN)
    page.click("#log-in-with-bsn")

    page.goto(site.pages["round"])
    page.get_by_role("button", name="Aanvragen").click()
    page.get_by_role("link", name="Aanpassen").click()
    page.fill("#id_wanted", "300")
    page.get_by_role("button", name="Aanvragen").click()
    page.get_by_role("button", name="Ja, vraag dit aan").click()
    expect(page.locator("#application")).to_contain_text("300,00")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Klopt dit?")

    page.goto("/pauze")
    page.fill("#id_until", STARTS_ON.isoformat())
    page.get_by_role("button", name="Pauzeren").click()
    page.get_by_role("button", name="Ja, zet mijn rekening op pauze").click()
    expect(page.locator("h1")).to_have_text("Uw rekening staat op pauze")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Uw rekening staat op pauze")
    page.context.close()


def test_two_minutes_before_the_session_ends_the_page_asks(browser: Browser, site: Site) -> None:
    page = browser.new_page(base_url=site.url, locale="nl")
    page.goto("/inloggen")
    page.clock.install()
    page.fill("#id_bsn", FATIMA_BSN)
    page.click("#log-in-with-bsn")
    warning = page.locator("#time")
    page.wait_for_url("/", wait_until="load")  # its clock starts when the page is there
    page.clock.fast_forward("12:30")
    expect(warning).to_be_hidden()

    page.clock.fast_forward("01:00")
    expect(warning).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Ik ben er nog").click()
    expect(warning).to_contain_text("Dat lukte niet.")

    page.context.set_offline(False)
    page.focus(".brand")
    page.focus("#time button")
    with page.expect_response(lambda answer: answer.request.method == "HEAD") as stayed:
        page.keyboard.press("Enter")

    assert stayed.value.ok
    assert "sessionid" in (stayed.value.all_headers().get("set-cookie") or "")
    expect(warning).to_be_hidden()
    expect(page.locator(".brand")).to_be_focused()

    page.clock.fast_forward("15:00")
    expect(warning).to_be_hidden()
    expect(page.get_by_text("We hebben u uitgelogd")).to_be_visible()
    page.context.close()


def test_who_comes_back_too_late_or_in_another_tab_reads_what_is_so(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.url, locale="nl")
    page = context.new_page()
    page.goto("/inloggen")
    page.clock.install()
    page.fill("#id_bsn", FATIMA_BSN)
    page.click("#log-in-with-bsn")
    page.wait_for_url("/", wait_until="load")
    page.clock.fast_forward("14:00")
    expect(page.locator("#time")).to_be_visible()
    context.new_page().goto("/keuzes")
    expect(page.locator("#time")).to_be_hidden()

    page.clock.fast_forward("14:00")
    context.clear_cookies()
    page.get_by_role("button", name="Ik ben er nog").click()

    expect(page.locator("#time")).to_be_hidden()
    expect(page.locator("#time-is-up")).to_be_visible()
    context.close()


def test_what_is_printed_is_the_letter_and_not_the_buttons(browser: Browser, site: Site) -> None:
    page = browser.new_page(base_url=site.url, locale="nl")
    page.goto("/inloggen")
    page.fill("#id_bsn", FATIMA_BSN)
    page.click("#log-in-with-bsn")
    page.goto("/afschrift")
    page.emulate_media(media="print")

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".only-print")).to_be_visible()
    expect(page.locator(".site-header")).to_be_hidden()
    expect(
        page.locator("main .lines .small a").first
    ).to_be_hidden()  # a link to press says nothing here
    body = page.evaluate(f"{SIZE}(document.body)")
    for secondary in (".lines__date", ".lines .small"):
        assert page.locator(secondary).first.evaluate(SIZE) < body
    page.goto("/besluiten")
    page.click("main .lines a")
    expect(page.get_by_text("Leeftijd", exact=True)).to_be_visible()  # closed on screen
    page.emulate_media(media="screen")
    expect(page.get_by_text("Leeftijd", exact=True)).to_be_hidden()
    page.context.close()
