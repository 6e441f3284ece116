"""A doorbell that a rush cannot wear out: it strikes at once, then at most once a fifth of a second.

A message a request costs a durable write each; a worker that is awake needs none of them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock, Timer

logger = logging.getLogger(__name__)

PAUSE = 0.2  # seconds


class Bell:
    """Rings are gathered; the last one is always followed by a strike.

    A strike that nobody hears is a line in the log and no error: the sweep comes by anyway.
    """

    def __init__(self, strike: Callable[[], object]) -> None:
        self._strike = strike
        self._lock = Lock()
        self._struck_at = -PAUSE
        self._is_set_to_strike = False

    def ring(self) -> None:
        with self._lock:
            if self._is_set_to_strike:
                return
            wait = self._struck_at + PAUSE - time.monotonic()
            if wait > 0:
                self._is_set_to_strike = True
                later = Timer(wait, self._strike_later)
                later.daemon = True
                later.start()
                return
            self._struck_at = time.monotonic()
        self._try_to_strike()

    def _strike_later(self) -> None:
        with self._lock:
            self._is_set_to_strike = False
            self._struck_at = time.monotonic()
        self._try_to_strike()

    def _try_to_strike(self) -> None:
        try:
            self._strike()
        except Exception as error:  # a broker that is away; whoever rang has nothing to mend
            logger.warning("nobody heard the bell", extra={"error": type(error).__name__})
