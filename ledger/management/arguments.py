"""Arguments that several commands take."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

DAY = 86_400  # seconds


def day(text: str) -> date:
    """A date on the command line; a usage line says what was not one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day, such as 2026-12-31") from None


def folder(text: str) -> Path:
    """A folder that is there, asked for before anything is done that its files would tell of."""
    path = Path(text)
    if not path.is_dir():
        raise ArgumentTypeError(f"{text} is not a folder")
    return path


def seconds(text: str) -> float:
    """A time to wait on the command line."""
    try:
        wait = float(text)
    except ValueError:
        wait = 0
    if not 0 < wait <= DAY:
        raise ArgumentTypeError(f"{text} is not a number of seconds, at most a day")
    return wait
