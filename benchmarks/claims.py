"""Claims over HTTP: token, idempotency key, checks, claim and outbox, against the smallest DRF write.

Both run on the same server (granian, two workers of one thread), with the same clients and a database
that flushes every commit. No worker assesses meanwhile: what is measured is the answer a provider gets.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from benchmarks.measuring import Metric, compare

HOST, PORT = "127.0.0.1", 8097
CLIENTS = 16
REQUESTS = 600
ROUNDS = 3
Call = tuple[str, dict[str, str], bytes]


def run() -> list[Metric]:
    """Rates of ours and the yardstick in turn, and how far the slowest answers lie from the median."""
    enrolments, client_id, secret = _prepare(REQUESTS * (ROUNDS + 1))
    with _server():
        headers = _headers(client_id, secret)
        ours = _claims(enrolments, headers)
        theirs = _writes()
        spread = Metric("claims_http_p99", "times the median", "the smallest DRF write")
        _load(islice(ours, REQUESTS))  # warm
        _load(islice(theirs, REQUESTS))
        rate = compare(
            "claims_http",
            lambda: _measured(ours, spread.ours),
            ("smallest guarded DRF write, same server", lambda: _measured(theirs, spread.theirs)),
            unit="a second",
            rounds=ROUNDS,
        )
    spread.less_is_better = True
    print(f"p99 / median: ours {spread.ours}, the yardstick's {spread.theirs}")
    return [rate, spread]


def _measured(calls: Iterator[Call], spread: list[float]) -> float:
    seconds, latencies = _load(islice(calls, REQUESTS))
    cuts = statistics.quantiles(latencies, n=100)
    spread.append(round(cuts[98] / cuts[49], 2))
    return REQUESTS / seconds


def _load(calls: Iterator[Call]) -> tuple[float, list[float]]:
    """Send the calls by so many clients at once; every answer has to be a 201."""
    work = list(calls)
    shares = [work[number::CLIENTS] for number in range(CLIENTS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        latencies = [each for share in threads.map(_send_all, shares) for each in share]
    return time.perf_counter() - began, latencies


def _send_all(calls: list[Call]) -> list[float]:
    connection = HTTPConnection(HOST, PORT, timeout=30)
    latencies = []
    for path, headers, body in calls:
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        latencies.append(time.perf_counter() - began)
        if answer.status != 201:
            raise RuntimeError(f"{answer.status}: {text.decode()[:300]}")
    connection.close()
    return latencies


def _claims(enrolments: list[UUID], headers: dict[str, str]) -> Iterator[Call]:
    for id_ in enrolments:
        body = {"enrolment": str(id_), "instalment": "start", "amount": "130.00"}
        key = {"Idempotency-Key": str(uuid4())}
        yield "/api/v1/claims", {**headers, **key}, json.dumps(body).encode()


def _writes() -> Iterator[Call]:
    headers = {"Content-Type": "application/json"}
    number = 0
    while True:
        number += 1
        yield "/yardstick", headers, json.dumps({"id": number % 10_000, "cents": 13000}).encode()


def _headers(client_id: str, secret: str) -> dict[str, str]:
    pair = b64encode(f"{client_id}:{secret}".encode()).decode()
    connection = HTTPConnection(HOST, PORT, timeout=30)
    form = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(
        "POST", "/oauth/token", urlencode({"grant_type": "client_credentials"}), form
    )
    token = json.loads(connection.getresponse().read())["access_token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


@contextmanager
def _server() -> Iterator[None]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST]
    command += ["--port", str(PORT), "--workers", "2", "--blocking-threads", "1"]
    environment = {**os.environ, "API_CALLS_A_MINUTE": "1000000", "INSECURE_HTTP": "true"}
    with subprocess.Popen(
        [*command, "benchmarks.served:application"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait()
            yield
        finally:
            server.terminate()


def _wait() -> None:
    for _ in range(100):
        try:
            connection = HTTPConnection(HOST, PORT, timeout=2)
            connection.request("GET", "/api/v1/openapi.json")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def _prepare(count: int) -> tuple[list[UUID], str, str]:
    """A provider with a client and so many running enrolments, each with its money reserved."""
    from django.db import connection
    from django.utils import timezone
    from djmoney.money import Money

    from ledger.accounts import open_account, open_accounts
    from ledger.posting import NewBooking, NewTransfer, post
    from providers.admitting import admit
    from providers.clients import create_client
    from providers.codes import code_for, digest
    from providers.models import Enrolment
    from providers.publishing import CourseDetails, publish, register_course

    now = timezone.now()
    today = timezone.localdate(now)
    provider = admit("Buurtschool", "00000001", "NL69TEST0000000001", on=today, at=now)
    details = CourseDetails(
        code="A", name="Les", category="course", price=Money("260", "EUR"), hours=24
    )
    course = publish(register_course(provider, details, at=now), actor="benchmark", at=now)
    ids = [uuid4() for _ in range(count)]
    accounts = open_accounts([f"reserved:{id_}" for id_ in ids], account_class="reserved", at=now)
    treasury = open_account("treasury", account_class="treasury", at=now)
    booking = NewBooking(uuid4(), "reserve", f"run:{uuid4()}", "benchmark", today)
    post(
        booking,
        [NewTransfer(uuid4(), treasury.pk, account, 26000) for account in accounts.values()],
        at=now,
    )
    terms: list[dict[str, Any]] = [{"instalment": "start", "cents": 13000, "after": "start"}]
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                id=id_,
                course=course,
                provider=provider,
                account_id=accounts[f"reserved:{id_}"],
                maximum=Money("260", "EUR"),
                terms=terms,
                starts_on=today,
                ends_on=today + timedelta(days=90),
                claim_until=today + timedelta(days=180),
                code_digest=digest(code_for(id_)),
                code_valid_until=today,
                state="redeemed",
                agreed_at=now,
                redeemed_at=now,
            )
            for id_ in ids
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE yardstick (id int PRIMARY KEY, remaining bigint CHECK (remaining >= 0));"
            "INSERT INTO yardstick SELECT n, 1000000000 FROM generate_series(0, 9999) n;"
            "ANALYZE"
        )
    client, secret = create_client(provider, name="LMS", scopes=["claims"])
    return ids, client.client_id, secret
