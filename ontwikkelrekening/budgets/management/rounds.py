"""What the round commands share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ledger.posting import UnableToPost
from ontwikkelrekening.budgets.funding import UnableToFund
from ontwikkelrekening.budgets.models import Round
from ontwikkelrekening.budgets.rounds import UnableToPublish
from ontwikkelrekening.eligibility.policies import NoPolicy


def add_round(parser: CommandParser) -> None:
    parser.add_argument("round", help="the code of the round, such as voorjaar-2026")


def find_round(code: str) -> Round:
    round_ = Round.objects.select_related("scheme").filter(code=code).first()
    if round_ is None:
        raise CommandError(f"There is no round {code}.")
    return round_


@contextmanager
def clear_errors() -> Iterator[None]:
    """One plain sentence instead of a traceback."""
    try:
        yield
    except (UnableToPublish, UnableToFund, UnableToPost, NoPolicy) as error:
        raise CommandError(str(error)) from error


def follow(left: Callable[[], int], *, unit: str, seconds: float) -> int:
    """Show how work in the queue goes down; return what is left when it stops or time is up."""
    until, remaining = time.monotonic() + seconds, left()
    with tqdm(total=remaining, unit=unit, disable=None) as bar:
        total = remaining
        while remaining and time.monotonic() < until:
            time.sleep(0.2)
            remaining = left()
            bar.update(total - remaining - bar.n)
    return remaining
