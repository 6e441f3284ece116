"""Run tests again and again without starting anew each time: `python -m tests.forking TESTS`.

It collects the tests once. For each line that it reads, a fork of this process runs them until one
fails; the line is a JSON list of those to run first. Each line it writes is the answer: pytest's exit
code, or null when it was not there within `LIMIT_S`, and the first test that failed. What the tests
print goes to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Generator
from typing import TextIO

import pytest
from hypothesis import Phase, settings

LIMIT_S = 240


class Forks:
    """A plugin of pytest that forks where it would run the tests."""

    def __init__(self, lines: TextIO, answers: TextIO) -> None:
        self.lines = lines
        self.answers = answers
        self.failed = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        given = list(items)
        yield  # pytest-django moves the tests with a database of their own to the end
        items.sort(key=given.index)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        for line in self.lines:
            fork = os.fork()
            if not fork:
                signal.alarm(LIMIT_S)
                put_first(session.items, json.loads(line))
                return None  # and pytest runs them
            code = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
            if code != 0:
                self.answer(None if code == -signal.SIGALRM else code)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def answer(self, code: int | None) -> None:
        print(json.dumps([code, self.failed]), file=self.answers, flush=True)


def put_first(items: list[pytest.Item], tests: list[str]) -> None:
    """Those named, then the same ones with other parameters."""
    named = [*tests, *map(without_parameters, tests)]
    ranks = {test: -rank for rank, test in enumerate(reversed(named))}
    items.sort(
        key=lambda item: ranks.get(item.nodeid, ranks.get(without_parameters(item.nodeid), 1))
    )


def without_parameters(test: str) -> str:
    return test.partition("[")[0]


def main() -> None:
    parent = os.getpid()
    forks = Forks(
        os.fdopen(os.dup(sys.stdin.fileno())), os.fdopen(os.dup(sys.stdout.fileno()), "w")
    )
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A failure is enough: nobody waits for a smaller example of it.
    settings.register_profile("failing", phases=[Phase.generate])
    options = ["-xq", "--tb=line", "--reuse-db", "--hypothesis-profile=failing"]
    code = pytest.main([*options, *sys.argv[1:]], plugins=[forks])
    if os.getpid() != parent:
        forks.answer(code)
        os._exit(0)  # without waiting for threads that a failed test left behind


if __name__ == "__main__":
    main()
