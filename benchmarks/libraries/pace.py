"""How often a second a process does something; all processes of a run start at the same moment."""

import gc
import sys
import time
from collections.abc import Callable


def print_pace(act: Callable[[], object], seconds: int) -> None:
    """Do it once, say that we are ready, wait for the word, do it so long, print how often a second.

    What a process made to get ready is no garbage to look through again.
    """
    act()
    gc.freeze()
    print("ready", flush=True)
    sys.stdin.readline()
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        act()
        done += 1
    print(done / (time.perf_counter() - start))
