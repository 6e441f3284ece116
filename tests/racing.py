"""Many threads at the same moment, each with a database connection of its own."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


def together(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Perform all acts at the same moment; return what each returned."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        try:
            start.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def race(runners: Sequence[Iterable[Callable[[], object]]]) -> Counter[str]:
    """Let every runner perform its acts in turn, all at the same time; count how they ended."""
    outcomes = together([partial(_in_turn, acts) for acts in runners])
    return Counter(outcome for each in outcomes for outcome in each)


def at_once(*acts: Callable[[], object]) -> Counter[str]:
    """Do all acts at the same moment; count how they ended."""
    return race([[act] for act in acts])


class Beside:
    """An act in a session of its own, beside this one, so that a test says who goes when."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._pid = Future[int]()
        self._outcome = ThreadPoolExecutor(1).submit(self._run, act)

    def _run(self, act: Callable[[], object]) -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid.set_result(cursor.fetchone()[0])
            return _outcome(act)
        finally:
            connections.close_all()

    @property
    def pid(self) -> int:
        """The number of its session in the database."""
        return self._pid.result()

    def waits(self, whom: Beside | None = None) -> bool:
        """Whether it waits for a lock, of this one; answers when it does, or either has ended."""
        ended = [each._outcome.done for each in (self, whom) if each]
        with connection.cursor() as cursor:
            while not any(done() for done in ended):
                cursor.execute("SELECT pg_blocking_pids(%s)", [self.pid])
                (holders,) = cursor.fetchone()
                if whom.pid in holders if whom else holders:
                    return True
                time.sleep(0.005)
        return False

    def outcome(self) -> str:
        """Wait until it has ended: "done", or the name of what was raised."""
        return self._outcome.result()


def _in_turn(acts: Iterable[Callable[[], object]]) -> list[str]:
    return [_outcome(act) for act in acts]


def _outcome(act: Callable[[], object]) -> str:
    """ "done", or the name of what was raised."""
    try:
        act()
    except Exception as error:
        traceback.print_exc()  # shown when the test fails, where the name alone would not say why
        return type(error).__name__
    return "done"
