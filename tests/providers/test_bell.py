"""The doorbell gathers a rush, keeps nobody waiting, and the last ring is never lost."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Event, active_count

import pytest

from ontwikkelrekening.bell import LAST, PAUSE, Bell


def soon(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()


def test_a_rush_strikes_at_once_and_once_more_at_its_end() -> None:
    strikes: list[float] = []
    bell = Bell(lambda: strikes.append(time.monotonic()))

    bell.ring()
    assert soon(lambda: len(strikes) == 1)
    for _ in range(100):
        bell.ring()
    assert len(strikes) == 1
    time.sleep(PAUSE * 3)

    assert len(strikes) == 2
    assert strikes[1] - strikes[0] >= PAUSE


def test_rings_far_apart_each_strike_at_once() -> None:
    strikes: list[float] = []
    bell = Bell(lambda: strikes.append(time.monotonic()))

    bell.ring()
    time.sleep(PAUSE * 2)
    bell.ring()

    assert soon(lambda: len(strikes) == 2)


def test_a_bell_that_nobody_hears_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def strike() -> None:
        raise ConnectionError("broker at secret-host is away")

    bell = Bell(strike)

    with caplog.at_level(logging.WARNING):
        bell.ring()
        assert soon(lambda: len(caplog.records) == 1)
        bell.ring()
        assert soon(lambda: len(caplog.records) == 2)

    assert [record.getMessage() for record in caplog.records] == ["nobody heard the bell"] * 2
    assert "secret-host" not in caplog.text


def test_nobody_waits_for_a_broker_that_hangs() -> None:
    goes_on, strikes = Event(), []

    def strike() -> None:
        strikes.append(time.monotonic())
        goes_on.wait()

    bell = Bell(strike)
    threads = active_count()

    began = time.monotonic()
    for _ in range(100):
        bell.ring()
        time.sleep(0.001)
    assert time.monotonic() - began < 5
    assert active_count() == threads + 1
    assert len(strikes) == 1

    goes_on.set()  # and what rang meanwhile is struck
    assert soon(lambda: len(strikes) == 2)


def test_a_fork_strikes_with_a_thread_of_its_own() -> None:
    reads, writes = os.pipe()
    bell = Bell(lambda: os.write(writes, str(os.getpid()).encode() + b"\n"))
    bell.ring()
    assert os.read(reads, 99) == b"%d\n" % os.getpid()

    if not (child := os.fork()):
        bell.ring()
        time.sleep(PAUSE)
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reads, 99) == b"%d\n" % child


@pytest.mark.parametrize(
    ("strike", "said", "least", "most"),
    [
        ("print('struck', flush=True)", "struck\nstruck\n", PAUSE, 10),
        ("time.sleep(60)", "", LAST, LAST + 10),
    ],
)
def test_the_end_of_a_process_waits_for_its_last_ring_but_not_long(
    strike: str, said: str, least: float, most: float
) -> None:
    rings = (
        "import time; from ontwikkelrekening.bell import Bell\n"
        f"bell = Bell(lambda: {strike})\n"
        "bell.ring(); time.sleep(0.1); bell.ring()"
    )
    began = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", rings], capture_output=True, text=True, check=True, timeout=60
    )

    assert (done.stdout, done.stderr) == (said, "")
    assert least < time.monotonic() - began < most
