"""What the commands about debts share: which provider, and how much."""

from __future__ import annotations

from django.core.management.base import CommandError
from djmoney.money import Money

from ledger.euros import cents_written
from ledger.money import TRANSFER_MAX, to_money
from providers.models import Provider


def find_provider(kvk_number: str) -> Provider:
    """The provider with this number in the trade register; raises CommandError."""
    provider = Provider.objects.filter(kvk_number=kvk_number).first()
    if provider is None:
        raise CommandError(f"There is no provider {kvk_number}.")
    return provider


def money(written: str) -> Money:
    """An amount as people write it; raises CommandError."""
    cents = cents_written(written)
    if cents is None or cents >= TRANSFER_MAX:
        raise CommandError(f"{written} is not an amount in euros, such as 150.00.")
    return to_money(cents)
