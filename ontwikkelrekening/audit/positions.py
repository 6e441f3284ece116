"""Where the money of each fund is now: six places, each summed by the database.

Made available, less what was returned = available + for rounds + committed + reserved + to be paid
+ paid. What a claim took is its fund's by the order of spending, as in the funder's statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from django.db import connection
from django.utils.translation import gettext_lazy as _

from ledger.balances import balances
from ontwikkelrekening.budgets.funders import Spent, spent

SQL = files("ontwikkelrekening.audit").joinpath("positions.sql").read_text()


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
    "paid": (_("Paid"), _("confirmed by the bank")),
}


def positions() -> list[Position]:
    """The position of every fund, by scheme code: three queries however many funds there are."""
    with connection.cursor() as cursor:
        cursor.execute(SQL)
        rows = cursor.fetchall()
    left = balances([id_ for *_, fund, pots, _made, _free in rows for id_ in (fund, *pots)])
    spent_by = spent()
    return [
        Position(
            scheme=code,
            name=name,
            account=account,
            made_available=made_available,
            available=left[fund],
            rounds=sum(left[pot] for pot in pots),
            committed=free,
            reserved=of_it.reserved,
            payable=of_it.claimed - of_it.paid,
            paid=of_it.paid,
        )
        for scheme, code, name, account, fund, pots, made_available, free in rows
        for of_it in [spent_by.get(scheme, Spent())]
    ]
