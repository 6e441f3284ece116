"""Receivers that take a connection and never answer, beside one that is quick: real workers, real HTTP."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest

from demo.machine import Machine
from demo.school import School
from providers.outside import SECONDS_IN_ALL
from tests.journeys.conftest import NEW_YEAR, move_to

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

SOON = 6  # seconds; a worker that waited for one who hangs would need SECONDS_IN_ALL


@pytest.fixture
def hanging() -> Iterator[list[str]]:
    """Ten addresses that take every connection and never answer."""
    with ExitStack() as open_ones:
        servers = [
            open_ones.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(10)
        ]
        yield [f"http://127.0.0.1:{server.getsockname()[1]}/events" for server in servers]


@pytest.fixture
def quick() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address that takes events at once, and what it took."""
    came: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/events", came
    server.shutdown()


@pytest.fixture
def two_schools(scheme: Machine, schools: dict[str, School]) -> tuple[httpx.Client, httpx.Client]:
    move_to(scheme, NEW_YEAR)
    one, other = list(dict.fromkeys(schools.values()))[:2]
    for school in (one, other):
        school.log_in()
    return one._client, other._client


def post(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code in (201, 202), answer.text
    found: dict[str, Any] = answer.json()
    return found


def seconds_until(happened: Callable[[], object]) -> float:
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < 30
        time.sleep(0.05)
    return time.monotonic() - began


def test_receivers_that_hang_delay_neither_another_nor_other_work(
    two_schools: tuple[httpx.Client, httpx.Client],
    hanging: list[str],
    quick: tuple[str, list[dict[str, Any]]],
) -> None:
    one, other = two_schools
    url, came = quick
    endpoints = [post(one, "/webhooks", {"url": each})["id"] for each in hanging]
    last = f"/api/v1/webhooks/{endpoints[-1]}/deliveries"
    seconds_until(lambda: one.get(last).json()["items"][0]["attempts"])  # all of them hang now

    post(other, "/webhooks", {"url": url})
    for_the_event = seconds_until(lambda: came)
    course = {"primaryCode": "W-1", "name": "Werk", "category": "course", "studyLoad": 8}
    job = post(other, "/course-batches", {"items": [{**course, "price": "100.00"}]})["id"]
    for_the_work = seconds_until(
        lambda: other.get(f"/api/v1/course-batches/{job}").json()["state"] == "finished"
    )
    still_hanging = [
        one.get(f"/api/v1/webhooks/{each}/deliveries").json()["items"][0]["answer"] == ""
        for each in endpoints
    ]

    assert max(for_the_event, for_the_work) < SOON < SECONDS_IN_ALL
    assert any(still_hanging)
