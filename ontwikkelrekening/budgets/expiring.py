"""Expiring: codes never used, enrolments past their term and credit past its last day.

What came back to an account that has ended goes the same way, and so do its codes, for nobody will use
them. Each step works in slices that commit, with a constant number of queries per slice; a run that was
killed is simply run again, and a second run finds nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from ontwikkelrekening.budgets.models import Tranche, TrancheQuerySet
from ontwikkelrekening.budgets.releasing import release_rests
from ontwikkelrekening.budgets.returning import give_up
from ontwikkelrekening.citizens.models import Citizen
from providers.models import Claim, Enrolment
from providers.moving import move_all
from providers.states import EnrolmentState

SLICE = 1000
ACTOR = "machine"


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run did; the tranches that gave something back, and the cents."""

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
    of_ended = Enrolment.objects.filter(
        agreement__account_code__in=Citizen.objects.ended().values("account_code"),
        state=EnrolmentState.AGREED,
    )
    lapsed = sum(
        _end_all(codes, event="lapse", reason="lapsed", on=on, at=at)
        for codes in (unused, of_ended)
    )
    finished = _end_all(over, event="finish", reason="finished", on=on, at=at)
    gone: list[int] = []
    for tranches, why in (
        (Tranche.objects.expired(on=on), "expired"),
        (Tranche.objects.of_ended_accounts(), "left"),
    ):
        while slice_ := _give_up_slice(tranches, why=why, on=on, at=at):
            gone += slice_
    return Expired(lapsed, finished, len(gone), sum(gone))


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
def _give_up_slice(tranches: TrancheQuerySet, *, why: str, on: date, at: datetime) -> list[int]:
    """Book what is left of this credit back to where it came from; return the amounts."""
    holding = tranches.holding_credit()
    locked = holding.select_for_update(of=("self",), no_key=True).order_by("pk")[:SLICE]
    return give_up(locked, cause=f"expiry:{on}", why=why, on=on, at=at)
