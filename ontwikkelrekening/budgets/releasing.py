"""Releasing: what is left of a reservation goes back to the tranches it came from.

Set-based: one enrolment is a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from ledger.balances import balances
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.reservations import Share, shares_of, still_reserved
from providers.models import Enrolment

DESCRIPTIONS = {
    "cancelled": "Terug na annuleren",
    "lapsed": "Terug: de code is niet gebruikt",
    "finished": "Terug: niet gebruikt na afloop",
}


def release_rest(enrolment: Enrolment, *, reason: str, at: datetime) -> int:
    """Give back what is left of one reservation; return the cents. Again, nothing is left."""
    return release_rests([enrolment], reason=reason, cause=f"enrolment:{enrolment.pk}", at=at)


@transaction.atomic
def release_rests(enrolments: Sequence[Enrolment], *, reason: str, cause: str, at: datetime) -> int:
    """Give back what is left of many reservations in one booking; return the cents.

    The caller holds the locks on the enrolments, so no claim is approved meanwhile.
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
        id=part(enrolment.pk, "release", rests[first]),
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
