"""A doorbell that a rush cannot wear out: it strikes at once, then at most once a fifth of a second.

A message a request costs a durable write each; a worker that is awake needs none of them. A thread of
its own strikes, because a broker that is away or hangs keeps who strikes, and nobody's request waits for it.
"""

from __future__ import annotations

import atexit
import logging
import os
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

logger = logging.getLogger(__name__)

PAUSE = 0.2  # seconds
LAST = 2  # seconds that the end of a process waits for its last ring


class Bell:
    """Rings are gathered; the last one is always followed by a strike that begins after it.

    A strike that nobody hears is a line in the log and no error: the sweep comes by anyway.
    """

    def __init__(self, strike: Callable[[], object]) -> None:
        self._strike = strike
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # a child has none of the threads
        atexit.register(lambda: self._all_struck.wait(LAST))

    def _begin(self) -> None:
        self._lock = Lock()
        self._rung = Event()
        self._all_struck = Event()
        self._all_struck.set()
        self._striker: Thread | None = None

    def ring(self) -> None:
        if self._rung.is_set():
            return
        with self._lock:
            self._all_struck.clear()
            self._rung.set()
            if self._striker is None:
                self._striker = Thread(target=self._strike_on, daemon=True)
                self._striker.start()

    def _strike_on(self) -> None:
        while self._rung.wait():
            self._rung.clear()
            self._try_to_strike()
            with self._lock:
                if not self._rung.is_set():
                    self._all_struck.set()
            time.sleep(PAUSE)

    def _try_to_strike(self) -> None:
        try:
            self._strike()
        except Exception as error:  # a broker that is away; whoever rang has nothing to mend
            logger.warning("nobody heard the bell", extra={"error": type(error).__name__})
