"""A hot standby under load: what it costs who posts, how far it lags, what it reads meanwhile.

Primary, standby, the clients that post and the process that reads share the machine's cores: a
standby on a machine of its own takes none of them, and a network adds its round trip.
BENCH_ROUNDS and BENCH_SECONDS change how long it takes (5 rounds of 2 seconds).
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import psycopg
from psutil import NoSuchProcess

from benchmarks.books import AT, ON, Books, open_books
from benchmarks.clients import transactions_a_second
from benchmarks.measuring import Figures, Measure, Metric, compare, print_line
from ledger.balances import balances
from ledger.posting import NewBooking, NewTransfer, post
from ledger.reports import statement
from tests.servers import Copy, Pair, catch_up, follow_in_step, on, set_up

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "2"))
CLIENTS = 8
SHAPES = {"random": "post_random", "hot": "post_credit_hot"}
ALONE, ASYNCHRONOUS = "alone", "asynchronous"
SYNCHRONOUS = ("on", "remote_apply")
WAYS = (ALONE, ASYNCHRONOUS, *SYNCHRONOUS)
READERS, PAGE = 1_000, 25  # citizens, each with a page of lines
STEADY = 2_000  # postings a second, which leave the cores some time
EDGE = 0.4  # seconds after the start and before the end that are not sampled
READ: dict[str, Callable[[int], object]] = {
    "balance": lambda account: balances([account]),
    "statement": lambda account: statement([account], limit=PAGE),
}
REPLAYED = """
    SELECT pg_last_wal_replay_lsn()::text,
           extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float * 1000
"""
BEHIND = "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), %s::pg_lsn)::float"


@dataclass
class Spread:
    """What has no yardstick: asked time after time while the primary posted, or once a round."""

    name: str
    unit: str
    samples: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The figures as they are published."""
        return {
            "median": round(statistics.median(self.samples), 2),
            "min": round(min(self.samples), 2),
            "max": round(max(self.samples), 2),
            "unit": self.unit,
            "samples": len(self.samples),
        }


def run() -> list[Figures]:
    books = open_books(os.environ["DATABASE_URL"])
    for _ in range(PAGE):
        post(
            NewBooking(uuid4(), "top_up", "bench", "a line of each page", ON),
            [NewTransfer(books.fund, books.first + n, 1) for n in range(READERS)],
            at=AT,
        )
    pair = Pair(books.url)
    try:
        set_up(pair.standby, "hot_standby_feedback", "on")
        posting = partial(
            transactions_a_second, pair.primary.url("bench_replica"),
            clients=CLIENTS, fund=books.fund, first=books.first,
        )  # fmt: skip
        return [*rates(pair, posting), *reads(pair, books, posting)]
    finally:
        pair.remove()


@dataclass
class Found:
    """What was measured of one shape in one way, a figure a round; the lag many times a round."""

    rates: list[float] = field(default_factory=list)
    primary: list[float] = field(default_factory=list)
    standby: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)

    def figures(self, name: str, alone: Found) -> list[Figures]:
        """As they are published, and their lines of the table."""
        yardstick = "no standby"
        metrics = [
            Metric(name, "transfers/s", yardstick, self.rates, alone.rates),
            Metric(f"{name}_cpu", "us/transfer", yardstick, self.primary, alone.primary, True),
        ]
        spreads = [
            Spread(f"{name}_cpu_standby", "us/transfer", self.standby),
            Spread(f"{name}_lag", "ms", self.lag),
            Spread(f"{name}_behind", "bytes", self.behind),
        ]
        for metric in metrics:
            print_line(metric)
        for spread in spreads:
            print(f"{spread.name:28} {spread.as_json()}", flush=True)
        return [*metrics, *spreads]


