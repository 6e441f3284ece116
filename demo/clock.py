"""The demo's calendar: a file that says how many seconds the demo's processes live behind.

The product itself has no such switch: only `demo.served` and `demo.manage` look here, and they move
the clock of their own process with the library that tests use for it.
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import time_machine

_real_time = time.time
_travel: time_machine.travel | None = None
_offset = 0.0


def set_clock(file: Path, moment: datetime | None) -> None:
    """Let the demo's processes live at `moment`; None brings them back to now."""
    offset = 0.0 if moment is None else moment.timestamp() - time.time()
    scratch = file.with_suffix(".new")
    scratch.write_text(str(offset))
    scratch.replace(file)


def follow() -> None:
    """Move this process's clock to what the file says."""
    global _travel, _offset  # noqa: PLW0603
    try:
        offset = float(Path(os.environ["DEMO_CLOCK"]).read_text())
    except FileNotFoundError:
        offset = 0.0
    if offset == _offset:
        return
    if _travel is not None:
        _travel.stop()
        _travel = None
    _offset = offset
    if offset:
        _travel = time_machine.travel(_real_time() + offset, tick=True)
        _travel.start()
