"""Granting: writing tranches and booking them from the fund, any number at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ledger.accounts import open_accounts
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import Fund, Tranche


@dataclass(frozen=True, slots=True)
class NewTranche:
    """One grant of credit; the id follows from what it is granted for."""

    id: UUID
    account_code: str
    decision_id: UUID | None
    kind: str
    categories: Sequence[str]
    earmarked: bool
    cents: int
    expires_on: date | None


def grant(
    fund: Fund,
    tranches: Sequence[NewTranche],
    *,
    booking: NewBooking,
    on: date,
    at: datetime,
) -> None:
    """Write the tranches and book them in one booking; joins the caller's transaction."""
    if not tranches:
        return
    accounts = open_accounts(
        [_account_code(tranche) for tranche in tranches], account_class="tranche", at=at
    )
    account_of = {tranche.id: accounts[_account_code(tranche)] for tranche in tranches}
    Tranche.objects.bulk_create(
        [_row(fund, tranche, account_of[tranche.id], on=on) for tranche in tranches]
    )
    post(
        booking,
        [
            NewTransfer(
                id=part(tranche.id, "grant"),
                debit=fund.account_id,
                credit=account_of[tranche.id],
                cents=tranche.cents,
            )
            for tranche in tranches
        ],
        at=at,
    )


def last_day(years_valid: int | None, *, on: date) -> date | None:
    """Credit granted for so many calendar years can be used to the end of the last of them."""
    return None if years_valid is None else date(on.year + years_valid - 1, 12, 31)


def _account_code(tranche: NewTranche) -> str:
    return f"tranche:{tranche.id}"


def _row(fund: Fund, tranche: NewTranche, account_id: int, *, on: date) -> Tranche:
    return Tranche(
        id=tranche.id,
        account_code=tranche.account_code,
        scheme_id=fund.scheme_id,
        decision_id=tranche.decision_id,
        kind=tranche.kind,
        categories=list(tranche.categories),
        earmarked=tranche.earmarked,
        granted=tranche.cents,
        granted_on=on,
        expires_on=tranche.expires_on,
        account_id=account_id,
    )
