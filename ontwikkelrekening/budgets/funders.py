"""Funders: who gives money beside the state, on what conditions, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from ledger.balances import balances
from ontwikkelrekening.budgets.checking import unusable
from ontwikkelrekening.budgets.fund_sums import fund_sums
from ontwikkelrekening.budgets.funding import Source, UnableToFund, open_fund
from ontwikkelrekening.budgets.models import Fund, ReturnRule, Round
from ontwikkelrekening.eligibility.models import Scheme


class UnusableAgreement(UnableToFund):
    """A value that an agreement with a funder cannot have; the message names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunderDetails:
    """What is agreed with a funder. `categories` is all its credit may ever pay for.

    `years_valid` in calendar years, the one of the grant included; none: the credit stays.
    """

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
    """Open a fund with its own scheme; opened again, name and agreement are as they are given now.

    Raises UnusableAgreement or FundHasAnotherSource.
    """
    _check(Scheme(code=details.code, name=details.name), ["code", "name"])
    scheme, _ = Scheme.objects.update_or_create(code=details.code, defaults={"name": details.name})
    fund = open_fund(scheme, source=details.source, at=at)
    fund.kind = details.kind
    fund.categories = list(details.categories)
    fund.years_valid = details.years_valid
    fund.conditions = details.conditions
    fund.return_rule = details.return_rule
    fund.follows = details.follows
    _check(fund, ["kind", "categories", "years_valid", "conditions", "return_rule"])
    fund.save()
    return fund


def _check(row: Model, names: Sequence[str]) -> None:
    if problems := unusable(row, names):
        raise UnusableAgreement(problems)


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
