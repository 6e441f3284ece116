"""What happened on a citizen's account, newest first, in terms a page can put into plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, F, Max, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from ledger.models import Transfer
from ontwikkelrekening.budgets.models import Agreement, Tranche
from providers.models import Enrolment

INTO_TRANCHE = ["top_up", "recover"]
FROM_RESERVED = ["claim", "release"]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in cents: of one tranche, or of one enrolment and all tranches that paid for it.

    `cents` is the change of what is free to use. A payment to a provider changes nothing there, for
    it was reserved before: `paid_cents` says what was paid. A next page begins before `position`, the line's place in the order of the books (a number).
    """

    kind: str
    on: date
    cents: int
    paid_cents: int
    tranche: Tranche | None
    enrolment: Enrolment | None
    position: int


def history(account_code: str, *, limit: int = 50, before: int | None = None) -> list[HistoryLine]:
    """The newest events before a position; three queries, however long the history."""
    tranches = Tranche.objects.of(account_code).select_related("scheme")
    by_tranche = {tranche.account_id: tranche for tranche in tranches}
    agreements = Agreement.objects.filter(account_code=account_code)
    by_reserved = {
        agreement.enrolment.account_id: agreement.enrolment
        for agreement in agreements.select_related("enrolment__course__provider")
    }
    events = _events(list(by_tranche), list(by_reserved))
    if before is not None:
        events = events.filter(position__lt=before)
    return [_line(event, by_tranche, by_reserved) for event in events[:limit]]


def free_at(account_code: str, position: int) -> int:
    """What was free to use just after the event at this position; two queries."""
    accounts = list(Tranche.objects.of(account_code).values_list("account_id", flat=True))
    out, back = Q(debit_account__in=accounts), Q(credit_account__in=accounts)
    until = Transfer.objects.filter(out | back, seq__lte=position)
    free: int = until.aggregate(free=_sum(back) - _sum(out))["free"]
    return free


def _events(tranche_accounts: list[int], reserved_accounts: list[int]) -> QuerySet[Any, Any]:
    """The transfers that touch these accounts, summed per booking and tranche or enrolment."""
    out = Q(debit_account__in=tranche_accounts)
    back = Q(credit_account__in=tranche_accounts)
    paid = Q(debit_account__in=reserved_accounts, booking__kind="claim")
    return (
        Transfer.objects.filter(out | back | paid)
        .values(
            "booking_id",
            kind=F("booking__kind"),
            reserved=Case(
                When(booking__kind="reserve", then="credit_account"),
                When(booking__kind__in=FROM_RESERVED, then="debit_account"),
            ),
            tranche=Case(
                When(booking__kind__in=INTO_TRANCHE, then="credit_account"),
                When(booking__kind="expire", then="debit_account"),
            ),
        )
        .annotate(
            position=Max("seq"),
            on=Max("effective_on"),
            change=_sum(back) - _sum(out),
            paid=_sum(paid),
        )
        .order_by("-position")
    )


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("amount", filter=condition), 0, output_field=BigIntegerField())


def _line(
    event: Mapping[str, Any], by_tranche: dict[int, Tranche], by_reserved: dict[int, Enrolment]
) -> HistoryLine:
    return HistoryLine(
        kind=event["kind"],
        on=event["on"],
        cents=event["change"],
        paid_cents=event["paid"],
        tranche=by_tranche.get(event["tranche"]),
        enrolment=by_reserved.get(event["reserved"]),
        position=event["position"],
    )
