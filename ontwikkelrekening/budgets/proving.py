"""The proof of a round: what everyone can download to redraw it, and a citizen's own place.

The list knows applications by their random id only; who applied has that id on the receipt.
`static/budgets/redraw.py` redraws the list with nothing but Python's standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Q, Sum
from django.db.models.functions import Cast

from ledger.balances import totals
from ledger.models import Transfer
from ontwikkelrekening.budgets.models import (
    Application,
    Division,
    Fund,
    Placing,
    Round,
    RoundState,
)

COLUMNS = ("application", "class", "missed", "wantedCents", "rank", "grantedCents", "left")


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
    returned_cents: int  # came back from citizens, and goes down the list again
    back_to_fund_cents: int  # left over when the waiting list ended


@dataclass(frozen=True, slots=True)
class Place:
    """A citizen's own place: the rank and what it was made of."""

    rank: int
    of: int
    priority: int  # 0 where the class does not count
    missed: int
    lot: str
    wanted: int
    granted: int
    left_list: bool
    before_by_class: int  # how many went first for a higher class
    before_by_missed: int  # ... for having missed more rounds, in the same class
    before_by_lot: int  # ... by the lot alone


def standing(round_: Round) -> Standing:
    """How a round stands now; what came and went is read from its account in the ledger.

    What was granted is read from the places: so that both together come to the ceiling says something.
    """
    sums = Placing.objects.filter(round=round_).aggregate(
        placed=Count("pk"),
        winners=Count("pk", filter=Q(granted__gt=0)),
        cents=Sum("granted", default=0),
    )
    out, in_ = totals(round_.account_id) if round_.account_id else (0, round_.ceiling)
    funds = Fund.objects.filter(scheme=round_.scheme_id)
    to_fund = Transfer.objects.filter(
        debit_account=round_.account_id, credit_account__in=funds.values("account")
    )
    return Standing(
        applications=round_.applications.filter(withdrawn=False).count(),
        placed=sums["placed"],
        granted=sums["winners"],
        granted_cents=sums["cents"],
        left_cents=in_ - out,
        returned_cents=in_ - round_.ceiling,
        back_to_fund_cents=to_fund.aggregate(cents=Sum("amount", default=0))["cents"],
    )


def facts(round_: Round) -> dict[str, Any]:
    """What was published beforehand, what the draw used, and where the money went.

    Raises NotDrawn.
    """
    if round_.state != RoundState.DRAWN:
        raise NotDrawn
    now = standing(round_)
    return {
        "round": round_.code,
        "name": round_.name,
        "opensAt": round_.opens_at.isoformat(),
        "closesAt": round_.closes_at.isoformat(),
        "waitsUntil": round_.waits_until.isoformat(),
        "division": round_.division,
        "lastGrant": round_.last_grant,
        "ceilingCents": round_.ceiling,
        "grantMaxCents": round_.grant,
        "seedHash": round_.seed_hash,
        "seed": round_.seed,
        "outsideSource": round_.outside_source,
        "outsideValue": round_.outside_value,
        "applications": now.placed,
        "listHash": round_.list_hash,
        "grantedCents": now.granted_cents,
        "returnedCents": now.returned_cents,
        "backToFundCents": now.back_to_fund_cents,
        "leftCents": now.left_cents,
    }


def facts_text(round_: Round) -> str:
    """The facts as the stand-alone script reads them."""
    return json.dumps(facts(round_), indent=2, ensure_ascii=False) + "\n"


def list_lines(round_: Round) -> Iterator[str]:
    """The list by rank as the stand-alone script reads it; written as it is read."""
    placings = Placing.objects.filter(round=round_).order_by("rank")
    left = Cast("left_list", IntegerField())
    rows = placings.values_list(
        "application_id", "priority", "missed", "wanted", "rank", "granted", left
    ).iterator(chunk_size=10_000)
    yield ",".join(COLUMNS) + "\n"
    for row in rows:
        yield ",".join(map(str, row)) + "\n"


def place_of(application: Application) -> Place | None:
    """The citizen's own place, and how it came about; none before the draw or without a place."""
    placing = Placing.objects.filter(application=application).select_related("round").first()
    if placing is None:
        return None
    by_priority = placing.round.division == Division.PRIORITY
    priority = placing.priority if by_priority else 0
    first = Placing.objects.filter(round=placing.round_id, rank__lt=placing.rank)
    same = Q(priority=priority) if by_priority else Q()
    counts = first.aggregate(
        by_class=Count("pk", filter=Q(priority__lt=priority)),
        by_missed=Count("pk", filter=same & Q(missed__gt=placing.missed)),
        by_lot=Count("pk", filter=same & Q(missed=placing.missed)),
    )
    return Place(
        rank=placing.rank,
        of=Placing.objects.filter(round=placing.round_id).count(),
        priority=priority,
        missed=placing.missed,
        lot=bytes(placing.lot).hex(),
        wanted=placing.wanted,
        granted=placing.granted,
        left_list=placing.left_list,
        before_by_class=counts["by_class"],
        before_by_missed=counts["by_missed"],
        before_by_lot=counts["by_lot"],
    )
