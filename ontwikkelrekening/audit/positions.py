"""Where the money of each fund is now: five places, each summed by the database in one query.

Made available = available + committed + reserved + to be paid + paid, less what was returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from django.db import connection
from django.utils.translation import gettext_lazy as _

from ledger.balances import balances

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
    """The position of every fund, by scheme code: two queries however many funds there are."""
    with connection.cursor() as cursor:
        cursor.execute(SQL)
        rows = cursor.fetchall()
    left = balances([id_ for _, _, _, fund, pots, *_ in rows for id_ in (fund, *pots)])
    return [
        Position(
            scheme, name, account, made_available, left[fund], sum(left[x] for x in pots), *places
        )
        for scheme, name, account, fund, pots, made_available, *places in rows
    ]
