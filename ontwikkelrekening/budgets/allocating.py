"""Allocating: money goes down the list of a drawn round, to the cent, until it is gone.

What is on the round's own ledger account is what may be granted; the ledger refuses a cent more.
Money that comes back lands on that account and goes further down the same list. Each slice commits
by itself and begins where the list stands, so a run that was killed is simply run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.timezone import localdate

from ledger.balances import balance
from ledger.posting import NewBooking
from ontwikkelrekening.budgets.granting import NewTranche, grant, last_day
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import LastGrant, Placing, Round, RoundState
from ontwikkelrekening.budgets.rounds import lock
from providers.outbox import enqueue

WORK = "round.allocate"
SLICE = 5000

GRANTED = """
    UPDATE budgets_placing p SET granted = p.granted + given.cents
    FROM unnest(%s::uuid[], %s::bigint[]) AS given (id, cents) WHERE p.application_id = given.id
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one application gets now, in cents."""

    application_id: UUID
    account_code: str
    before: int
    cents: int


def start_allocating(round_: Round, *, at: datetime) -> None:
    """Queue the first slice; each slice queues the next."""
    enqueue(WORK, f"{round_.pk}:0", at=at)


def allocate_slice(subject: str, *, at: datetime) -> None:
    """One slice of the work queue (`<round>:<number>`)."""
    round_id, number = subject.split(":")
    if allocate(Round.objects.get(pk=UUID(round_id)), at=at, limit=SLICE) == SLICE:
        enqueue(WORK, f"{round_id}:{int(number) + 1}", at=at)


def allocate_all(round_: Round, *, at: datetime) -> int:
    """Grant until the money or the list is at its end; return how many grants were made."""
    granted = 0
    while made := allocate(round_, at=at, limit=SLICE):
        granted += made
    return granted


@transaction.atomic
def allocate(round_: Round, *, at: datetime, limit: int) -> int:
    """Grant to the next on the list, `limit` at most; return how many grants were made."""
    round_ = lock(round_, RoundState.DRAWN)
    on = localdate(at)
    if on > round_.waits_until or round_.account_id is None:
        return 0
    pot = balance(round_.account_id)
    waiting = _waiting(round_).select_related("application").order_by("rank")
    grants = list(_down_the_list(waiting[:limit], pot=pot, rule=round_.last_grant)) if pot else []
    if not grants:
        return 0
    booking = NewBooking(
        id=part(grants[0].application_id, "allocate", grants[0].before),
        kind="top_up",
        cause=f"round:{round_.pk}",
        description=f"Toegekend in {round_.name}"[:200],
        effective_on=on,
    )
    tranches = [_tranche(round_, each, at=at) for each in grants]
    grant(
        tranches,
        scheme=round_.scheme,
        source=round_.account_id,
        booking=booking,
        on=on,
        at=at,
    )
    with connection.cursor() as cursor:
        ids, cents = zip(*((each.application_id, each.cents) for each in grants), strict=True)
        cursor.execute(GRANTED, [list(ids), list(cents)])
    return len(grants)


def _waiting(round_: Round) -> QuerySet[Placing]:
    return Placing.objects.filter(round=round_, granted__lt=F("wanted"))


def _down_the_list(waiting: QuerySet[Placing], *, pot: int, rule: str) -> Iterator[Grant]:
    for placing in waiting:
        cents = min(placing.wanted - placing.granted, pot)
        if cents == 0 or (placing.granted + cents < placing.wanted and rule == LastGrant.NONE):
            return
        pot -= cents
        yield Grant(
            placing.application_id, placing.application.account_code, placing.granted, cents
        )


def _tranche(round_: Round, given: Grant, *, at: datetime) -> NewTranche:
    return NewTranche(
        id=part(given.application_id, "grant", given.before),
        account_code=given.account_code,
        decision_id=None,
        kind=round_.kind,
        categories=round_.categories,
        earmarked=True,
        cents=given.cents,
        expires_on=last_day(round_.years_valid, on=localdate(at)),
    )
