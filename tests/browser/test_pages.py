"""Every page, on a phone and on a screen, in both languages, in light and dark: can it be used?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.browser.conftest import Site
from tests.browser.looking import NIGHT, PHONE, SCREEN, Look, problems_of, violations, visitor
from tests.portal.world import HENK_BSN

pytestmark = pytest.mark.browser

KIB = 1024
# Amounts of which the letters are not on one line.
AMOUNTS_ON_TWO_LINES = r"""main => {
    const broken = [], texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        for (const found of text.data.matchAll(/€\s?[\d.,]*\d/g)) {
            const range = document.createRange();
            range.setStart(text, found.index);
            range.setEnd(text, found.index + found[0].length);
            if (new Set([...range.getClientRects()].map(each => each.top)).size > 1) broken.push(found[0]);
        }
    }
    return broken;
}"""


@contextmanager
def as_henk(browser: Browser, site: Site, *, language: str = "nl") -> Iterator[Page]:
    with visitor(browser, site.url, language=language) as page:
        page.goto("/inloggen")
        page.fill("#id_bsn", HENK_BSN)
        page.click("#log-in-with-bsn")
        yield page


@pytest.mark.parametrize(("language", "looks"), [("nl", (PHONE, SCREEN, NIGHT)), ("en", (PHONE,))])
def test_every_page_is_accessible_and_fits(
    browser: Browser, site: Site, language: str, looks: tuple[Look, ...]
) -> None:
    with as_henk(browser, site, language=language) as page:
        assert problems_of(page, site.pages, *looks) == {}


@pytest.mark.parametrize("width", [320, 640])
def test_text_of_twice_the_size_fits(browser: Browser, site: Site, width: int) -> None:
    """As the page about accessibility promises (WCAG 1.4.4), and no amount is broken."""
    wide, broken = {}, {}
    with as_henk(browser, site) as page:
        page.set_viewport_size({"width": width, "height": 800})
        for name, path in site.pages.items():
            page.goto(path)
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                wide[name] = found
            if found := page.locator("main").evaluate(AMOUNTS_ON_TWO_LINES):
                broken[name] = found

    assert wide == {}
    assert broken == {}


def test_the_check_finds_what_is_wrong(browser: Browser, site: Site) -> None:
    with visitor(browser, site.url) as page:
        page.goto("/hulp")
        page.evaluate(
            "document.querySelector('main').innerHTML = '<img src=\"/static/portal/icon.svg\">'"
        )

        assert any(found.startswith("image-alt") for found in violations(page))


def weight_of(context: BrowserContext, path: str) -> int:
    answers: list[Response] = []
    page = context.new_page()
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    page.goto(path)
    weight = sum(len(answer.body()) for answer in answers)
    page.close()
    return weight


def test_a_page_with_all_it_needs_weighs_under_100_kib(browser: Browser, site: Site) -> None:
    """The bytes of each page and of everything it asks for, in a browser that keeps nothing."""
    with as_henk(browser, site) as page:
        weights = {name: weight_of(page.context, path) for name, path in site.pages.items()}

    assert min(weights.values()) > 40 * KIB, "the page, its style and its fonts were counted"
    assert {name: weight for name, weight in weights.items() if weight > 100 * KIB} == {}


def test_targets_are_large_enough_for_a_thumb(browser: Browser, site: Site) -> None:
    small = {}
    with as_henk(browser, site) as page:
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
