"""Granting: writing tranches and booking them from a fund's account, any number at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.db import connection

from ledger.accounts import open_accounts
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets.vouchers import GRANTS
from ontwikkelrekening.eligibility.models import Scheme
from providers.vouching import vouched

COPY = """
    COPY budgets_tranche (id, account_code, scheme_id, decision_id, kind, categories, earmarked,
                          granted, granted_on, expires_on, account_id, source_id) FROM STDIN
"""


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
    tranches: Sequence[NewTranche],
    *,
    scheme: Scheme,
    source: int,
    booking: NewBooking,
    on: date,
    at: datetime,
) -> None:
    """Write the tranches and book them from the account `source`, in one booking.

    The booking vouches for the tranches and for the decisions that they follow from.

    Joins the caller's transaction; five statements, however many tranches.
    """
    if not tranches:
        return
    codes = [f"tranche:{tranche.id}" for tranche in tranches]
    account_of = open_accounts(codes, account_class="tranche", at=at)
    accounts = [account_of[code] for code in codes]
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for tranche, account in zip(tranches, accounts, strict=True):
            copy.write_row(
                (
                    tranche.id,
                    tranche.account_code,
                    scheme.pk,
                    tranche.decision_id,
                    tranche.kind,
                    _array(tuple(tranche.categories)),
                    tranche.earmarked,
                    tranche.cents,
                    on,
                    tranche.expires_on,
                    account,
                    source,
                )
            )
    transfers = [
        NewTransfer(debit=source, credit=account, cents=tranche.cents)
        for tranche, account in zip(tranches, accounts, strict=True)
    ]
    vouched_for = vouched(booking.description, GRANTS, accounts)
    post(booking._replace(description=vouched_for), transfers, at=at)


@cache
def _array(words: tuple[str, ...]) -> str:
    """Spending categories, plain words, as PostgreSQL reads an array; there are few of them."""
    return f"{{{','.join(words)}}}"
