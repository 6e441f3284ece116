"""Holds, booked as transfers: money set aside on an account of its own, then captured or let go.

A hold is an account that may not be overdrawn, so two captures can never take more than was
reserved, and what is left is that account's balance. Nothing is flagged, timed or updated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.accounts import open_accounts
from ledger.balances import balances
from ledger.posting import NewBooking, NewTransfer, UnknownAccount, post


@dataclass(frozen=True, slots=True)
class Hold:
    """Where the money waits, and where it came from."""

    account: int
    source: int


def reserve(
    booking: NewBooking, *, source: int, code: str, account_class: str, cents: int, at: datetime
) -> Hold:
    """Set money aside from a (credit) account on a new account with this code."""
    account = open_accounts([code], account_class=account_class, at=at)[code]
    post(booking, [NewTransfer(source, account, cents)], at=at)
    return Hold(account, source)


def capture(booking: NewBooking, *, hold: Hold, to: int, cents: int, at: datetime) -> None:
    """Pay a part of what is held; raises Overdrawn beyond what is left."""
    post(booking, [NewTransfer(hold.account, to, cents)], at=at)


def release(booking: NewBooking, *, holds: Sequence[Hold], at: datetime) -> int:
    """Let go of all that is left on these holds, in one booking; return the cents released.

    An expiry is a release by whoever knows the date. Raises UnknownAccount, and Overdrawn when a capture
    came in between: nothing was released then.
    """
    left = balances([hold.account for hold in holds])
    for hold in holds:
        if hold.account not in left:
            raise UnknownAccount(f"there is no account {hold.account} to release")
    transfers = [
        NewTransfer(hold.account, hold.source, left[hold.account])
        for hold in holds
        if left[hold.account]
    ]
    if transfers:
        post(booking, transfers, at=at)
    return sum(transfer.cents for transfer in transfers)
