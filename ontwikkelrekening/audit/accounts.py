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
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ledger.balances import balances, balances_on
from ledger.models import Account, Transfer
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.tables.table import Column, Text

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class AsOf:
    """Which books: at the end of a day by the date in the books, and as known at the end of another."""

    on: date | None = None
    known_on: date | None = None

    @property
    def is_now(self) -> bool:
        return self == NOW

    @property
    def query(self) -> str:
        asked = {"on": self.on, "known_on": self.known_on}
        given = {name: str(day) for name, day in asked.items() if day}
        return f"?{urlencode(given)}" if given else ""


NOW = AsOf()


@dataclass(frozen=True, slots=True)
class AccountLine:
    code: str
    opened_at: datetime
    balance: int  # cents, in the normal direction


@dataclass(frozen=True, slots=True)
class AccountLines:
    """The accounts of a query with their balances, now or as the books were."""

    accounts: QuerySet[Account, Account]
    as_of: AsOf = NOW

    def ordered(self, column: Column, *, descending: bool) -> AccountLines:
        by = F(column.order)
        first = by.desc() if descending else by.asc()
        return AccountLines(self.accounts.order_by(first, "id"), self.as_of)

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
        if self.as_of.is_now:
            found = balances(ids)
        else:
            found = balances_on(ids, on=self.as_of.on, known_on=self.as_of.known_on)
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


def asked_as_of(request: HttpRequest) -> tuple[AsOf, dict[str, Text]]:
    """The days in `?on=` and `?known_on=`, and what is wrong with each; nothing asked means now."""
    on, wrong_on = _asked_date(request, "on")
    known_on, wrong_known_on = _asked_date(request, "known_on")
    return AsOf(on, known_on), {"on": wrong_on, "known_on": wrong_known_on}


def _asked_date(request: HttpRequest, name: str) -> tuple[date | None, Text]:
    asked = request.GET.get(name, "").strip()
    if not asked:
        return None, ""
    try:
        found = parse_date(asked)
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2999:
        return None, _("This is not a date. Write it as 2026-12-31.")
    return found, ""


def class_href(code: str, as_of: AsOf) -> str:
    return reverse("audit:class", args=[code]) + as_of.query
