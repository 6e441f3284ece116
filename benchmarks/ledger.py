"""The ledger against its yardsticks: raw SQL, pgledger's design, django-hordak, django-ledger.

BENCH_ROUNDS and BENCH_SECONDS change how long it takes (3 rounds of 3 seconds); BENCH_ONLY names
groups: singles, batches, libraries, sealing, reading, memory.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from uuid import uuid4

from django.db import connection

from benchmarks import processes
from benchmarks.books import AT, CITIZENS, ON, Books, open_books
from benchmarks.clients import SQL, transactions_a_second
from benchmarks.measuring import Measure, Metric, compare, print_line, write
from benchmarks.memory import FORMATS, peak_of_export
from benchmarks.server import VAR
from benchmarks.yardsticks import PACKAGES, library
from ledger.accounts import open_accounts
from ledger.balances import balances, balances_on
from ledger.keys import sealing_key
from ledger.models import Seal
from ledger.posting import NewBooking, NewTransfer, post
from ledger.reports import statement
from ledger.rolling_up import roll_up
from ledger.sealing import seal

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))


def run() -> list[Metric]:
    books = yardsticks_beside_books()
    metrics: list[Metric] = []
    for name in os.environ.get("BENCH_ONLY", ",".join(GROUPS)).split(","):
        metrics += GROUPS[name](books)
        write("ledger", metrics, folder=VAR)
    return metrics


def yardsticks_beside_books() -> Books:
    """Books to post in, and in the same database the tables of what they are compared with."""
    books = open_books(os.environ["DATABASE_URL"])
    with connection.cursor() as cursor:
        for file in ("raw_tables", "pgledger"):
            cursor.execute((SQL / f"{file}.sql").read_text())
        cursor.execute("VACUUM ANALYZE")
    return books


def ours(
    books: Books, script: str, clients: int, *, seconds: int = SECONDS, **values: int
) -> Measure:
    return partial(
        transactions_a_second, books.url, script, clients=clients, seconds=seconds,
        fund=books.fund, first=books.first, **values,
    )  # fmt: skip


def raw(books: Books, script: str, clients: int, **values: int) -> Measure:
    return partial(
        transactions_a_second, books.url, script, clients=clients, seconds=SECONDS, **values
    )


def singles(books: Books) -> list[Metric]:
    """One durable transfer a transaction."""
    pairs = (
        ("single_hot", "post_credit_hot", "raw_hot"),
        ("single_hot_ceiling", "post_debit_hot", "raw_hot"),
        ("single_random", "post_random", "raw_random"),
        ("single_vs_pgledger", "post_credit_hot", "pgledger_hot"),
    )
    return [
        compare(
            f"{name}_c{clients}",
            ours(books, script, clients),
            (yardstick, raw(books, yardstick, clients)),
            unit="transfers/s",
            rounds=ROUNDS,
        )
        for clients in (8, 32)
        for name, script, yardstick in pairs
    ]


def batches(books: Books) -> list[Metric]:
    """Many transfers a transaction, eight clients; a unit is a transfer."""

    def times(size: int, measure: Measure) -> Measure:
        return lambda: size * measure()

    return [
        compare(
            f"batch_{size}",
            times(size, ours(books, "post_batch", 8, n=size)),
            ("raw_batch", times(size, raw(books, "raw_batch", 8, n=size))),
            unit="transfers/s",
            rounds=ROUNDS,
        )
        for size in (100, 1000)
    ]


def libraries(books: Books) -> list[Metric]:
    """The same act from Django processes, and what a bare cursor makes there without any guards."""
    metrics = []
    for name, counts in (("hordak", (1, 4, 8)), ("django_ledger", (1,)), ("cursor", (1, 4, 8))):
        command, environment = library(name) if name in PACKAGES else (processes.cursor(), {})
        metrics += [
            compare(
                f"django_vs_{name}_p{count}",
                partial(
                    processes.transfers_a_second, processes.ours(books.fund, books.first),
                    processes=count, seconds=SECONDS,
                ),
                (name, partial(
                    processes.transfers_a_second, command,
                    processes=count, seconds=SECONDS, **environment,
                )),
                unit="transfers/s",
                rounds=ROUNDS,
            )
            for count in counts
        ]  # fmt: skip
    return metrics


def sealing(books: Books) -> list[Metric]:
    """What the worker costs the posters, and how fast it is itself."""
    return [_seal_overhead(books), _seal_rate(books)]


def _tend() -> None:
    roll_up()
    seal(key=sealing_key(), at=datetime.now(UTC))


def _seal_overhead(books: Books) -> Metric:
    # Long beside the second between two goes of the worker: what came after the last is not sealed.
    posting = ours(books, "post_credit_hot", 8, seconds=3 * SECONDS)

    def work(ready: threading.Event, stop: threading.Event) -> None:
        _tend()  # what the run without the worker left is not this run's to seal
        ready.set()
        while not stop.wait(1):
            _tend()
        connection.close()

    def with_worker() -> float:
        ready, stop = threading.Event(), threading.Event()
        worker = threading.Thread(target=work, args=[ready, stop])
        worker.start()
        ready.wait()
        try:
            return posting()
        finally:
            stop.set()
            worker.join()

    return compare(
        "seal_overhead",
        with_worker,
        ("without the worker", posting),
        unit="transfers/s",
        rounds=ROUNDS,
    )


def _seal_rate(books: Books) -> Metric:
    _tend()
    rate = Metric("seal_rate", "transfers/s", "SHA-256 of the same bytes, read from the same rows")
    for _ in range(ROUNDS):
        _post_many(books, 100_000)
        before = Seal.objects.latest("number")
        start = time.perf_counter()
        *_, last = made = seal(key=sealing_key(), at=datetime.now(UTC))
        rate.ours.append(sum(one.count for one in made) / (time.perf_counter() - start))
        start = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(sha256(convert_to(content, 'UTF8'))) "
                "FROM ledger_leaves(%s, %s, %s, %s, NULL)",
                [before.last_xid, before.last_seq, last.last_xid, last.last_seq],
            )
            (count,) = cursor.fetchone()
        rate.theirs.append(count / (time.perf_counter() - start))
    print_line(rate)
    return rate


def _post_many(books: Books, count: int, on: date = ON) -> None:
    for start in range(0, count, 10_000):
        first = books.first + start % CITIZENS
        post(
            NewBooking(uuid4(), "expire", "bench", "bench", on),
            [NewTransfer(first + n, books.fund, 1) for n in range(10_000)],
            at=AT,
        )


def reading(books: Books) -> list[Metric]:
    """Balance and statement of a provider's account with 100,000 transfers against one with 10."""
    ids = open_accounts(["payable:busy", "payable:new"], account_class="payable", at=AT)
    busy, new = ids["payable:busy"], ids["payable:new"]
    for account, count in ((busy, 100_000), (new, 10)):
        for start in range(0, count, 10_000):
            size = min(10_000, count - start)
            post(
                NewBooking(uuid4(), "claim", "bench", "bench", ON),
                [NewTransfer(books.first + n, account, 1) for n in range(size)],
                at=AT,
            )
    roll_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ledger_transfer")

    def milliseconds(read: Callable[[], object]) -> Measure:
        def measure() -> float:
            start = time.perf_counter()
            for _ in range(100):
                read()
            return (time.perf_counter() - start) / 100 * 1000

        return measure

    def pair(name: str, read: Callable[[int], object]) -> Metric:
        return compare(
            name,
            milliseconds(partial(read, busy)),
            ("10 transfers", milliseconds(partial(read, new))),
            unit="ms",
            rounds=ROUNDS,
            less_is_better=True,
        )

    return [
        pair("balance_read_100k", lambda account: balances([account])),
        pair("statement_100k", lambda account: (
            balances_on([account], on=ON), statement([account], limit=25)
        )),
    ]  # fmt: skip


def memory(books: Books) -> list[Metric]:
    """Peak memory of an export in a process of its own: 1,000,000 transfers against 10,000."""
    _post_many(books, 1_000_000, on=date(2025, 6, 1))
    _post_many(books, 10_000, on=date(2024, 6, 1))
    return [
        compare(
            f"export_memory_{name}",
            partial(peak_of_export, name, "2025-01-01", "2025-12-31"),
            ("10,000 transfers", partial(peak_of_export, name, "2024-01-01", "2024-12-31")),
            unit="MiB",
            rounds=1,
            less_is_better=True,
        )
        for name in FORMATS
    ]


GROUPS = {
    "singles": singles,
    "batches": batches,
    "libraries": libraries,
    "sealing": sealing,
    "reading": reading,
    "memory": memory,
}
