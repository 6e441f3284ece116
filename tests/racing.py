"""Many threads at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

from django.db import connections

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


def _in_turn(acts: Iterable[Callable[[], object]]) -> list[str]:
    return [_outcome(act) for act in acts]


def _outcome(act: Callable[[], object]) -> str:
    """ "done", or the name of what was raised."""
    try:
        act()
    except Exception as error:
        return type(error).__name__
    return "done"
