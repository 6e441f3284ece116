"""What a provider has still to pay back after a recovery, and the account that it goes to."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from providers.models import Provider
from providers.owing import owed_by


@dataclass(frozen=True, slots=True)
class ToPayBack:
    """A sum over all its claims: what came in from a provider is not set against one of them."""

    cents: int
    name: str
    iban: str


def to_pay_back(provider: Provider) -> ToPayBack | None:
    cents = owed_by(provider)
    return ToPayBack(cents, settings.PAYER_NAME, settings.PAYER_IBAN) if cents else None
