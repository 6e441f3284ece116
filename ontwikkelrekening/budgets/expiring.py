"""Expiring: codes never used, enrolments past their term and credit past its last day.

Each step works in slices that commit, with a constant number of queries per slice; a run that was
killed is simply run again, and a second run finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from ledger.balances import balances
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.releasing import release_rests
from providers.models import Claim, Enrolment
from providers.moving import move_all

SLICE = 1000
ACTOR = "machine"


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run did."""

    lapsed: int
    finished: int
    tranches: int
    cents: int


def expire(*, on: date, at: datetime) -> Expired:
    """Bring everything up to a day: codes never used, enrolments past their term, credit."""
    unused = Enrolment.objects.unused(on=on)
    over = Enrolment.objects.past_their_term(on=on).exclude(
        pk__in=Claim.objects.undecided().values("enrolment")
    )
    lapsed = _end_all(unused, event="lapse", reason="lapsed", on=on, at=at)
    finished = _end_all(over, event="finish", reason="finished", on=on, at=at)
    expired: list[int] = []
    while slice_ := _expire_slice(on=on, at=at):
        expired += slice_
    return Expired(lapsed, finished, len(expired), sum(expired))


def _end_all(
    enrolments: QuerySet[Enrolment], *, event: str, reason: str, on: date, at: datetime
) -> int:
    """End enrolments slice by slice and give back what they reserved; return how many."""
    ended = 0
    while slice_ := _end_slice(enrolments, event=event, reason=reason, on=on, at=at):
        ended += slice_
    return ended


@transaction.atomic
def _end_slice(
    enrolments: QuerySet[Enrolment], *, event: str, reason: str, on: date, at: datetime
) -> int:
    locked = list(enrolments.select_for_update(of=("self",)).order_by("pk")[:SLICE])
    move_all(locked, event, actor=ACTOR, at=at)
    release_rests(locked, reason=reason, cause=f"expiry:{on}", at=at)
    return len(locked)


@transaction.atomic
def _expire_slice(*, on: date, at: datetime) -> list[int]:
    """Book what is left of expired credit back to where it came from; return the amounts."""
    tranches = Tranche.objects.expired(on=on).holding_credit()
    locked = tranches.select_for_update(of=("self",), no_key=True).order_by("pk")[:SLICE]
    return give_up(
        locked, kind="expire", cause=f"expiry:{on}", description="Verlopen tegoed", on=on, at=at
    )


def give_up(
    tranches: Iterable[Tranche],
    *,
    kind: str,
    cause: str,
    description: str,
    on: date,
    at: datetime,
) -> list[int]:
    """Book what is free of these locked tranches back to where it came from; return the amounts."""
    of_account = {tranche.account_id: tranche for tranche in tranches}
    transfers = [
        NewTransfer(
            id=part(of_account[account].pk, kind, on, cents),
            debit=account,
            credit=of_account[account].source_id,
            cents=cents,
        )
        for account, cents in balances(list(of_account)).items()
        if cents
    ]
    if not transfers:
        return []
    booking = NewBooking(
        id=part(transfers[0].id, "booking"),
        kind=kind,
        cause=cause,
        description=description,
        effective_on=on,
    )
    post(booking, transfers, at=at)
    return [transfer.cents for transfer in transfers]
