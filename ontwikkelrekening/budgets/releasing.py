"""Releasing: what is left of a reservation goes back to the tranches it came from.

Set-based: one enrolment is a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from ledger.balances import balances
from ledger.models import Transfer
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.reservations import Share, shares_of, still_reserved
from providers.models import Enrolment

DESCRIPTIONS = {
    "cancelled": "Terug na annuleren",
    "lapsed": "Terug: de code is niet gebruikt",
    "finished": "Terug: niet gebruikt na afloop",
    "recovered": "Terug: teruggevorderd van de opleider",
}


@dataclass(frozen=True, slots=True)
class Back:
    """What of reservations goes back, in cents: to credit that can be used, and past its last day."""

    usable: int
    expired: int


def would_come_back(enrolments: Iterable[Enrolment], *, on: date) -> Back:
    """What releasing the rest of these reservations on a day gives back."""
    reserved = [enrolment.account_id for enrolment in enrolments]
    rests = balances(reserved)
    return _back(
        (share.tranche.has_expired(on=on), cents)
        for account, held in shares_of(reserved).items()
        for share, cents in zip(held, still_reserved(held, rests[account]), strict=True)
    )


def came_back(enrolment: Enrolment) -> Back:
    """What of a reservation was released, by the day on which that was."""
    releases = Transfer.objects.filter(
        debit_account=enrolment.account_id, booking__kind="release"
    ).values_list("credit_account", "effective_on", "amount")
    tranches = {
        tranche.account_id: tranche
        for tranche in Tranche.objects.filter(account__in=[account for account, _, _ in releases])
    }
    return _back((tranches[account].has_expired(on=on), cents) for account, on, cents in releases)


def _back(amounts: Iterable[tuple[bool, int]]) -> Back:
    """Add up amounts, each with whether its credit is past its last day."""
    sums = {True: 0, False: 0}
    for expired, cents in amounts:
        sums[expired] += cents
    return Back(usable=sums[False], expired=sums[True])


def release_rest(enrolment: Enrolment, *, reason: str, at: datetime) -> int:
    """Give back what is left of one reservation; return the cents. Again, nothing is left."""
    return release_rests([enrolment], reason=reason, cause=f"enrolment:{enrolment.pk}", at=at)


@transaction.atomic
def release_rests(enrolments: Sequence[Enrolment], *, reason: str, cause: str, at: datetime) -> int:
    """Give back what is left of many reservations in one booking; return the cents.

    The caller holds the locks on the enrolments, so no claim is approved meanwhile. For one cause it is
    one booking: who gives back again, after a recovery, has another.
    """
    reserved = [enrolment.account_id for enrolment in enrolments]
    shares = shares_of(reserved)
    rests = balances(reserved)
    transfers = [
        transfer
        for account, held in shares.items()
        for transfer in _transfers(account, held, rests[account])
    ]
    if not transfers:
        return 0
    first = transfers[0].debit
    enrolment = next(enrolment for enrolment in enrolments if enrolment.account_id == first)
    booking = NewBooking(
        id=part(enrolment.pk, "release", cause),
        kind="release",
        cause=cause,
        description=DESCRIPTIONS[reason],
        effective_on=localdate(at),
    )
    post(booking, transfers, at=at)
    return sum(transfer.cents for transfer in transfers)


def _transfers(account: int, held: Sequence[Share], rest: int) -> Iterator[NewTransfer]:
    """One transfer per tranche that gets something back."""
    for share, cents in zip(held, still_reserved(held, rest), strict=True):
        if cents:
            yield NewTransfer(
                debit=account,
                credit=share.tranche.account_id,
                cents=cents,
            )
