"""The proof of a round: what everyone can download to redraw it, and a citizen's own place.

The list knows applications by their random id only; who applied has that id on the receipt.
`static/budgets/redraw.py` redraws the list with nothing but Python's standard library.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Count, Q, Sum

from ledger.balances import balance
from ontwikkelrekening.budgets.models import Application, Placing, Round, RoundState

COLUMNS = ("application", "class", "missed", "wantedCents", "rank", "grantedCents")


class NotDrawn(Exception):
    """There is no list before the draw."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a round stands: how many applied, took part and were granted; amounts in cents."""

    applications: int
    placed: int
    granted: int
    granted_cents: int
    left_cents: int


@dataclass(frozen=True, slots=True)
class Place:
    """A citizen's own place: the rank and what it was made of."""

    rank: int
    of: int
    priority: int
    missed: int
    lot: str
    wanted: int
    granted: int
    before_by_class: int  # how many went first for a higher class
    before_by_missed: int  # ... for having missed more rounds, in the same class
    before_by_lot: int  # ... by the lot alone


def standing(round_: Round) -> Standing:
    """How a round stands now."""
    sums = Placing.objects.filter(round=round_).aggregate(
        placed=Count("pk"),
        winners=Count("pk", filter=Q(granted__gt=0)),
        cents=Sum("granted", default=0),
    )
    return Standing(
        applications=round_.applications.filter(withdrawn=False).count(),
        placed=sums["placed"],
        granted=sums["winners"],
        granted_cents=sums["cents"],
        left_cents=balance(round_.account_id) if round_.account_id else 0,
    )


def facts(round_: Round) -> dict[str, Any]:
    """What was published beforehand, and what the draw used."""
    if round_.state != RoundState.DRAWN:
        raise NotDrawn
    now = standing(round_)
    return {
        "round": round_.code,
        "name": round_.name,
        "opensAt": round_.opens_at.isoformat(),
        "closesAt": round_.closes_at.isoformat(),
        "division": round_.division,
        "lastGrant": round_.last_grant,
        "ceilingCents": round_.ceiling,
        "returnedCents": now.granted_cents + now.left_cents - round_.ceiling,
        "seedHash": round_.seed_hash,
        "seed": round_.seed,
        "outsideSource": round_.outside_source,
        "outsideValue": round_.outside_value,
        "applications": now.placed,
    }


def rows(round_: Round) -> Iterator[tuple[object, ...]]:
    """The list by rank, read as it is asked for."""
    placings = Placing.objects.filter(round=round_).order_by("rank")
    return placings.values_list(
        "application_id", "priority", "missed", "wanted", "rank", "granted"
    ).iterator(chunk_size=10_000)


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write_facts(round_: Round, file: Writable) -> None:
    file.write(json.dumps(facts(round_), indent=2, ensure_ascii=False) + "\n")


def write_list(round_: Round, file: Writable) -> None:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(rows(round_))


def place_of(application: Application) -> Place | None:
    """The citizen's own place, and how it came about; none before the draw or without a place."""
    placing = Placing.objects.filter(application=application).first()
    if placing is None:
        return None
    first = Placing.objects.filter(round=placing.round_id, rank__lt=placing.rank)
    same = Q(priority=placing.priority)
    counts = first.aggregate(
        by_class=Count("pk", filter=Q(priority__lt=placing.priority)),
        by_missed=Count("pk", filter=same & Q(missed__gt=placing.missed)),
        by_lot=Count("pk", filter=same & Q(missed=placing.missed)),
    )
    return Place(
        rank=placing.rank,
        of=Placing.objects.filter(round=placing.round_id).count(),
        priority=placing.priority,
        missed=placing.missed,
        lot=bytes(placing.lot).hex(),
        wanted=placing.wanted,
        granted=placing.granted,
        before_by_class=counts["by_class"],
        before_by_missed=counts["by_missed"],
        before_by_lot=counts["by_lot"],
    )
