"""A round as on STAP's worst day: 300,000 applications ranked, 40,000 grants booked.

Ours: the draw with its lots, then every grant as a tranche with its own account, a transfer and the
place on the list, in slices that commit. Yardstick: bare tables without keys, guards or books: the
same ranking, and the same number of grants inserted in one statement.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db import connection

from benchmarks.measuring import Metric, compare
from ontwikkelrekening.budgets.allocating import in_slices
from ontwikkelrekening.budgets.drawing import draw
from ontwikkelrekening.budgets.funding import make_available, open_fund
from ontwikkelrekening.budgets.models import Placing, Round
from ontwikkelrekening.budgets.rounds import RoundDetails, close, prepare, publish
from ontwikkelrekening.eligibility.example import create_example_scheme
from ontwikkelrekening.eligibility.models import Scheme

APPLICATIONS = int(os.environ.get("ROUND_APPLICATIONS", "300000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
GRANTS = APPLICATIONS * 40 // 300
EACH = 85_000  # cents: STAP's EUR 34M for 40,000
AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
APPROVED_AT = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)  # the policy, before it starts
OPENS_AT, CLOSES_AT = AT + timedelta(days=1), AT + timedelta(days=8)
AFTER = CLOSES_AT + timedelta(hours=1)

# Classes as in the example population: few in class 1, most in class 4; one in five missed a round.
FILL = """
    INSERT INTO budgets_application
        (id, round_id, account_code, wanted, applied_at, changed_at, withdrawn)
    SELECT gen_random_uuid(), %(round)s, 'R-' || lpad(n::text, 9, '0'), %(each)s, %(at)s, %(at)s,
           false
    FROM generate_series(1, %(applications)s) n
"""
ASSESS = """
    INSERT INTO budgets_assessment (application_id, round_id, eligible, priority, missed)
    SELECT id, round_id, true, (ARRAY[1,2,2,2,3,3,3,4,4,4])[1 + floor(random() * 10)::int],
           (random() < 0.2)::int
    FROM budgets_application WHERE round_id = %(round)s
"""
BARE = """
    CREATE UNLOGGED TABLE IF NOT EXISTS bare_rank (id uuid, rank int);
    CREATE UNLOGGED TABLE IF NOT EXISTS bare_grant (id uuid, cents bigint);
    TRUNCATE bare_rank, bare_grant;
    INSERT INTO bare_rank
        SELECT a.id, row_number() OVER (
            ORDER BY s.priority, s.missed DESC, sha256(convert_to('seed' || a.id::text, 'UTF8')))
        FROM budgets_application a JOIN budgets_assessment s ON s.application_id = a.id
        WHERE a.round_id = %(round)s;
    INSERT INTO bare_grant SELECT id, 85000 FROM bare_rank ORDER BY rank LIMIT %(grants)s
"""


def run() -> list[Metric]:
    scheme = _scheme()
    waiting: list[Round] = []  # closed, and not drawn by us yet

    def closed_round() -> Round:
        return waiting.pop() if waiting else _closed_round(scheme)

    def ours() -> float:
        round_ = closed_round()
        started = time.perf_counter()
        drawn = draw(round_, at=AFTER)
        list(in_slices(drawn, at=AFTER))
        seconds = time.perf_counter() - started
        granted = Placing.objects.filter(round=drawn, granted=EACH).count()
        if granted != GRANTS:
            raise RuntimeError(f"{granted} grants instead of {GRANTS}")
        return seconds

    def bare() -> float:
        round_ = closed_round()
        waiting.append(round_)
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in BARE.split(";"):
                cursor.execute(statement, {"round": round_.pk, "grants": GRANTS})
        return time.perf_counter() - started

    name = f"round_{APPLICATIONS // 1000}k"
    yardstick = ("bare tables, no books", bare)
    return [compare(name, ours, yardstick, unit="s", rounds=ROUNDS, less_is_better=True)]


def _scheme() -> Scheme:
    users = get_user_model().objects
    petra, paul = users.create(username="petra"), users.create(username="paul")
    scheme = create_example_scheme(
        drafted_by=petra, approved_by=paul, starts_on=date(2026, 1, 1), at=APPROVED_AT
    )
    fund = open_fund(scheme, source="treasury", at=AT)
    make_available(fund, cents=100 * GRANTS * EACH, id=uuid4(), on=AT.date(), at=AT)
    return scheme


def _closed_round(scheme: Scheme) -> Round:
    """A round with all its applications in, assessed."""
    details = RoundDetails(
        code=f"bench-{uuid4().hex[:8]}",
        name="Bench",
        opens_at=OPENS_AT,
        closes_at=CLOSES_AT,
        waits_until=date(2026, 12, 31),
        ceiling=GRANTS * EACH,
        grant=EACH,
        categories=["course"],
        fallback="none",
    )
    round_ = publish(prepare(scheme, details, by="petra"), by="paul", at=AT)
    values: dict[str, UUID | int | datetime] = {
        "round": round_.pk,
        "each": EACH,
        "at": OPENS_AT,
        "applications": APPLICATIONS,
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute(ASSESS, values)
        cursor.execute("ANALYZE budgets_application, budgets_assessment")
    return close(round_, at=AFTER)
