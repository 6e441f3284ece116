"""Searching 100,000 published courses of 500 providers through `GET /api/v1/catalogue`.

Milliseconds of one call after another, beside the smallest indexed read of DRF on the same server.
"""

from __future__ import annotations

import os
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from benchmarks.claims import iban
from benchmarks.measuring import Metric, compare
from benchmarks.serving import HOST, PORT, ROUNDS, server
from benchmarks.urls import TABLE
from providers.admitting import admit

COURSES = int(os.environ.get("BENCH_SIZE", "100000"))
PROVIDERS = 500
CALLS = 10  # a round
QUESTIONS = {
    "newest": {},
    "common_word": {"search": "opleiding"},
    "rare_word": {"search": "glasblazen"},
    "no_such_word": {"search": "xyzzy"},
    "filters": {"modeOfDelivery": "online", "exam": "false", "hoursMax": "8", "place": "Assen"},
    "all": {"search": "zorg", "certificate": "true", "weeksMax": "4", "priceMax": "300"},
}
# One course in 1,000 is about glassblowing, one in five is a care course, within a longer word.
FILL = """
    INSERT INTO providers_course (id, provider_id, code, name, description, category, price,
        price_currency, hours, sessions, weeks, mode, level, language, place, has_exam,
        has_certificate, state, published_at, registered_at)
    SELECT gen_random_uuid(), ids[1 + n %% array_length(ids, 1)], 'C-' || n,
        (ARRAY['Rekenen', 'Lassen', 'Ouderenzorg', 'Excel', 'Heftruck'])[1 + n %% 5] || ' ' || n,
        'Een opleiding van alledag, met voorbeelden uit de praktijk. '
            || repeat('U oefent in een kleine groep met een vaste docent. ', 6)
            || CASE WHEN n %% 1000 = 7 THEN 'Ook glasblazen.' ELSE '' END,
        'course', 50 + n %% 900, 'EUR', 1 + n %% 120, 1, 1 + n %% 40,
        (ARRAY['online', 'presential', 'blended'])[1 + n %% 3], '', 'nld',
        (ARRAY['Assen', 'Heerlen', 'Breda', 'Zwolle', 'Almere', 'Ede', 'Goes'])[1 + n %% 7],
        n %% 2 = 0, n %% 3 <> 0, 'published', %(at)s - n * interval '1 minute', %(at)s
    FROM generate_series(1, %(courses)s) n, (SELECT array_agg(id) ids FROM providers_provider) p
"""


def run() -> list[Metric]:
    now = timezone.now()
    for number in range(PROVIDERS):
        admit(
            f"Buurtschool {number}",
            f"{number:08d}",
            iban(number),
            reason="benchmark",
            by="olga",
            on=now.date(),
            at=now,
        )
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"at": now, "courses": COURSES})
        cursor.execute(TABLE)
    with server():
        yardstick = ("the smallest indexed DRF read", lambda: _ms("/api/yardstick/7"))
        return [
            compare(
                f"catalogue_{name}",
                lambda asked=asked: _ms(f"/api/v1/catalogue?{urlencode(asked)}"),  # type: ignore[misc]
                yardstick,
                unit="ms",
                rounds=ROUNDS,
                less_is_better=True,
            )
            for name, asked in QUESTIONS.items()
        ]


def _ms(path: str) -> float:
    """Of one call, when they come one after another."""
    http = HTTPConnection(HOST, PORT, timeout=30)
    began = time.perf_counter()
    for _ in range(CALLS):
        http.request("GET", path)
        answer = http.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}: {text.decode()[:300]}")
    return 1000 * (time.perf_counter() - began) / CALLS
