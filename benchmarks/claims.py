"""Claims over HTTP: token, idempotency key, checks, claim and outbox, against the smallest DRF write.

Both on the same server with the same clients, and a database that flushes every commit. No worker
assesses meanwhile: what is measured is the answer a provider gets. `mixed_http` is twenty providers at
once that claim, send a claim again, read and page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, cycle
from typing import Any
from uuid import UUID, uuid4

from benchmarks.measuring import Metric
from benchmarks.serving import REQUESTS, ROUNDS, Call, compare_calls, server, token_headers

PROVIDERS = 20
YARDSTICK = "the smallest guarded DRF write"


@dataclass
class Caller:
    """One provider's software, and the enrolments that it may claim for."""

    client_id: str
    secret: str
    enrolments: Iterator[UUID]
    headers: dict[str, str] = field(default_factory=dict)


def run() -> list[Metric]:
    one, *many = prepare(PROVIDERS + 1, REQUESTS * (ROUNDS + 1))
    with server():
        for caller in (one, *many):
            caller.headers = token_headers(caller.client_id, caller.secret)
        claims = (_claim(one) for _ in count())
        return [
            *compare_calls("claims_http", claims, (YARDSTICK, _writes())),
            *compare_calls("mixed_http", _mixed(many), (YARDSTICK, _writes())),
        ]


def _claim(caller: Caller) -> Call:
    enrolment = str(next(caller.enrolments))
    body = {"enrolment": enrolment, "instalment": "start", "amount": "130.00"}
    headers = {**caller.headers, "Idempotency-Key": str(uuid4())}
    return Call("POST", "/api/v1/claims", headers, json.dumps(body).encode(), 201)


def _mixed(callers: list[Caller]) -> Iterator[Call]:
    """Of ten calls five claim, one sends a claim of some time ago again, three read and one lists."""
    sent: dict[str, Call] = {}
    for caller in cycle(callers):
        first = _claim(caller)
        yield first
        yield from (_claim(caller) for _ in range(4))
        yield sent.get(caller.client_id) or _claim(caller)
        sent[caller.client_id] = first
        enrolment = json.loads(first.body or b"")["enrolment"]
        for path in (f"enrolments/{enrolment}", "account", f"claims?enrolment={enrolment}"):
            yield Call("GET", f"/api/v1/{path}", caller.headers)
        yield Call("GET", "/api/v1/claims?limit=20", caller.headers)


def _writes() -> Iterator[Call]:
    headers = {"Content-Type": "application/json"}
    for number in count():
        body = json.dumps({"id": number % 10_000, "cents": 13000}).encode()
        yield Call("POST", "/api/yardstick", headers, body, 201)


def prepare(providers: int, enrolments: int) -> list[Caller]:
    """The first provider has so many running enrolments, the others share as many."""
    from django.db import connection

    from benchmarks.urls import TABLE
    from ledger.rolling_up import roll_up

    callers = [
        _provider(number, enrolments // (providers - 1) + 10 if number else enrolments)
        for number in range(providers)
    ]
    roll_up()  # as the product's worker does every ten seconds
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    return callers


def iban(number: int) -> str:
    """A valid IBAN of an invented bank."""
    account = f"TEST{number:010d}"
    digits = "".join(str(int(each, 36)) for each in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"


def _provider(number: int, count: int) -> Caller:
    """A provider with a client and running enrolments, each with its money reserved."""
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
    by = {"reason": "benchmark", "by": "olga"}
    provider = admit("Buurtschool", f"{number:08d}", iban(number), **by, on=today, at=now)
    details = CourseDetails(
        code="A", name="Les", category="course", price=Money("260", "EUR"), hours=24
    )
    course = publish(register_course(provider, details, at=now), actor="benchmark", at=now)
    ids = [uuid4() for _ in range(count)]
    accounts = open_accounts([f"reserved:{id_}" for id_ in ids], account_class="reserved", at=now)
    treasury = open_account(f"treasury:{number}", account_class="treasury", at=now)
    booking = NewBooking(uuid4(), "reserve", f"run:{uuid4()}", "benchmark", today)
    post(
        booking,
        [NewTransfer(treasury.pk, account, 26000) for account in accounts.values()],
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
    client, secret = create_client(
        provider, name="LMS", scopes=["claims", "enrolments", "payments"]
    )
    return Caller(client.client_id, secret, iter(ids))
