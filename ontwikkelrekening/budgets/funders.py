"""Funders: who gives money beside the state, on what conditions, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledger.balances import balances
from ontwikkelrekening.budgets.fund_sums import fund_sums
from ontwikkelrekening.budgets.funding import Source, open_fund
from ontwikkelrekening.budgets.models import Fund, FunderKind, ReturnRule, Round
from ontwikkelrekening.eligibility.models import Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class FunderDetails:
    """What is agreed with a funder. `categories` is all its credit may ever pay for."""

    code: str
    name: str
    kind: str
    categories: Sequence[str]
    source: Source = "bank"
    years_valid: int | None = None
    conditions: str = ""
    return_rule: str = ReturnRule.FUNDER
    follows: Scheme | None = None


@dataclass(frozen=True, slots=True)
class FunderStatement:
    """What became of a funder's money, in cents.

    received = in_fund + for_rounds + free + reserved + paid
    """

    received: int  # less what went back to the funder
    in_fund: int
    for_rounds: int  # set apart for published rounds, not yet granted
    tranches: int
    citizens: int
    granted: int
    free: int
    reserved: int
    paid: int
    came_back: int  # expired or given back, from citizens to the fund


@transaction.atomic
def open_funder(details: FunderDetails, *, at: datetime) -> Fund:
    """Open a fund with its own scheme; opened again, the agreement is as it is given now."""
    if details.kind not in FunderKind.values:
        raise ValueError(f"{details.kind} is none of {', '.join(FunderKind.values)}")
    scheme, _ = Scheme.objects.get_or_create(code=details.code, defaults={"name": details.name})
    fund = open_fund(scheme, source=details.source, at=at)
    fund.kind = details.kind
    fund.categories = list(details.categories)
    fund.years_valid = details.years_valid
    fund.conditions = details.conditions
    fund.return_rule = details.return_rule
    fund.follows = details.follows
    fund.save()
    return fund


def statement_of(fund: Fund) -> FunderStatement:
    """What became of a funder's money; four queries, however much credit there is."""
    sums = fund_sums()[fund.pk]
    rounds = Round.objects.filter(scheme=fund.scheme_id, account__isnull=False)
    left = balances([fund.account_id, *rounds.values_list("account_id", flat=True)])
    return FunderStatement(
        received=sum(left.values()) + sums.free + sums.reserved + sums.claimed,
        in_fund=left[fund.account_id],
        for_rounds=sum(left.values()) - left[fund.account_id],
        tranches=sums.tranches,
        citizens=sums.citizens,
        granted=sums.granted,
        free=sums.free,
        reserved=sums.reserved,
        paid=sums.claimed,
        came_back=sums.granted - sums.free - sums.reserved - sums.claimed,
    )
