"""Processor time of one answer, of the web process and its session of the database together.

For a machine that does other work as well, where rates say little: the product is called in this
process, ours and the yardstick in turn, without a server or a network. Beside the pages stand two that
show what none of them goes below: a page of one line behind the same middleware with its session, and
a page with nothing but the menu and the footer.
"""

from __future__ import annotations

import json
import logging
import os
import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.urls import path

from benchmarks import urls
from benchmarks.balance import YARDSTICK, new_citizen, session_of
from benchmarks.claims import prepare
from benchmarks.measuring import Metric, compare
from ontwikkelrekening.portal.session import for_citizen

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "31"))
ANSWERS = 30  # a round
LINE = engines["django"].from_string("<!doctype html><title>{{ account }}</title>")
PAGES = {
    "home": "/",
    "statement": "/afschrift",
    "courses": "/opleidingen",
    "help": "/hulp",
    "menu_only": "/menu",
    "one_line": "/line",
}
Ask = Callable[[], bytes]


@for_citizen
def one_line(request: HttpRequest, account: str) -> HttpResponse:
    return HttpResponse(LINE.render({"account": account}, request))


@for_citizen
def menu_only(request: HttpRequest, account: str) -> HttpResponse:
    return render(request, "portal/base.html", {"account": account, "here": "home"})


urlpatterns = [path("line", one_line), path("menu", menu_only), *urls.urlpatterns]


def run() -> list[Metric]:
    settings.ROOT_URLCONF = "benchmarks.pages"
    settings.API_CALLS_A_MINUTE = 1_000_000
    logging.disable(logging.INFO)
    caller, _ = prepare(2, 10)
    ask = partial(_ask, get_wsgi_application())
    as_citizen = {"HTTP_COOKIE": session_of(new_citizen())}
    as_software = {"HTTP_AUTHORIZATION": _token(ask, caller.client_id, caller.secret)}
    beside_pages = partial(ask, "/yardstick/7")
    metrics = [
        _compared(name, partial(ask, address, **as_citizen), beside_pages)
        for name, address in PAGES.items()
    ]
    account = partial(ask, "/api/v1/account", **as_software)
    return [*metrics, _compared("account", account, partial(ask, "/api/yardstick/7"))]


def _compared(name: str, ours: Ask, theirs: Ask) -> Metric:
    for each in (ours, theirs):
        _milliseconds(each)  # warm
    with CaptureQueriesContext(connection) as asked:
        ours()
    print(f"{name}: {len(asked)} statements")
    yardstick = (YARDSTICK, partial(_milliseconds, theirs))
    measure = partial(_milliseconds, ours)
    return compare(f"{name}_cpu", measure, yardstick, unit="ms", rounds=ROUNDS, less_is_better=True)


def _milliseconds(ask: Ask) -> float:
    """Of one answer, the mean of a round."""
    began = time.process_time_ns() + of_database()
    for _ in range(ANSWERS):
        ask()
    return (time.process_time_ns() + of_database() - began) / ANSWERS / 1e6


def of_database() -> int:
    """Nanoseconds that our session's process has been on a processor."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def _ask(application: Any, address: str, body: bytes = b"", **headers: str) -> bytes:
    environ = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": address,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        **headers,
    }
    began: list[str] = []
    answer = application(environ, lambda status, headers: began.append(status))
    text = b"".join(answer)
    answer.close()
    if began != ["200 OK"]:
        raise RuntimeError(f"{address}: {began}: {text.decode()[:300]}")
    return text


def _token(ask: Callable[..., bytes], client_id: str, secret: str) -> str:
    form = {
        "HTTP_AUTHORIZATION": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode(),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    answer = ask("/oauth/token", b"grant_type=client_credentials", **form)
    return f"Bearer {json.loads(answer)['access_token']}"
