"""Arguments that several commands take."""

from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """A date on the command line; a usage line says what was not one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a day, such as 2026-12-31") from None
