"""Where the money of each fund is now: six places.

Made available, less what was returned = available + for rounds + committed + reserved + to be paid
+ paid. What a claim took is its fund's by the order of spending, as in the funder's statement.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext_lazy as _

from ledger.balances import balances
from ontwikkelrekening.budgets.fund_sums import fund_sums
from ontwikkelrekening.budgets.models import Fund, Round


@dataclass(frozen=True, slots=True)
class Position:
    """One fund's money in cents, by place."""

    scheme: str
    name: str
    account: str
    made_available: int
    available: int
    rounds: int
    committed: int
    reserved: int
    payable: int
    paid: int

    @property
    def total(self) -> int:
        return (
            self.available + self.rounds + self.committed + self.reserved + self.payable + self.paid
        )


PLACES = {
    "available": (_("Available"), _("in the fund, promised to nobody")),
    "rounds": (_("For rounds"), _("set apart for published rounds, not yet granted")),
    "committed": (_("Committed"), _("granted to citizens and still free to use")),
    "reserved": (_("Reserved"), _("set aside for agreed courses")),
    "payable": (_("To be paid"), _("approved claims, including payments on their way")),
    "paid": (_("Paid"), _("confirmed by the bank, and not recovered")),
}


def positions() -> list[Position]:
    """The position of every fund, by scheme code: five queries however many funds there are."""
    funds = Fund.objects.select_related("scheme", "account").order_by("scheme__code")
    pots: dict[int, list[int]] = defaultdict(list)
    rounds = Round.objects.filter(account__isnull=False)
    for scheme, account in rounds.values_list("scheme_id", "account_id"):
        pots[scheme].append(account or 0)
    left = balances([*(fund.account_id for fund in funds), *chain.from_iterable(pots.values())])
    sums = fund_sums()
    return [
        Position(
            scheme=fund.scheme.code,
            name=fund.scheme.name,
            account=fund.account.code,
            made_available=of_it.made_available,
            available=left[fund.account_id],
            rounds=sum(left[pot] for pot in pots[fund.scheme_id]),
            committed=of_it.free,
            reserved=of_it.reserved,
            payable=of_it.claimed - of_it.paid,
            paid=of_it.paid,
        )
        for fund in funds
        for of_it in [sums[fund.pk]]
    ]
