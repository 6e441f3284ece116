"""A yearly top-up end to end: decide, record, grant and book, against COPY of the same rows.

Two workers share the chunks. Half-way one is killed (`kill -9`) and started again: nothing is granted
twice. Then every decision is taken again (`replay_decisions`), and the workers try a draft policy on
everyone. TOPUP_PEOPLE sets how many citizens there are; a million unless told otherwise.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from tqdm import tqdm

from benchmarks.measuring import Metric, print_line

PEOPLE = int(os.environ.get("TOPUP_PEOPLE", "1000000"))
CHUNK = 2000
ON = date(2026, 1, 2)
AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
APPROVED_AT = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)  # the policy, before it starts
TABLES = (
    "eligibility_decision", "ledger_account", "ledger_booking", "ledger_transfer",
    "budgets_tranche",
)  # fmt: skip
WORKER = [sys.executable, "-c", "import benchmarks.topup as t; t.work()"]

CITIZENS = """
    INSERT INTO citizens_citizen (id, account_code, born_on, language, registered_at)
    SELECT gen_random_uuid(), 'R-' || lpad(n::text, 8, '0'),
           DATE '1959-01-01' + (random() * 17500)::int, 'nl', now()
    FROM generate_series(1, %(people)s) AS n
"""
CIRCUMSTANCES = """
    INSERT INTO citizens_circumstance (citizen_id, kind, value, source, evidence, judged_by, valid_from,
                                       recorded_at)
    SELECT c.id, kind, words[1 + floor(random() * cardinality(words))::int], 'own_statement',
           'not_asked', '', DATE '2025-09-01', now()
    FROM citizens_citizen c, (VALUES
        ('contract', ARRAY['permanent', 'permanent', 'permanent', 'agency', 'temporary', 'no_work']),
        ('household', ARRAY['alone', 'partner', 'partner_and_children', 'sole_parent']),
        ('benefit', ARRAY['none', 'none', 'none', 'unemployment']),
        ('education', ARRAY['vmbo', 'mbo2', 'mbo4', 'hbo', 'university']),
        ('working_since', ARRAY['2003-05-01', '2012-01-01', '2019-01-01']),
        ('residence', ARRAY['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'no'])
    ) AS facts (kind, words)
"""


def run() -> list[Metric]:
    prepare()
    yardstick_url = copy_of_the_database()
    seconds, killed_at = top_up()
    check()
    replay_all()
    simulate_all()
    rows, yardstick_seconds = copy_same_rows(yardstick_url)
    print(
        f"killed one worker at {killed_at} chunks; {rows:,} rows; yardstick {yardstick_seconds:.1f} s"
    )
    metric = Metric(
        "topup_1m" if PEOPLE == 1_000_000 else f"topup_{PEOPLE}",
        "citizens/s",
        "COPY of the same rows into the same tables",
        ours=[PEOPLE / seconds],
        theirs=[PEOPLE / yardstick_seconds],
    )
    print_line(metric)
    return [metric]


def prepare() -> None:
    """The example scheme with money, and its citizens."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from ontwikkelrekening.budgets.funding import make_available, open_fund
    from ontwikkelrekening.eligibility.example import create_example_scheme

    users = get_user_model().objects
    petra, paul = users.create(username="petra"), users.create(username="paul")
    scheme = create_example_scheme(
        drafted_by=petra, approved_by=paul, starts_on=date(2026, 1, 1), at=APPROVED_AT
    )
    fund = open_fund(scheme, source="treasury", at=AT)
    make_available(fund, cents=PEOPLE * 200_000, id=UUID(int=1), on=ON, at=AT)
    print(f"{PEOPLE:,} citizens with six facts each ...", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.2026)")
        cursor.execute(CITIZENS, {"people": PEOPLE})
        cursor.execute(CIRCUMSTANCES)
        cursor.execute("VACUUM ANALYZE")


def copy_of_the_database() -> str:
    """A second database in the same state, for the yardstick."""
    from django.db import connection, connections

    name = connection.settings_dict["NAME"]
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}_copy" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
    return os.environ["DATABASE_URL"].replace(f"/{name}", f"/{name}_copy")


def top_up() -> tuple[float, int]:
    """Run it with two workers; kill one half-way. Seconds from the start to the last chunk."""
    from ontwikkelrekening.budgets.topping_up import progress, start_run
    from ontwikkelrekening.eligibility.models import Scheme

    start = time.perf_counter()
    run_ = start_run(Scheme.objects.get(), on=ON, at=AT, chunk_size=CHUNK)
    workers = start_workers()
    killed_at = 0
    with tqdm(total=progress(run_).chunks, unit=" chunks") as bar:
        while not (now := progress(run_)).is_done:
            bar.update(now.done - bar.n)
            if not killed_at and now.done >= now.chunks // 2:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
                workers[0], killed_at = subprocess.Popen(WORKER), now.done
            if now.problems:
                raise SystemExit(f"a chunk fails: {now.problems}")
            time.sleep(0.5)
        bar.update(now.done - bar.n)
    seconds = time.perf_counter() - start
    stop(workers)
    return seconds, killed_at


def start_workers() -> list[subprocess.Popen[bytes]]:
    return [subprocess.Popen(WORKER) for _ in range(2)]


def stop(workers: list[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
        worker.wait()


def work() -> None:
    """A worker: drain, and look again until it is stopped."""
    import django

    django.setup()
    from providers.outbox import drain

    while True:
        if not drain():
            time.sleep(0.2)


def check() -> None:
    """Everyone has one decision, every grant one tranche, and the books balance."""
    from django.db import connection

    from ledger.checking import check_ledger

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM eligibility_decision),"
            " (SELECT count(DISTINCT account_code) FROM eligibility_decision),"
            " (SELECT sum(amount) FROM eligibility_decision),"
            " (SELECT sum(granted) FROM budgets_tranche)"
        )
        decisions, people, decided, granted = cursor.fetchone() or (0, 0, 0, 0)
    if not (decisions == people == PEOPLE and decided == granted):
        raise SystemExit(f"lost or doubled: {decisions} {people} {decided} {granted}")
    findings = check_ledger()
    if findings:
        raise SystemExit(f"the books do not balance: {findings[:3]}")
    print(f"{decisions:,} decisions, € {decided / 100:,.2f} granted once; the books balance")


def replay_all() -> None:
    """Decide everything again and compare, in one process."""
    from ontwikkelrekening.eligibility.replaying import begin, replay

    run_, start = begin(at=AT), time.perf_counter()
    with tqdm(total=PEOPLE, unit=" decisions") as bar:
        for done in replay(run_):
            bar.update(done)
    seconds = time.perf_counter() - start
    if bar.n != PEOPLE or run_.differences.exists():
        raise SystemExit(f"{bar.n} replayed, {run_.differences.count()} differences")
    print(f"replayed without a difference in {seconds:.1f} s, {PEOPLE / seconds:,.0f} a second")


def simulate_all() -> None:
    """A draft policy on everyone against the one in force, by two workers."""
    from ontwikkelrekening.eligibility.example import EXAMPLE
    from ontwikkelrekening.eligibility.models import Scheme
    from ontwikkelrekening.eligibility.policies import Setting, draft
    from ontwikkelrekening.eligibility.simulating import lines, progress
    from ontwikkelrekening.eligibility.simulating import start as start_simulation

    settings = dict(EXAMPLE) | {"amount_priority_cents": Setting(90_000, "concept")}
    policy = draft(Scheme.objects.get(), starts_on=date(2027, 1, 1), settings=settings, on=ON)
    start = time.perf_counter()
    simulation = start_simulation(policy, on=date(2027, 1, 1), by="petra", at=AT)
    workers = start_workers()
    with tqdm(total=progress(simulation).chunks, unit=" chunks") as bar:
        while not (now := progress(simulation)).finished:
            bar.update(now.done - bar.n)
            time.sleep(0.5)
    seconds = time.perf_counter() - start
    stop(workers)
    everyone = lines(simulation)[-1]
    print(
        f"simulated on {everyone.people:,} people in {seconds:.1f} s:"
        f" {everyone.winners:,} winners, {everyone.losers:,} losers,"
        f" € {everyone.difference_cents / 100:,.2f} more"
    )


def copy_same_rows(url: str) -> tuple[int, float]:
    """What a bare COPY of these rows takes, into tables with the same constraints and indexes."""
    rows = 0
    with (
        tempfile.TemporaryDirectory(dir="var") as folder,
        psycopg.connect(os.environ["DATABASE_URL"]) as source,
        psycopg.connect(url) as target,
    ):
        for table in TABLES:
            with (Path(folder) / table).open("wb") as file, source.cursor() as cursor:
                query = f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT binary)"
                with cursor.copy(query) as out:
                    for block in out:
                        file.write(block)
        # Rows that were there before the top-up would be there twice.
        target.execute("SET session_replication_role = replica")
        for table in reversed(TABLES):
            target.execute(f"DELETE FROM {table}")
        target.execute("SET session_replication_role = origin")
        target.commit()
        start = time.perf_counter()
        target.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in TABLES:
            with target.cursor() as cursor:
                statement = f"COPY {table} FROM STDIN (FORMAT binary)"
                with (Path(folder) / table).open("rb") as file, cursor.copy(statement) as into:
                    while block := file.read(1 << 20):
                        into.write(block)
                rows += cursor.rowcount
        target.commit()
        return rows, time.perf_counter() - start
