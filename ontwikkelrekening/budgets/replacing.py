"""What follows in the books when a decision is replaced by one that grants more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger.posting import NewBooking
from ontwikkelrekening.budgets.funding import fund_of
from ontwikkelrekening.budgets.granting import NewTranche, grant
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.eligibility.models import Decision
from ontwikkelrekening.eligibility.reading import counts_from, parameters_of
from ontwikkelrekening.eligibility.replacing import more_granted
from ontwikkelrekening.eligibility.rules import last_day


@transaction.atomic
def book(subject: str, *, at: datetime) -> None:
    """Grant what a new decision gives on top of the one it replaced; done twice it is done once."""
    decision = Decision.objects.select_related("policy__scheme", "replaces").get(pk=UUID(subject))
    if Tranche.objects.filter(decision=decision).exists():
        return
    scheme = decision.policy.scheme
    today = timezone.localdate(at)
    tranches = [
        NewTranche(
            id=part(decision.pk, sum_.kind),
            account_code=decision.account_code,
            decision_id=decision.pk,
            kind=sum_.kind,
            categories=sum_.categories,
            earmarked=sum_.earmarked,
            cents=sum_.cents,
            expires_on=last_day(sum_.years_valid, on=counts_from(decision)),
        )
        for sum_ in more_granted(decision, parameters=parameters_of(decision.policy))
    ]
    booking = NewBooking(
        id=part(decision.pk, "grant"),
        kind="top_up",
        cause=f"decision:{decision.pk}",
        description="Tegoed na een nieuw besluit",
        effective_on=today,
    )
    source = fund_of(scheme).account_id
    grant(tranches, scheme=scheme, source=source, booking=booking, on=today, at=at)