def rates(pair: Pair, posting: Callable[..., float]) -> list[Figures]:
    """Durable postings a second in each way, what each costs, and the lag meanwhile."""
    figures: list[Figures] = []
    for shape, script in SHAPES.items():
        found = {way: Found() for way in WAYS}
        post_some = partial(posting, script, seconds=SECONDS)
        post_some()  # warm
        for number in range(ROUNDS):
            for way in WAYS if number % 2 else reversed(WAYS):
                with following(pair, way):
                    measure(pair, post_some, found[way], way)
        for way in WAYS[1:]:
            figures += found[way].figures(f"{shape}_{way}", found[ALONE])
    return figures


def measure(pair: Pair, post_some: Measure, found: Found, way: str) -> None:
    """One round of one way."""
    servers = [(pair.primary, found.primary)]
    if way != ALONE:
        servers.append((pair.standby, found.standby))
    before = [processor_seconds(server) for server, _ in servers]
    rate = post_some() if way == ALONE else watched(pair, post_some, found)
    found.rates.append(rate)
    time.sleep(0.2)  # until the sessions have ended, and count as such
    for (server, costs), earlier in zip(servers, before, strict=True):
        costs.append(1e6 * (processor_seconds(server) - earlier) / (rate * SECONDS))


def processor_seconds(server: Copy) -> float:
    """What all processes of a server have used, those that ended too."""
    first, *_ = everybody = server.processes
    ended = first.cpu_times()
    seconds = ended.children_user + ended.children_system
    for process in everybody:
        with suppress(NoSuchProcess):
            used = process.cpu_times()
            seconds += used.user + used.system
    return float(seconds)


@contextmanager
def following(pair: Pair, way: str) -> Iterator[None]:
    """Let the standby follow in this way, with nothing left to catch up; alone: stopped."""
    if way in SYNCHRONOUS:
        follow_in_step(pair.primary, way)
    else:
        set_up(pair.primary, "synchronous_standby_names", "")
    if way != ALONE:
        catch_up(pair.standby, pair.primary)
        yield
        return
    pair.standby.stop()
    try:
        yield
    finally:
        pair.standby.start()


def watched(pair: Pair, post_some: Measure, found: Found) -> float:
    """Post, and ask meanwhile how old what the standby shows is, and how much it misses."""

    def watch() -> None:
        time.sleep(EDGE)
        until = time.monotonic() + SECONDS - 2 * EDGE
        while time.monotonic() < until:
            place, age = there.execute(REPLAYED).fetchone() or ()
            (missing,) = here.execute(BEHIND, [place]).fetchone() or ()
            found.lag.append(age)
            found.behind.append(missing)
            time.sleep(0.02)

    primary, standby = (server.url("postgres") for server in (pair.primary, pair.standby))
    with (
        psycopg.connect(primary, autocommit=True) as here,
        psycopg.connect(standby, autocommit=True) as there,
        ThreadPoolExecutor() as beside,
    ):
        watching = beside.submit(watch)
        rate = post_some()
        watching.result()
    return rate


def reads(pair: Pair, books: Books, posting: Callable[..., float]) -> Iterator[Metric]:
    """Reads a second by one process on the standby, while the primary posts and while it rests."""
    set_up(pair.primary, "synchronous_standby_names", "")
    write = partial(posting, SHAPES["random"], seconds=SECONDS + 2)

    def ask(read: Callable[[int], object]) -> float:
        until, count = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            read(books.first + random.randrange(READERS))
            count += 1
        return count / SECONDS

    def rest(read: Callable[[int], object]) -> float:
        catch_up(pair.standby, pair.primary)
        return ask(read)

    def loaded(read: Callable[[int], object], rate: int | None) -> float:
        with ThreadPoolExecutor() as beside:
            writing = beside.submit(write, rate=rate)
            time.sleep(EDGE)
            found = ask(read)
            assert not writing.done(), "there was nothing to read beside"
        writing.result()
        return found

    with on(pair.standby):
        for load, rate in (("steady", STEADY), ("full", None)):
            for name, read in READ.items():
                yield compare(
                    f"{name}_beside_{load}",
                    partial(loaded, read, rate),
                    ("at rest", partial(rest, read)),
                    unit="reads/s",
                    rounds=ROUNDS,
                )
