"""The doorbell gathers a rush, and the last ring is never lost."""

import logging
import time

import pytest

from ontwikkelrekening.bell import PAUSE, Bell


def test_a_rush_strikes_at_once_and_once_more_at_its_end() -> None:
    strikes: list[float] = []
    bell = Bell(lambda: strikes.append(time.monotonic()))

    for _ in range(100):
        bell.ring()
    assert len(strikes) == 1
    time.sleep(PAUSE * 2)

    assert len(strikes) == 2


def test_rings_far_apart_each_strike_at_once() -> None:
    strikes: list[float] = []
    bell = Bell(lambda: strikes.append(time.monotonic()))

    bell.ring()
    time.sleep(PAUSE * 1.2)
    bell.ring()

    assert len(strikes) == 2


def test_a_bell_that_nobody_hears_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def strike() -> None:
        raise ConnectionError("broker at secret-host is away")

    bell = Bell(strike)

    with caplog.at_level(logging.WARNING):
        bell.ring()
        bell.ring()  # this one strikes later, in a thread
        time.sleep(PAUSE * 2)

    assert [record.getMessage() for record in caplog.records] == ["nobody heard the bell"] * 2
    assert "secret-host" not in caplog.text
