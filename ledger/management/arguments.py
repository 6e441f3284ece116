"""Arguments that several commands take."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path

from ledger.days import day_written
from ledger.exports.movements import FIRST_YEAR, LAST_YEAR, is_year

DAY = 86_400  # seconds
REFERENCE_MAX = 140


def day(text: str) -> date:
    """A date on the command line; a usage line says what was not one."""
    found = day_written(text)
    if found is None:
        raise ArgumentTypeError(f"{text} is not a day, such as 2026-12-31")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ArgumentTypeError(f"{text} is not a day in {FIRST_YEAR} to {LAST_YEAR}")
    return found


def year(text: str) -> int:
    """A year that the books take, on the command line."""
    if not is_year(text):
        raise ArgumentTypeError(f"{text} is not a year in {FIRST_YEAR} to {LAST_YEAR}")
    return int(text)


def reference(text: str) -> str:
    """One line that somebody can read back from a letter or a bank statement."""
    if not (text.isprintable() and text == text.strip() and 0 < len(text) <= REFERENCE_MAX):
        raise ArgumentTypeError(
            f"{text!r} is not a reference: one line of {REFERENCE_MAX} letters at most"
        )
    return text


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
