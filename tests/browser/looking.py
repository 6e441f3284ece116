"""Looks at pages as people do, on a phone, on a screen and in the dark: what keeps them from using it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

AXE = Path(__file__).with_name("axe.min.js")
LOGINS = "#id_password, #id_bsn, #id_kvk"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Look:
    """How wide the page is, in CSS pixels, and in which colours."""

    width: int
    scheme: Literal["light", "dark"] = "light"


PHONE, SCREEN, NIGHT = Look(320), Look(1280), Look(320, "dark")


@contextmanager
def visitor(
    browser: Browser, url: str, *, width: int = 320, language: str = "nl"
) -> Iterator[Page]:
    """A page of a fresh browser; nothing may complain on its console."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 800},
        locale=language,
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    yield page
    context.close()
    wrong = [each for each in complaints if "status of 4" not in each]
    assert not wrong, wrong


def problems_of(page: Page, pages: dict[str, str], *looks: Look) -> dict[str, list[str]]:
    """The problems of pages that have any, by name; one that sends to the login is no page to see."""
    problems = {}
    page.context.add_init_script(path=AXE)  # sent once; to each page by itself takes a third more
    for name, path in pages.items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = problems_here(page, *looks)
        if page.locator(LOGINS).count() and name not in ("login", "log_in"):
            found.append("is not the page but the login")
        if found:
            problems[name] = found
    return problems


def problems_here(page: Page, *looks: Look) -> list[str]:
    """What axe-core finds on the page as it is now, and whether it scrolls sideways, in each look."""
    problems = []
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": 800})
        page.emulate_media(color_scheme=look.scheme)
        found = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > look.width:
            found.append("scrolls sideways")
        problems += [f"{look.width} {look.scheme}: {each}" for each in found]
    return problems


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page once it stands still, as one line a finding."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")
    found = page.evaluate(
        """rules => axe.run(document, {
            preload: false, resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})""",
        RULES,
    )["violations"]
    return [f"{each['id']}: {json.dumps([n['target'] for n in each['nodes']])}" for each in found]
