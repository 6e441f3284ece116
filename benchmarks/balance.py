"""Reading a balance over HTTP, against the smallest indexed read of DRF on the same server.

The call is `GET /api/v1/account` of a provider; the page is a citizen's home, with a name, credit of
its own and what happened with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from uuid import uuid4

from django.utils import timezone

from benchmarks.claims import prepare
from benchmarks.measuring import Metric
from benchmarks.round import _scheme
from benchmarks.serving import Call, compare_calls, server, token_headers
from ledger.posting import NewBooking
from ontwikkelrekening.budgets.funding import fund_of
from ontwikkelrekening.budgets.granting import NewTranche, grant
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, register
from ontwikkelrekening.sessions import SessionStore

YARDSTICK = "the smallest indexed DRF read"


def run() -> list[Metric]:
    caller, _ = prepare(2, 10)
    cookie = {"Cookie": session_of(new_citizen())}
    with server():
        headers = token_headers(caller.client_id, caller.secret)
        account = (Call("GET", "/api/v1/account", headers) for _ in count())
        home = (Call("GET", "/", cookie) for _ in count())
        return [
            *compare_calls("balance_http", account, (YARDSTICK, _reads("/api/yardstick"))),
            *compare_calls("balance_page_http", home, (YARDSTICK, _reads("/yardstick"))),
        ]


def _reads(path: str) -> Iterator[Call]:
    return (Call("GET", f"{path}/{number % 10_000}") for number in count())


def new_citizen() -> str:
    """The account code of somebody with two tranches."""
    scheme, now = _scheme(), timezone.now()
    today = timezone.localdate(now)
    person = NewCitizen(Identity("Fatima", "Amrani", "999900006"), date(1991, 4, 3))
    (code,) = register([person], at=now).codes
    tranches = [
        NewTranche(uuid4(), code, None, "general", ["course"], False, 50_000, None)
        for _ in range(2)
    ]
    booking = NewBooking(uuid4(), "grant", f"run:{uuid4()}", "benchmark", today)
    fund = fund_of(scheme).account_id
    grant(tranches, scheme=scheme, source=fund, booking=booking, on=today, at=now)
    return code


def session_of(account_code: str) -> str:
    session = SessionStore()
    session["account_code"] = account_code
    session.create()
    return f"sessionid={session.session_key}"
