"""Every page, on a phone and on a screen, in both languages, in light and dark: can it be used?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, StorageState

from tests.browser.conftest import Site
from tests.portal.world import HENK_BSN

pytestmark = pytest.mark.browser

AXE = Path(__file__).with_name("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KIB = 1024


@contextmanager
def opened(
    browser: Browser,
    site: Site,
    *,
    width: int,
    language: str,
    scheme: str = "light",
    as_bsn: str | None = HENK_BSN,
) -> Iterator[Page]:
    """A page in a fresh browser, logged in; nothing may complain on its console."""
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 800},
        locale=language,
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    if as_bsn:
        page.goto("/inloggen")
        page.fill("#id_bsn", as_bsn)
        page.click("#log-in-with-bsn")
    yield page
    context.close()
    assert [each for each in complaints if "status of 4" not in each] == []


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page, as one line a finding."""
    page.evaluate(AXE)
    found = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})",
        RULES,
    )["violations"]
    return [f"{each['id']}: {json.dumps([n['target'] for n in each['nodes']])}" for each in found]


@pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [
        (320, "nl", "light"),
        (1280, "nl", "light"),
        (320, "en", "light"),
        (1280, "en", "light"),
        (320, "nl", "dark"),
    ],
)
def test_every_page_is_accessible_and_fits(
    browser: Browser, site: Site, width: int, language: str, scheme: str
) -> None:
    problems = {}
    with opened(browser, site, width=width, language=language, scheme=scheme) as page:
        for name, path in site.pages.items():
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            found = violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append("scrolls sideways")
            if found:
                problems[name] = found

    assert problems == {}


def test_the_check_finds_what_is_wrong(browser: Browser, site: Site) -> None:
    with opened(browser, site, width=320, language="nl", as_bsn=None) as page:
        page.goto("/hulp")
        page.evaluate(
            "document.querySelector('main').innerHTML = '<img src=\"/static/portal/icon.svg\">'"
        )

        assert any(found.startswith("image-alt") for found in violations(page))


def weight_of(browser: Browser, site: Site, path: str, state: StorageState) -> int:
    """The bytes of a page and of everything it asks for, in a browser that has nothing yet."""
    answers: list[Response] = []
    context = browser.new_context(base_url=site.url, storage_state=state)
    page = context.new_page()

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    page.goto(path)
    weight = sum(len(answer.body()) for answer in answers)
    context.close()
    return weight


def test_a_page_with_all_it_needs_weighs_under_100_kib(browser: Browser, site: Site) -> None:
    with opened(browser, site, width=1280, language="nl") as page:
        logged_in = page.context.storage_state()
    weights = {name: weight_of(browser, site, path, logged_in) for name, path in site.pages.items()}

    assert min(weights.values()) > 40 * KIB, "the page, its style and its fonts were counted"
    assert {name: weight for name, weight in weights.items() if weight > 100 * KIB} == {}


def test_targets_are_large_enough_for_a_thumb(browser: Browser, site: Site) -> None:
    small = {}
    with opened(browser, site, width=320, language="nl") as page:
        for name, path in site.pages.items():
            page.goto(path)
            found = page.evaluate(
                """() => [...document.querySelectorAll(
                        'button, nav a, .utrecht-button, .back, .choice, summary, footer a')]
                    .filter(each => each.offsetParent !== null)
                    .filter(each => each.getBoundingClientRect().height < 44)
                    .map(each => each.textContent.trim())"""
            )
            if found:
                small[name] = found

    assert small == {}
