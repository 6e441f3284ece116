"""Reading a citizen's account: what there is, what happened, what was agreed. Constant queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Prefetch

from ledger.balances import balances
from ledger.money import to_cents
from ontwikkelrekening.budgets.history import NEWEST, HistoryLine, history
from ontwikkelrekening.budgets.models import Agreement, Tranche
from ontwikkelrekening.budgets.spending import give_back, spending_order
from ontwikkelrekening.eligibility.models import Scheme
from providers import rows
from providers.models import Claim, Enrolment
from providers.states import ClaimState, EnrolmentState

__all__ = [
    "EnrolmentLine",
    "HistoryLine",
    "Overview",
    "TrancheLine",
    "enrolments_of",
    "expiring",
    "history",
    "overview",
]

# Each tranche with its scheme, once for every move: what it put into a reservation, less what came back,
# or without a reservation what expired.
TRANCHES = f"""
    WITH moved AS (
        SELECT account_id AS tranche, amount AS cents,
            CASE booking.kind WHEN 'reserve' THEN credit_account_id END AS reservation
        FROM budgets_tranche JOIN ledger_transfer ON account_id = debit_account_id
        JOIN ledger_booking booking ON booking.id = booking_id
        WHERE account_code = %(account)s AND booking.kind IN ('reserve', 'expire')
        UNION ALL
        SELECT account_id, -amount, debit_account_id
        FROM budgets_tranche JOIN ledger_transfer ON account_id = credit_account_id
        JOIN ledger_booking booking ON booking.id = booking_id
        WHERE account_code = %(account)s AND booking.kind = 'release'
    )
    SELECT account_id, coalesce(cents, 0), reservation,
        {rows.columns_of(Tranche)}, {rows.columns_of(Scheme)}
    FROM budgets_tranche JOIN eligibility_scheme ON eligibility_scheme.id = scheme_id
    LEFT JOIN moved ON tranche = account_id
    WHERE account_code = %(account)s
"""  # noqa: S608
APPROVED_STATES = (ClaimState.APPROVED, ClaimState.IN_FILE)


@dataclass(frozen=True, slots=True)
class TrancheLine:
    """One tranche in cents. `used` went to providers, `returned` expired and went back.

    Of `returned` the books do not yet say `unbooked`: the night books it.
    """

    tranche: Tranche
    granted: int
    used: int
    reserved: int
    free: int
    returned: int
    unbooked: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a citizen can use on a day, tranche by tranche in spending order."""

    available_cents: int
    tranches: list[TrancheLine]


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    """An agreed course: what was reserved at first, and what of it is approved, paid, still reserved.

    What is approved is still to be paid; what is paid the provider got. A code past its last day has
    lapsed in `state`, though the night that says so in the books has yet to come.
    """

    enrolment: Enrolment
    state: str
    claims: list[Claim]
    maximum_cents: int
    approved_cents: int
    paid_cents: int
    reserved_cents: int
    can_cancel: bool


def overview(account_code: str, *, on: date) -> Overview:
    """The account on a day; credit past its last day no longer counts as free. Two queries."""
    found, returned, put_in = _tranches(account_code)
    tranches = sorted(found, key=spending_order)
    accounts = [tranche.account_id for tranche in tranches]
    left = balances([*accounts, *put_in])
    reserved, used = _reserved_and_used(accounts, put_in, left)
    lines = []
    for tranche in tranches:
        account = tranche.account_id
        unbooked = left[account] if tranche.has_expired(on=on) else 0
        lines.append(
            TrancheLine(
                tranche=tranche,
                granted=tranche.granted,
                used=used[account],
                reserved=reserved[account],
                free=left[account] - unbooked,
                returned=returned[account] + unbooked,
                unbooked=unbooked,
                expires_on=tranche.expires_on,
            )
        )
    return Overview(sum(line.free for line in lines), lines)


def expiring(state: Overview, *, on: date) -> list[HistoryLine]:
    """What the night will book: credit past its last day on `on`. With it history ends at what is free."""
    return [
        HistoryLine(
            kind="expire",
            on=on,
            cents=-line.unbooked,
            paid_cents=0,
            position=NEWEST,
            credit=line.tranche.kind,
            scheme=line.tranche.scheme.name,
            decision_id=None,
            course="",
            provider="",
            enrolment_id=None,
        )
        for line in state.tranches
        if line.unbooked
    ]


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
        state=EnrolmentState.LAPSED if on and enrolment.is_unused(on=on) else enrolment.state,
        claims=claims,
        maximum_cents=to_cents(enrolment.maximum),
        approved_cents=_sum_of(claims, *APPROVED_STATES),
        paid_cents=_sum_of(claims, ClaimState.PAID),
        reserved_cents=reserved,
        can_cancel=on is not None
        and on < enrolment.starts_on
        and enrolment.state in (EnrolmentState.AGREED, EnrolmentState.REDEEMED),
    )


def _sum_of(claims: Iterable[Claim], *states: ClaimState) -> int:
    return sum(to_cents(claim.amount) for claim in claims if claim.state in states)


def _tranches(
    account_code: str,
) -> tuple[Iterable[Tranche], Counter[int], dict[int, Counter[int]]]:
    """All tranches; what expired per account of one; per reserved account what each put in."""
    tranches: dict[int, Tranche] = {}
    returned: Counter[int] = Counter()
    put_in: dict[int, Counter[int]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(TRANCHES, {"account": account_code})
        for account, cents, reservation, *columns in cursor.fetchall():
            tranches[account] = tranches.get(account) or _tranche(columns)
            (returned if reservation is None else put_in[reservation])[account] += cents
    return tranches.values(), returned, put_in


def _tranche(columns: Sequence[Any]) -> Tranche:
    """The tranche of a row, with its scheme."""
    width = len(Tranche._meta.concrete_fields)
    tranche = rows.build(Tranche, columns[:width])
    tranche.scheme = rows.build(Scheme, columns[width:])
    return tranche


def _reserved_and_used(
    accounts: Sequence[int], put_in: dict[int, Counter[int]], left: dict[int, int]
) -> tuple[Counter[int], Counter[int]]:
    """Per tranche account, given in spending order: what is still reserved, what providers got."""
    reserved: Counter[int] = Counter()
    used: Counter[int] = Counter()
    for reservation, cents_of in put_in.items():
        shares = [account for account in accounts if account in cents_of]
        still = give_back([cents_of[account] for account in shares], left[reservation])
        for account, cents in zip(shares, still, strict=True):
            reserved[account] += cents
            used[account] += cents_of[account] - cents
    return reserved, used
