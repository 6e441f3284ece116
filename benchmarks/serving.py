"""The product served as in production, and many clients that call it at once.

granian with one worker of one thread a core; the clients run on the same machine, so they take their share,
and of ours as much as of the yardstick's.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import islice
from urllib.parse import urlencode

from benchmarks.measuring import Metric, compare

HOST, PORT = "127.0.0.1", int(os.environ.get("BENCH_PORT", "8097"))
CLIENTS = 16
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "600"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the status that its answer has to have."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    status: int = 200


def compare_calls(
    name: str, ours: Iterator[Call], yardstick: tuple[str, Iterator[Call]]
) -> list[Metric]:
    """Rates of ours and the yardstick in turn, and how far the slowest answers lie from the median."""
    what, theirs = yardstick
    spread = Metric(f"{name}_p99", "times median", what, less_is_better=True)
    for calls in (ours, theirs):
        _load(islice(calls, REQUESTS))  # warm
    rate = compare(
        name,
        lambda: _measured(ours, spread.ours),
        (what, lambda: _measured(theirs, spread.theirs)),
        unit="a second",
        rounds=ROUNDS,
    )
    print(f"  p99 / median: ours {spread.ours}, the yardstick's {spread.theirs}")
    return [rate, spread]


def _measured(calls: Iterator[Call], spread: list[float]) -> float:
    seconds, latencies = _load(islice(calls, REQUESTS))
    cuts = statistics.quantiles(latencies, n=100)
    spread.append(round(cuts[98] / cuts[49], 2))
    return REQUESTS / seconds


def _load(calls: Iterable[Call]) -> tuple[float, list[float]]:
    """Send the calls by so many clients at once."""
    work = list(calls)
    shares = [work[number::CLIENTS] for number in range(CLIENTS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        latencies = [each for share in threads.map(_send_all, shares) for each in share]
    return time.perf_counter() - began, latencies


def _send_all(calls: list[Call]) -> list[float]:
    connection = HTTPConnection(HOST, PORT, timeout=30)
    latencies = []
    for call in calls:
        began = time.perf_counter()
        connection.request(call.method, call.path, call.body, call.headers)
        answer = connection.getresponse()
        text = answer.read()
        latencies.append(time.perf_counter() - began)
        if answer.status != call.status:
            raise RuntimeError(f"{call.path}: {answer.status}: {text.decode()[:300]}")
    connection.close()
    return latencies


def token_headers(client_id: str, secret: str) -> dict[str, str]:
    """What a client sends with each call, once it has its token."""
    pair = b64encode(f"{client_id}:{secret}".encode()).decode()
    connection = HTTPConnection(HOST, PORT, timeout=30)
    form = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(
        "POST", "/oauth/token", urlencode({"grant_type": "client_credentials"}), form
    )
    token = json.loads(connection.getresponse().read())["access_token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


@contextmanager
def server(application: str = "benchmarks.served:application", **settings: str) -> Iterator[None]:
    """The product and the yardsticks on HOST and PORT, one worker a core; stopped at the end."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST),
        *("--port", str(PORT), "--workers", str(os.cpu_count() or 2), "--blocking-threads", "1"),
        *("--no-ws", "--log-level", "error", application),
    ]
    usual = {"API_CALLS_A_MINUTE": "1000000", "INSECURE_HTTP": "true"}
    with subprocess.Popen(
        command,
        env={**os.environ, **usual, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait()
            yield
        finally:
            process.terminate()


def _wait() -> None:
    for _ in range(100):
        try:
            connection = HTTPConnection(HOST, PORT, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")
