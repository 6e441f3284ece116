"""A million, or ten: accounts, transfers, roll-up, checks, seals, one after the other.

BENCH_SIZES names the sizes (1000000). With BENCH_KILL=1 the posting processes are killed (-9) half
way and started again, and the time counts both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection

from benchmarks import bulk
from benchmarks.measuring import Metric, print_line
from ledger.accounts import open_account
from ledger.checking import check_ledger
from ledger.keys import sealing_key
from ledger.posting import NewBooking, NewTransfer, post
from ledger.reports import trial_balance
from ledger.rolling_up import roll_up
from ledger.sealing import public_key_of, seal
from ledger.verifying import verify_ledger

NAMES = {1_000_000: "bulk_1m", 10_000_000: "bulk_10m"}
ONCE = """
    SELECT count(*), count(DISTINCT t.credit_account_id), min(t.amount), max(t.amount)
    FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
    WHERE b.cause = %s
"""


def run() -> list[Metric]:
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000000").split(",")]
    return [metric for size in sizes for metric in _measure(size)]


def _measure(size: int) -> list[Metric]:
    from uuid import uuid4

    url = os.environ["DATABASE_URL"]
    treasury = open_account("treasury", account_class="treasury", at=bulk.AT).pk
    fund = open_account(f"fund:{size}", account_class="fund", at=bulk.AT).pk
    post(
        NewBooking(uuid4(), "fund", "bench", "the fund", bulk.ON),
        [NewTransfer(uuid4(), treasury, fund, 100 * size)],
        at=bulk.AT,
    )
    started = time.perf_counter()
    first = bulk.open_citizens(size)
    print(f"  open {size:,} accounts: {time.perf_counter() - started:.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    metric = Metric(
        NAMES.get(size, f"bulk_{size}"),
        "transfers/s",
        "raw COPY, INSERT, UPDATE in one transaction",
    )
    metric.theirs.append(size / bulk.raw(size, url))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    half = size // 2 if os.environ.get("BENCH_KILL") else None
    seconds = bulk.post_all(size, fund=fund, first=first, kill_after=half)
    metric.ours.append(size / seconds)
    print(f"  post: {seconds:.1f} s{' (killed half way, and resumed)' if half else ''}", flush=True)
    print_line(metric)
    for name, act in (
        ("every account has its transfer, once", lambda: _assert_once(size)),
        ("all again (nothing happens)", lambda: bulk.post_all(size, fund=fund, first=first)),
        ("roll up", roll_up),
        ("trial balance", trial_balance),
        ("check_ledger", _check),
        ("seal", _seal),
        ("verify every seal", _verify),
    ):
        print(f"  {name}: {_seconds(act):.1f} s", flush=True)
    return [metric]


def _assert_once(size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONCE, [f"run:{size}"])
        assert cursor.fetchone() == (size, size, 100, 100)


def _check() -> None:
    assert not check_ledger()


def _seal() -> None:
    seal(key=sealing_key(), at=datetime.now(UTC))


def _verify() -> None:
    key = bytes.fromhex(public_key_of(sealing_key()))
    for _, wrong in verify_ledger(key):
        assert not wrong


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
