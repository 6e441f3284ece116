"""Accounts with their balances, now or at a date: two queries a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from ledger.balances import balances, balances_on
from ledger.models import Account, Transfer
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.tables.table import Column, Text

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class AccountLine:
    code: str
    opened_at: datetime
    balance: int  # cents, in the normal direction


@dataclass(frozen=True, slots=True)
class AccountLines:
    """The accounts of a query with their balances on a date, or now."""

    accounts: QuerySet[Account, Account]
    on: date | None = None

    def ordered(self, column: Column, *, descending: bool) -> AccountLines:
        by = F(column.order)
        first = by.desc() if descending else by.asc()
        return AccountLines(self.accounts.order_by(first, "id"), self.on)

    def slice(self, start: int, stop: int) -> Sequence[AccountLine]:
        return self._with_balances(list(self.accounts[start:stop]))

    def stream(self) -> Iterator[AccountLine]:
        chunk: list[Account] = []
        for account in self.accounts.iterator(chunk_size=CHUNK):
            chunk.append(account)
            if len(chunk) == CHUNK:
                yield from self._with_balances(chunk)
                chunk = []
        yield from self._with_balances(chunk)

    def _with_balances(self, accounts: list[Account]) -> list[AccountLine]:
        ids = [account.id for account in accounts]
        found = balances_on(ids, on=self.on) if self.on else balances(ids)
        return [AccountLine(x.code, x.opened_at, found[x.id]) for x in accounts]


def account_line(account: Account) -> AccountLine:
    return AccountLines(Account.objects.filter(id=account.id)).slice(0, 1)[0]


def asked_scheme(request: HttpRequest) -> Scheme | None:
    """The scheme in `?scheme=`, whose accounts or claims alone are asked for."""
    code = request.GET.get("scheme", "")
    return get_object_or_404(Scheme, code=code) if code else None


def is_credit_of(scheme: Scheme, account: str = "pk") -> Q:
    """This account is a grant of the scheme."""
    return Q(**{f"{account}__in": Tranche.objects.filter(scheme=scheme).values("account")})


def got_credit_of(scheme: Scheme, account: str = "pk") -> Q:
    """This account got something from a grant of the scheme: a reservation, wholly or in part."""
    grants = Tranche.objects.filter(scheme=scheme).values("account")
    given = Transfer.objects.filter(debit_account__in=grants).values("credit_account")
    return Q(**{f"{account}__in": given})


def asked_date(request: HttpRequest) -> tuple[date | None, Text]:
    """The date in `?on=`, and what is wrong with it; nothing asked means now."""
    asked = request.GET.get("on", "").strip()
    if not asked:
        return None, ""
    try:
        found = parse_date(asked)
    except ValueError:
        found = None
    return found, "" if found else _("This is not a date. Write it as 2026-12-31.")


def class_href(code: str, on: date | None) -> str:
    return reverse("audit:class", args=[code]) + (f"?on={on}" if on else "")
