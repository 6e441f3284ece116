"""What happens by date, once a day: expiry, waiting lists get what came back, and erasing is finished."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ledger.balances import balances, totals
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.allocating import start_allocating
from ontwikkelrekening.budgets.expiring import Expired, expire
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import Fund, Round, RoundState
from ontwikkelrekening.budgets.rounds import lock
from ontwikkelrekening.citizens.identity import erase_again


class StillToCome(Exception):
    """What ends by date would end before its time, for good."""

    def __init__(self, on: date) -> None:
        super().__init__(_("%(on)s is still to come.") % {"on": on})


def end_day(*, on: date, at: datetime) -> Expired:
    """Expire what is over on a day, then hand on what came back to rounds; erase again who left.

    Raises StillToCome.
    """
    if on > localdate(at):
        raise StillToCome(on)
    done = expire(on=on, at=at)
    hand_on(on=on, at=at)
    erase_again(since=at - timedelta(days=7))
    return done


def hand_on(*, on: date, at: datetime) -> int:
    """Queue an allocation for each drawn round with money, or end a list whose time is over.

    Returns how many rounds had money left.
    """
    drawn = Round.objects.filter(state=RoundState.DRAWN, account__isnull=False)
    rounds = {round_.account_id or 0: round_ for round_ in drawn.select_related("scheme")}
    left = [account for account, cents in balances(list(rounds)).items() if cents]
    for account in left:
        if on > rounds[account].waits_until:
            _end_list(rounds[account], on=on, at=at)
        else:
            start_allocating(rounds[account], at=at)
    return len(left)


@transaction.atomic
def _end_list(round_: Round, *, on: date, at: datetime) -> None:
    """The waiting list is over: what is left goes back to the fund of the scheme."""
    round_ = lock(round_, RoundState.DRAWN)
    account = round_.account_id or 0
    gone, came = totals(account)
    if gone == came:
        return
    fund = Fund.objects.get(scheme=round_.scheme)
    booking = NewBooking(
        id=part(round_.pk, "end", gone),
        kind="return",
        cause=f"round:{round_.pk}",
        description=f"Rest van {round_.name}"[:200],
        effective_on=on,
    )
    transfer = NewTransfer(debit=account, credit=fund.account_id, cents=came - gone)
    post(booking, [transfer], at=at)
