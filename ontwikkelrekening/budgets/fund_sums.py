"""What became of the money of each fund: sums that the worker adds up, and what happened since.

A sum goes up to a place in the books below which nothing comes any more, as the totals of hot accounts
do. A reading adds what the transfers behind that place say, so it is exact whenever it was added up.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from pathlib import Path

from django.db import connection

from ontwikkelrekening.budgets.models import FundSum

SUMS = (Path(__file__).parent / "fund_sums.sql").read_text()
NO_END = 2**62


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one fund, in cents but for two counts. What a claim took is its fund's by the order of spending."""

    made_available: int = 0  # by the source, less what went back there
    tranches: int = 0
    citizens: int = 0
    granted: int = 0
    free: int = 0
    reserved: int = 0
    claimed: int = 0
    paid: int = 0  # of what was claimed

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


NAMES = [field.name for field in fields(Sums)]


def fund_sums() -> dict[int, Sums]:
    """The sums of every fund now, by its id; two queries, however much credit there is."""
    low, known = 0, {}
    for fund, up_to, *sums in FundSum.objects.values_list("fund_id", "up_to", *NAMES):
        low, known[fund] = up_to, Sums(*sums)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"low": low, "high": NO_END})
        return {fund: known.get(fund, Sums()) + Sums(*new) for fund, *new in cursor.fetchall()}
