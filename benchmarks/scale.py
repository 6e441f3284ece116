"""A million, or ten: accounts, transfers, roll-up, checks, seals, one after the other.

BENCH_SIZES names the sizes (1000000). With BENCH_KILL=1 the posting processes are killed (-9) half
way and started again, and the time counts both. Every figure is in var/bench/scale.json as soon as
it is there, and Ctrl-C prints the table of what was done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.db import connection
from tqdm import tqdm

from benchmarks import bulk
from benchmarks.measuring import Figures, Metric, print_line, write
from benchmarks.server import VAR
from ledger.accounts import open_account
from ledger.checking import check_ledger
from ledger.keys import sealing_key
from ledger.models import Seal
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
PEAK = Path("/proc/self/status")


@dataclass
class Acts:
    """What each act took at one size: seconds, the peak of this process, and the machine's load."""

    size: int
    took: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"scale_{self.size}"

    def as_json(self) -> dict[str, object]:
        return {**self.took}

    @contextmanager
    def timed(self, act: str) -> Iterator[None]:
        """Time an act that is carried through, and write it down at once."""
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        started = time.perf_counter()
        yield
        self.took[act] = {
            "seconds": round(time.perf_counter() - started, 2),
            "peak_mib": round(_peak_mib()),
            "load": round(os.getloadavg()[0], 1),
        }
        write("scale", [self], folder=VAR)
        print(f"  {self.size:,} {act}: {self.took[act]}", flush=True)


def run() -> list[Figures]:
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "1000000").split(",")]
    tables = [Acts(size) for size in sizes]
    metrics: list[Figures] = []
    try:
        for table in tables:
            metrics.append(_measure(table))
            _read(table)
    except KeyboardInterrupt:
        print("stopped")
    _print(tables)
    return [*metrics, *(table for table in tables if table.took)]


def _measure(table: Acts) -> Metric:
    size = table.size
    treasury = open_account("treasury", account_class="treasury", at=bulk.AT).pk
    fund = open_account(f"fund:{size}", account_class="fund", at=bulk.AT).pk
    post(
        NewBooking(uuid4(), "fund", "bench", "the fund", bulk.ON),
        [NewTransfer(treasury, fund, 100 * size)],
        at=bulk.AT,
    )
    with table.timed("open the accounts"):
        first = bulk.open_citizens(size)
    _settle()
    metric = Metric(
        NAMES.get(size, f"bulk_{size}"), "transfers/s", "raw COPY, INSERT, UPDATE, one transaction"
    )
    with table.timed("yardstick, with its accounts"):
        metric.theirs.append(size / bulk.raw(size, os.environ["DATABASE_URL"]))
    _settle()
    half = size // 2 if os.environ.get("BENCH_KILL") else None
    with table.timed("post, killed half way and resumed" if half else "post"):
        started = time.perf_counter()
        bulk.post_all(size, fund=fund, first=first, kill_after=half)
        metric.ours.append(size / (time.perf_counter() - started))
    print_line(metric)
    write("scale", [metric], folder=VAR)
    with table.timed("every account has its transfer, once"):
        _assert_once(size)
    with table.timed("all again: nothing happens"):
        bulk.post_again(size, fund=fund, first=first)
    return metric


def _read(table: Acts) -> None:
    acts: list[tuple[str, Callable[[], object]]] = [
        ("roll up", roll_up),
        ("trial balance", trial_balance),
        ("check_ledger", _check),
        ("seal", _seal),
        ("verify every seal", _verify),
    ]
    for name, act in acts:
        with table.timed(name):
            act()


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


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
    for _, wrong in tqdm(verify_ledger([key]), total=Seal.objects.count(), leave=False):
        assert not wrong


def _peak_mib() -> float:
    (line,) = (line for line in PEAK.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _print(tables: list[Acts]) -> None:
    """The table in Markdown: seconds, and the peak of the process."""
    print("| act |" + "".join(f" {table.size:,} |" for table in tables))
    print("|---" * (len(tables) + 1) + "|")
    for act in dict.fromkeys(act for table in tables for act in table.took):
        cells = (table.took.get(act) for table in tables)
        told = (f"{it['seconds']:.1f} s, {it['peak_mib']:.0f} MiB" if it else "" for it in cells)
        print(f"| {act} |" + "".join(f" {cell} |" for cell in told))
