"""Everybody applies at once, over HTTP: applications a second, with the pages around them.

The server is granian as in production, one worker a core; the client is on the same machine, so it
takes its share. Yardstick, on the same server by the same client: DRF's smallest guarded write.
"""

from __future__ import annotations

import http.client
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from benchmarks.measuring import Metric, compare, print_line
from benchmarks.round import EACH, _scheme
from benchmarks.serving import HOST, PORT, server
from ontwikkelrekening.budgets.models import Application, Round
from ontwikkelrekening.budgets.rounds import RoundDetails, prepare, publish
from ontwikkelrekening.sessions import SessionStore

CLIENTS = 16
EACH_CLIENT = int(os.environ.get("RUSH_REQUESTS", "60"))
CSRF = "c" * 32
Send = Callable[[http.client.HTTPConnection, int], int]


def run() -> list[Metric]:
    round_ = open_round()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_write (key text PRIMARY KEY)")
    people = iter(range(10**9))
    latencies: dict[str, list[float]] = {"apply": [], "page": []}

    def ours() -> float:
        cookies = [_session(next(people)) for _ in range(CLIENTS * EACH_CLIENT)]
        before = Application.objects.count()
        rate = _rush(_apply(round_, cookies), expected=302, latencies=latencies["apply"])
        taken = Application.objects.count() - before
        if taken != len(cookies):
            raise RuntimeError(f"{taken} applications instead of {len(cookies)}")
        return rate

    def page() -> float:
        return _rush(_page(round_), expected=200, latencies=latencies["page"])

    def smallest() -> float:
        return _rush(_smallest, expected=201, latencies=[])

    with server("benchmarks.rush_app:application"):
        yardstick = ("smallest guarded DRF write", smallest)
        metrics = [
            compare("apply_http", ours, yardstick, unit="requests/s"),
            compare("round_page_http", page, yardstick, unit="requests/s"),
        ]
    for name, seconds in latencies.items():
        metrics.append(slowest(name, seconds))
    return metrics


def slowest(name: str, seconds: list[float]) -> Metric:
    """The 99th percentile beside the median of the same requests."""
    ms = sorted(1000 * each for each in seconds)
    metric = Metric(f"{name}_p99_ms", "ms", "its own median", less_is_better=True)
    metric.ours.append(ms[int(len(ms) * 0.99)])
    metric.theirs.append(statistics.median(ms))
    print_line(metric)
    return metric


def open_round() -> Round:
    now = timezone.now()
    details = RoundDetails(
        code="rush",
        name="Rush",
        opens_at=now + timedelta(seconds=1),
        closes_at=now + timedelta(days=1),
        waits_until=now.date() + timedelta(days=300),
        ceiling=1000 * EACH,
        grant=100_000,
        categories=["course"],
        fallback="none",
    )
    round_ = publish(prepare(_scheme(), details, by="petra"), by="paul", at=now)
    time.sleep(1)
    return round_


def _session(number: int) -> str:
    session = SessionStore()
    session["account_code"] = f"R-{number:09d}"
    session.create()
    return f"sessionid={session.session_key}; csrftoken={CSRF}"


def _apply(round_: Round, cookies: list[str]) -> Send:
    def send(http_: http.client.HTTPConnection, number: int) -> int:
        headers = {
            "Cookie": cookies[number],
            "X-CSRFToken": CSRF,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        http_.request("POST", f"/tijdvakken/{round_.code}/aanvragen", "wanted=1000", headers)
        return _answer(http_)

    return send


def _page(round_: Round) -> Send:
    def send(http_: http.client.HTTPConnection, number: int) -> int:
        http_.request("GET", f"/tijdvakken/{round_.code}")
        return _answer(http_)

    return send


def _smallest(http_: http.client.HTTPConnection, number: int) -> int:
    http_.request("POST", f"/bench/{uuid4()}", "{}", {"Content-Type": "application/json"})
    return _answer(http_)


def _answer(http_: http.client.HTTPConnection) -> int:
    answer = http_.getresponse()
    answer.read()
    return answer.status


def _rush(send: Send, *, expected: int, latencies: list[float]) -> float:
    """All clients at once, each its share of requests; the requests a second."""
    wrong: list[int] = []

    def client(first: int) -> None:
        http_ = http.client.HTTPConnection(HOST, PORT)
        for number in range(first, first + EACH_CLIENT):
            started = time.perf_counter()
            status = send(http_, number)
            latencies.append(time.perf_counter() - started)
            if status != expected:
                wrong.append(status)

    threads = [Thread(target=client, args=(n * EACH_CLIENT,)) for n in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if wrong:
        raise RuntimeError(f"{len(wrong)} answers such as {wrong[0]} instead of {expected}")
    return CLIENTS * EACH_CLIENT / seconds
