"""Many threads at once, each with a database connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def race(runners: Sequence[Iterable[Callable[[], object]]]) -> Counter[str]:
    """Let every runner perform its acts in turn, all at the same time; count how they ended."""
    barrier = Barrier(len(runners))

    def run(acts: Iterable[Callable[[], object]]) -> list[str]:
        barrier.wait()
        try:
            return [_outcome(act) for act in acts]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runners)) as pool:
        return Counter(outcome for outcomes in pool.map(run, runners) for outcome in outcomes)


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except Exception as error:
        return type(error).__name__
    return "done"
