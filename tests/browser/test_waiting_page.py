"""The waiting page in a real browser: it can be used by everyone, and goes on when the turn comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from playwright.sync_api import Browser

from ontwikkelrekening.waiting_room.room import WaitingRoom, key_from
from tests.browser.looking import AXE, violations

pytestmark = pytest.mark.browser


def inside(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"<!doctype html><title>in</title><h1>U bent binnen</h1>"]


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def crowded(seconds: int) -> Iterator[str]:
    """A waiting room in which the next has to wait so long."""
    room = WaitingRoom(inside, key=key_from("s" * 40), a_minute=60, minutes=300, secure=False)
    now = time.time()
    for _ in range(seconds):
        room.turns.next(now)
    with make_server("127.0.0.1", 0, room, handler_class=Silent) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/tijdvakken/voorjaar"
        server.shutdown()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_waiting_page_is_accessible_and_fits(browser: Browser, width: int, scheme: str) -> None:
    with crowded(9000) as address:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        context.add_init_script(path=AXE)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)

        assert (
            page.evaluate("getComputedStyle(document.querySelector('.button')).minHeight") == "44px"
        )
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [each for each in complaints if "status of 503" not in each] == []
        context.close()


def test_its_policy_lets_its_own_style_in_and_nothing_else(browser: Browser) -> None:
    with crowded(9000) as address:
        page = browser.new_page()
        page.goto(address)

        assert (
            page.evaluate("getComputedStyle(document.querySelector('.button')).minHeight") == "44px"
        )
        page.close()


def test_the_page_goes_on_by_itself_when_the_turn_comes(browser: Browser) -> None:
    with crowded(7) as address:
        page = browser.new_page()
        page.goto(address)
        assert page.text_content("h1") == "Het is nu druk"
        page.click("text=Kijk of u al aan de beurt bent")
        assert page.text_content("h1") == "Het is nu druk"

        page.wait_for_selector("text=U bent binnen", timeout=15_000)
        page.close()
