"""Which tranche reserved how much for which enrolment: read from the ledger's transfers alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from ledger.models import Transfer
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.spending import give_back, spending_order


@dataclass(frozen=True, slots=True)
class Share:
    """What one tranche has in one reservation: what it put in, less what came back."""

    tranche: Tranche
    cents: int


def shares_of(reserved: Collection[int]) -> dict[int, list[Share]]:
    """The shares in each reserved account, in spending order; three queries."""
    net = _net(Q(credit_account__in=reserved, booking__kind="reserve"), +1)
    for pair, cents in _net(Q(debit_account__in=reserved, booking__kind="release"), -1).items():
        net[pair] += cents
    accounts = {tranche_account for _, tranche_account in net}
    tranches = {
        tranche.account_id: tranche
        for tranche in Tranche.objects.filter(account__in=accounts).select_related("scheme")
    }
    shares = defaultdict(list)
    for (reserved_account, tranche_account), cents in net.items():
        shares[reserved_account].append(Share(tranches[tranche_account], cents))
    for held in shares.values():
        held.sort(key=lambda share: spending_order(share.tranche))
    return dict(shares)


def still_reserved(shares: Sequence[Share], rest: int) -> list[int]:
    """How much of the rest of a reservation is each share's; the provider is paid from the first."""
    return give_back([share.cents for share in shares], rest)


def _net(condition: Q, sign: int) -> defaultdict[tuple[int, int], int]:
    """(reserved account, tranche account) -> cents, positive when put in."""
    net: defaultdict[tuple[int, int], int] = defaultdict(int)
    moves = Transfer.objects.filter(condition).values_list(
        "debit_account", "credit_account", "amount"
    )
    for debit, credit, amount in moves:
        pair = (credit, debit) if sign > 0 else (debit, credit)
        net[pair] += sign * amount
    return net
