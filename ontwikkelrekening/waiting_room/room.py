"""The waiting room: a ticket with a turn, given and read without Django and without a database.

It stands in front of the application in the same process (decision 304). Each process lets in its
own share of newcomers a minute, in order of coming; the rest get a page and a signed ticket. Every process
of every server reads every ticket. Nobody waits longer than was set: past that, turns are drawn at
random within it, so that neither a crowd nor a script that takes tickets can shut the door.
"""

from __future__ import annotations

import hmac
import logging
import math
import random
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

logger = logging.getLogger(__name__)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PAGE = files(__package__).joinpath("waiting.html").read_text("utf-8")
STYLE = b64encode(sha256(PAGE.split("<style>")[1].split("</style>")[0].encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE}'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
CLOCK = "%[var(txn.clock)]"  # as HAProxy fills it in: docs/waiting/haproxy.cfg serves the same page
# Software, staff, providers' employees and watchers of the servers do not wait.
NOT_FOR_CITIZENS = re.compile(
    r"/+(?:(?:api|oauth|static|admin|audit|staff|opleiders|sandbox|\.well-known)/"
    r"|(?:healthz|readyz|metrics|robots\.txt|favicon\.ico)$)"
)
STAY = 3600  # seconds a ticket lets in, from its turn
BURST = 5  # seconds of wait that are no wait

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class WaitingRoom:
    """A WSGI application around another; `a_minute` newcomers for this process, `minutes` the longest wait."""

    def __init__(
        self,
        application: Application,
        *,
        key: bytes,
        a_minute: int,
        minutes: int,
        secure: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.application = application
        self.tickets = Tickets(key, cookie="__Host-turn" if secure else "turn", secure=secure)
        self.turns = Turns(a_minute=a_minute, longest=60 * minutes)
        self.clock = clock

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if NOT_FOR_CITIZENS.match(environ["PATH_INFO"]):
            return self.application(environ, start_response)
        now = self.clock()
        turn = self.tickets.turn_of(environ.get("HTTP_COOKIE", ""))
        headers = []
        if turn is None or now >= turn + STAY:
            turn = self.turns.next(now)
            headers = [("Set-Cookie", self.tickets.cookie_for(turn, now=now))]
        if turn > now:
            return _waiting_page(environ, start_response, turn, headers, now=now)

        def start(status: str, given: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, given + headers, *rest)

        return self.application(environ, start if headers else start_response)


class Turns:
    """The turns that one process gives out: so many a minute, and none later than the longest wait."""

    def __init__(self, *, a_minute: int, longest: int) -> None:
        self.apart = 60 / a_minute
        self.longest = longest
        self.free_at = 0.0
        self.told_at = 0.0
        self.lock = Lock()

    def next(self, now: float) -> int:
        """The second, since 1970, from which a newcomer may come in; now when it is quiet."""
        with self.lock:
            free_at = max(self.free_at, now)
            if free_at > now + self.longest:
                turn = now + random.random() * self.longest  # noqa: S311
            else:
                turn = free_at
                self.free_at = free_at + self.apart
            if turn > now + BURST and now > self.told_at + 60:
                self.told_at = now
                logger.info("waiting room", extra={"waitSeconds": round(free_at - now)})
        return math.floor(now) if turn <= now + BURST else math.ceil(turn)


class Tickets:
    """Tickets as a cookie: the turn and its HMAC. Who comes again with one keeps the turn."""

    def __init__(self, key: bytes, *, cookie: str, secure: bool) -> None:
        self.key = key
        self.cookie = cookie
        self.rest = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self.written = re.compile(rf"(?:^|;\s*){cookie}=(\d{{10}})\.([0-9a-f]{{64}})(?:;|$)")

    def turn_of(self, cookies: str) -> int | None:
        """The turn on a ticket of ours; None without one, or when it was tampered with."""
        found = self.written.search(cookies)
        if found is None or not hmac.compare_digest(self._mac(found[1]), found[2]):
            return None
        return int(found[1])

    def cookie_for(self, turn: int, *, now: float) -> str:
        return (
            f"{self.cookie}={turn}.{self._mac(str(turn))}"
            f"; Max-Age={math.ceil(turn - now) + STAY}{self.rest}"
        )

    def _mac(self, turn: str) -> str:
        return hmac.digest(self.key, turn.encode(), "sha256").hex()


def key_from(secret: str) -> bytes:
    """The key of the tickets, derived so that they say nothing about other uses of the secret."""
    return hmac.digest(secret.encode(), b"ontwikkelrekening.waiting_room", "sha256")


def _waiting_page(
    environ: Environ,
    start_response: Any,
    turn: int,
    headers: list[tuple[str, str]],
    *,
    now: float,
) -> list[bytes]:
    """The page with the turn on it. It asks again once, at that moment; no script, nothing else to load."""
    wait = str(math.ceil(turn - now) + 1)
    clock = datetime.fromtimestamp(math.ceil(turn / 60) * 60, AMSTERDAM).strftime("%H.%M")
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else PAGE.replace(CLOCK, clock).encode()
    status = HTTPStatus.SERVICE_UNAVAILABLE
    start_response(
        f"{status.value} {status.phrase}",
        [
            *headers,
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Refresh", wait),
            ("Retry-After", wait),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "same-origin"),
        ],
    )
    return [body]
