"""Credit that is not used goes back to where it came from: on expiry, on leaving, on death.

First to the fund's account it was granted from; from there, where the fund's rule says so, on to
the funder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from ledger.balances import balances, totals
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import Fund, ReturnRule, Tranche, TrancheQuerySet
from ontwikkelrekening.budgets.releasing import release_rests
from ontwikkelrekening.citizens.models import Citizen
from providers.models import Enrolment
from providers.moving import move_all
from providers.states import EnrolmentState

DESCRIPTIONS = {
    "expired": "Verlopen tegoed",
    "left": "Tegoed terug: de rekening is gestopt",
    "died": "Tegoed terug na overlijden",
}


@transaction.atomic
def return_credit(account_code: str, *, why: str, on: date, at: datetime) -> int:
    """End the account of someone who leaves or died: give back all free credit; return the cents.

    A code that no provider has taken in lapses. What is reserved for a running course stays reserved;
    what is left of it goes back the night after it came (see expiring).
    """
    Citizen.objects.filter(account_code=account_code, ended_at=None).update(ended_at=at)
    tranches = Tranche.objects.of(account_code)
    list(_locked(tranches))  # whoever agrees to a course has done so now, or is refused
    agreed = Enrolment.objects.filter(
        agreement__account_code=account_code, state=EnrolmentState.AGREED
    )
    codes = list(agreed.select_for_update(of=("self",)).order_by("pk"))
    cause = f"account:{account_code}"
    move_all(codes, "lapse", actor="machine", at=at)
    release_rests(codes, reason="lapsed", cause=cause, at=at)
    left = _locked(tranches.holding_credit())
    return sum(give_up(left, cause=cause, why=why, on=on, at=at))


def reopen(account_code: str) -> None:
    """The account takes credit again: its owner came back, or it was ended by mistake."""
    Citizen.objects.filter(account_code=account_code, erased_at=None).update(ended_at=None)


def give_up(
    tranches: Iterable[Tranche], *, cause: str, why: str, on: date, at: datetime
) -> list[int]:
    """Book what is free of these locked tranches back to where it came from; return the amounts.

    The booking's id follows from all that ever left the first tranche, which grows with it: credit that
    comes back later, on the same day too, is another booking.
    """
    of_account = {tranche.account_id: tranche for tranche in tranches}
    transfers = [
        NewTransfer(
            debit=account,
            credit=of_account[account].source_id,
            cents=cents,
        )
        for account, cents in balances(list(of_account)).items()
        if cents
    ]
    if not transfers:
        return []
    first = transfers[0].debit
    gone, _ = totals(first)
    booking = NewBooking(
        id=part(of_account[first].pk, "expire", gone),
        kind="expire",
        cause=cause,
        description=DESCRIPTIONS[why],
        effective_on=on,
    )
    post(booking, transfers, at=at)
    _pass_on(booking, transfers, at=at)
    return [transfer.cents for transfer in transfers]


def _pass_on(expiry: NewBooking, came_back: Sequence[NewTransfer], *, at: datetime) -> None:
    """Book on to the funder what came back to a fund whose rule says so."""
    funds = Fund.objects.filter(
        account__in={transfer.credit for transfer in came_back}, return_rule=ReturnRule.FUNDER
    )
    source_of = dict(funds.values_list("account_id", "source_id"))
    transfers = [
        NewTransfer(
            debit=transfer.credit,
            credit=source_of[transfer.credit],
            cents=transfer.cents,
        )
        for transfer in came_back
        if transfer.credit in source_of
    ]
    if not transfers:
        return
    booking = NewBooking(
        id=part(expiry.id, "to funder"),
        kind="return",
        cause=expiry.cause,
        description="Terug naar de geldgever",
        effective_on=expiry.effective_on,
    )
    post(booking, transfers, at=at)


def _locked(tranches: TrancheQuerySet) -> TrancheQuerySet:
    return tranches.select_for_update(of=("self",), no_key=True).order_by("pk")
