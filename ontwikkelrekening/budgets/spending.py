"""In which order credit is spent and given back: pure functions on amounts in cents.

Spent: earmarked before general, soonest expiring first, then oldest. A provider is paid from what
was reserved first, so what is left goes back the other way round, last reserved first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ontwikkelrekening.budgets.models import Tranche


def spending_order(tranche: Tranche) -> tuple[bool, date, date, UUID]:
    """The key that sorts tranches in the order they are spent."""
    return (
        not tranche.earmarked,
        tranche.expires_on or date.max,
        tranche.granted_on,
        tranche.id,
    )


def take(free: Sequence[int], cents: int) -> list[int]:
    """How much of `cents` each holds, taken from the first on; never more than is free."""
    taken = []
    for available in free:
        amount = min(available, cents)
        taken.append(amount)
        cents -= amount
    return taken


def give_back(reserved: Sequence[int], rest: int) -> list[int]:
    """How much of the rest of a reservation goes back to each, the last reserved first."""
    return take(reserved[::-1], rest)[::-1]
