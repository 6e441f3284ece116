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


class AnotherAgreement(UnableToFund):
    """The fund is open on other terms; the message names what differs."""


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
def open_funder(details: FunderDetails, *, at: datetime, change: bool = False) -> Fund:
    """Open a fund with its own scheme; the same again changes nothing.

    An agreement is of credit that citizens have already: another one is refused, unless the caller wants
    to `change` it. Raises UnusableAgreement, AnotherAgreement or FundHasAnotherSource.
    """
    known = Fund.objects.select_related("scheme").filter(scheme__code=details.code).first()
    if known and not change and (differences := _differences(known, details)):
        raise AnotherAgreement(f"{known.scheme.code} is open already: {'; '.join(differences)}.")
    _check(Scheme(code=details.code, name=details.name), ["code", "name"])
    scheme, _ = Scheme.objects.update_or_create(code=details.code, defaults={"name": details.name})
    fund = open_fund(scheme, source=details.source, at=at)
    agreed = _agreed(details)
    for name, value in agreed.items():
        setattr(fund, name, value)
    _check(fund, [name for name in agreed if name != "follows"])
    fund.save()
    return fund


def _agreed(details: FunderDetails) -> dict[str, object]:
    """What the agreement says of the fund, by the names of its columns."""
    return {
        "kind": details.kind,
        "categories": list(details.categories),
        "years_valid": details.years_valid,
        "conditions": details.conditions,
        "return_rule": details.return_rule,
        "follows": details.follows,
    }


def _differences(known: Fund, details: FunderDetails) -> list[str]:
    pairs = {"name": (known.scheme.name, details.name)} | {
        name: (getattr(known, name), value) for name, value in _agreed(details).items()
    }
    return [f"{name} is {old!s}, not {new!s}" for name, (old, new) in pairs.items() if old != new]


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
