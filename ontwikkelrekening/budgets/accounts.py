"""Reading a citizen's account: what there is, what happened, what was agreed. Constant queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from ledger.balances import balances
from ledger.models import Transfer
from ledger.money import to_cents
from ontwikkelrekening.budgets.history import HistoryLine, history
from ontwikkelrekening.budgets.models import Agreement, Tranche
from ontwikkelrekening.budgets.reservations import shares_of, still_reserved
from ontwikkelrekening.budgets.spending import spending_order
from providers.models import Claim, Enrolment
from providers.states import ClaimState, EnrolmentState

__all__ = [
    "EnrolmentLine",
    "HistoryLine",
    "Overview",
    "TrancheLine",
    "enrolments_of",
    "history",
    "overview",
]

APPROVED_STATES = [ClaimState.APPROVED, ClaimState.IN_FILE, ClaimState.PAID]


@dataclass(frozen=True, slots=True)
class TrancheLine:
    """One tranche in cents. `used` went to providers, `returned` expired and went back."""

    tranche: Tranche
    granted: int
    used: int
    reserved: int
    free: int
    returned: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a citizen can use on a day, tranche by tranche in spending order."""

    available_cents: int
    tranches: list[TrancheLine]


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    """An agreed course: what was reserved at first, what the provider got, what is still reserved."""

    enrolment: Enrolment
    claims: list[Claim]
    maximum_cents: int
    paid_cents: int
    reserved_cents: int
    can_cancel: bool


def overview(account_code: str, *, on: date) -> Overview:
    """The account on a day; credit past its last day no longer counts as free."""
    tranches = sorted(Tranche.objects.of(account_code).select_related("scheme"), key=spending_order)
    accounts = [tranche.account_id for tranche in tranches]
    free = balances(accounts)
    returned, reservations = _spent_from(accounts)
    reserved, used = _reserved_and_used(reservations)
    lines = []
    for tranche in tranches:
        gone = tranche.expires_on is not None and tranche.expires_on < on
        left = free[tranche.account_id]
        lines.append(
            TrancheLine(
                tranche=tranche,
                granted=tranche.granted,
                used=used[tranche.account_id],
                reserved=reserved[tranche.account_id],
                free=0 if gone else left,
                returned=returned[tranche.account_id] + (left if gone else 0),
                expires_on=tranche.expires_on,
            )
        )
    return Overview(sum(line.free for line in lines), lines)


def enrolments_of(account_code: str, *, on: date | None = None) -> list[EnrolmentLine]:
    """What the citizen agreed to, the newest first."""
    agreements = (
        Agreement.objects.filter(account_code=account_code)
        .select_related("enrolment__course__provider")
        .prefetch_related(
            Prefetch("enrolment__claims", Claim.objects.order_by("submitted_at", "pk"))
        )
        .order_by("-enrolment__agreed_at", "-enrolment_id")
    )
    enrolments = [agreement.enrolment for agreement in agreements]
    reserved = balances([enrolment.account_id for enrolment in enrolments])
    return [_enrolment_line(each, reserved[each.account_id], on=on) for each in enrolments]


def _enrolment_line(enrolment: Enrolment, reserved: int, *, on: date | None) -> EnrolmentLine:
    claims = list(enrolment.claims.all())
    return EnrolmentLine(
        enrolment=enrolment,
        claims=claims,
        maximum_cents=to_cents(enrolment.maximum),
        paid_cents=sum(
            to_cents(claim.amount) for claim in claims if claim.state in APPROVED_STATES
        ),
        reserved_cents=reserved,
        can_cancel=on is not None
        and on < enrolment.starts_on
        and enrolment.state in (EnrolmentState.AGREED, EnrolmentState.REDEEMED),
    )


def _spent_from(accounts: Sequence[int]) -> tuple[Counter[int], set[int]]:
    """What expired per tranche account, and the reserved accounts they put credit in."""
    returned: Counter[int] = Counter()
    reservations: set[int] = set()
    moves = Transfer.objects.filter(
        debit_account__in=accounts, booking__kind__in=["reserve", "expire"]
    ).values_list("booking__kind", "debit_account", "credit_account", "amount")
    for kind, debit, credit, amount in moves:
        if kind == "expire":
            returned[debit] += amount
        else:
            reservations.add(credit)
    return returned, reservations


def _reserved_and_used(reservations: set[int]) -> tuple[Counter[int], Counter[int]]:
    """Per tranche account: what is still reserved, and what went to providers."""
    reserved: Counter[int] = Counter()
    used: Counter[int] = Counter()
    rests = balances(list(reservations))
    for account, shares in shares_of(reservations).items():
        for share, still in zip(shares, still_reserved(shares, rests[account]), strict=True):
            reserved[share.tranche.account_id] += still
            used[share.tranche.account_id] += share.cents - still
    return reserved, used
