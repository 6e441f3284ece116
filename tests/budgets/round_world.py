"""A round for the tests, and people who apply in it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ontwikkelrekening.budgets.allocating import in_slices
from ontwikkelrekening.budgets.applying import apply
from ontwikkelrekening.budgets.drawing import assess_slice, draw
from ontwikkelrekening.budgets.models import Round
from ontwikkelrekening.budgets.refusing import confirm, waiting
from ontwikkelrekening.budgets.rounds import RoundDetails, close, prepare, publish
from ontwikkelrekening.citizens.registering import NewCitizen, register
from tests.budgets.world import AT, GENERAL, World, person

OPENS_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DURING = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
CLOSES_AT = datetime(2026, 3, 8, 22, 0, tzinfo=UTC)
AFTER = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def details(**changes: Any) -> RoundDetails:
    """EUR 1,000 each for a ceiling of EUR 2,500."""
    values: dict[str, Any] = {
        "code": "voorjaar",
        "name": "Voorjaar 2026",
        "opens_at": OPENS_AT,
        "closes_at": CLOSES_AT,
        "waits_until": date(2026, 12, 31),
        "ceiling": 250_000,
        "grant": 100_000,
        "categories": GENERAL,
        "fallback": "Bij een storing van meer dan een uur blijft het tijdvak een dag langer open.",
    }
    return RoundDetails(**{**values, **changes})


def round_file(**changes: Any) -> str:
    """The same as `prepare_round` reads it."""
    return json.dumps(asdict(details(**changes)), default=lambda day: day.isoformat())


def published(world: World, **changes: Any) -> Round:
    draft = prepare(world.scheme, details(**changes), by="petra")
    return publish(draft, by="paul", at=AT)


def applicants(
    number: int, *facts: tuple[str, str], start: int = 60_000_000, born_on: date = date(1990, 1, 1)
) -> list[str]:
    """Account codes of new people with these facts who live in the Netherlands."""
    people: list[NewCitizen] = [
        person(start + index, born_on, ("residence", "yes"), *facts) for index in range(number)
    ]
    return register(people, at=AT).codes


def everyone_applies(round_: Round, codes: list[str], *, wanted: int = 100_000) -> None:
    for minutes, code in enumerate(codes):
        apply(round_.code, code, wanted=wanted, at=DURING + timedelta(minutes=minutes))


def drawn(round_: Round, *, at: datetime = AFTER) -> Round:
    """Close, assess, confirm who is refused, and draw."""
    closed = close(round_, at=at)
    while assess_slice(f"{closed.pk}:0", at=at):
        pass
    for refusal in waiting(closed):
        confirm(refusal, by="rosa", at=at)
    return draw(closed, at=at)


def allocate_all(round_: Round, *, at: datetime) -> int:
    """Grant until the money or the list is at its end; how many grants were made."""
    return sum(in_slices(round_, at=at))


def allocated(round_: Round, *, at: datetime = AFTER) -> Round:
    drawn_round = drawn(round_, at=at)
    allocate_all(drawn_round, at=at)
    return drawn_round
