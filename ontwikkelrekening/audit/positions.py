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
    committed: int
    reserved: int
    payable: int
    paid: int

    @property
    def total(self) -> int:
        return self.available + self.committed + self.reserved + self.payable + self.paid


PLACES = {
    "available": (_("Available"), _("in the fund, promised to nobody")),
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
    available = balances([account_id for _, _, _, account_id, *_ in rows])
    return [
        Position(scheme, name, account, made_available, available[account_id], *places)
        for scheme, name, account, account_id, made_available, *places in rows
    ]
