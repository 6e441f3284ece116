"""The one lock that acts about a whole provider share."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from providers.models import Provider


def lock_provider(provider_id: UUID) -> Provider:
    """Until the transaction ends nobody else changes its IBAN, suspends or releases its payments, proposes to
    write off what it owes, or takes in its courses."""
    return Provider.objects.select_for_update(no_key=True).get(pk=provider_id)


def lock_providers(ids: Iterable[UUID]) -> None:
    """The same of several, in one order: two who lock some of the same wait for each other and do not deadlock."""
    list(Provider.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk"))
