"""A million and ten million: accounts, transfers, roll-up, checks, seals, one after the other.

BENCH_SIZES=1000000 runs the first only.
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
from ledger.keys import sealing_key
from ledger.posting import NewBooking, NewTransfer, post
from ledger.reports import trial_balance
from ledger.rolling_up import roll_up
from ledger.sealing import public_key_of, seal
from ledger.verifying import verify_ledger

NAMES = {1_000_000: "bulk_1m", 10_000_000: "bulk_10m"}


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
    first = bulk.open_citizens(size)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    metric = Metric(
        NAMES.get(size, f"bulk_{size}"),
        "transfers/s",
        "raw COPY, INSERT, UPDATE in one transaction",
    )
    metric.theirs.append(bulk.raw(size, url))
    metric.ours.append(bulk.post_all(size, fund=fund, first=first))
    print_line(metric)
    for name, act in (
        ("all again (nothing happens)", lambda: bulk.post_all(size, fund=fund, first=first)),
        ("roll up", roll_up),
        ("trial balance", trial_balance),
        ("seal", _seal),
        ("verify every seal", _verify),
    ):
        print(f"  {name}: {_seconds(act):.1f} s")
    return [metric]


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
