"""The doorbell gathers a rush, and the last ring is never lost."""

import time

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
