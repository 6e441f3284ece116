"""Many Django processes at once, each posting for some seconds: ours, or a library's own script."""

from __future__ import annotations

import os
import subprocess
import sys

LIBRARIES = "benchmarks.libraries"


def transfers_a_second(
    command: list[str], *, processes: int, seconds: int = 3, **environment: str
) -> float:
    """Start the processes together when all are ready; each prints how many it committed a second."""
    running = [
        subprocess.Popen(
            [*command, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        for _ in range(processes)
    ]
    for process in running:
        assert process.stdout
        process.stdout.readline()
    for process in running:
        assert process.stdin
        print("go", file=process.stdin, flush=True)
    answers = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise RuntimeError(f"{command} failed")
    return sum(float(answer) for answer in answers)


def ours(fund: int, first: int) -> list[str]:
    """The command that posts with `ledger.posting.post`."""
    return [*_run("ours"), str(fund), str(first)]


def cursor() -> list[str]:
    """The command that runs the bare statement between random accounts."""
    return _run("cursor")


def _run(name: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", f"{LIBRARIES}.run_{name}"]
