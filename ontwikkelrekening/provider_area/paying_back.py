"""What a provider has still to pay back after recoveries: how much, on which day at the latest, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from providers.models import Provider, Reminder
from providers.owing import Debt, debts_of, late, owed_by
from providers.reminding import reminder_of


@dataclass(frozen=True, slots=True)
class ToPayBack:
    """A sum over all its claims, in cents, and what of it each takes: what came in paid the oldest first.

    `reference` is by which a payment officer finds the provider on the bank statement; `reminder` is the newest
    that was sent of what is late.
    """

    cents: int
    late: int
    reminder: Reminder | None
    debts: Sequence[Debt]
    name: str
    iban: str
    reference: str

    @property
    def first(self) -> Debt | None:
        return self.debts[0] if self.debts else None

    def of_claim(self, claim: UUID) -> Debt | None:
        return next((debt for debt in self.debts if debt.claim_id == claim), None)


def to_pay_back(provider: Provider, *, on: date) -> ToPayBack | None:
    cents = owed_by(provider)
    if not cents:
        return None
    debts = debts_of(provider)
    return ToPayBack(
        cents=cents,
        late=late(debts, on=on),
        reminder=reminder_of(provider, debts, on=on),
        debts=debts,
        name=settings.PAYER_NAME,
        iban=settings.PAYER_IBAN,
        reference=provider.kvk_number,
    )
