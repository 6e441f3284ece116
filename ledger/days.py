"""Days as text, written in one way."""

from datetime import date


def day_written(written: str) -> date | None:
    """The day that is written like 2026-12-31; None for anything else, 20261231 and 2026-W53-4 too."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if written == day.isoformat() else None
