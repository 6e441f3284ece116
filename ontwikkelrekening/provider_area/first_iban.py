"""A provider that is not paid yet, as two people have still to agree to its first IBAN."""

from __future__ import annotations

from dataclasses import dataclass

from providers.models import Provider
from providers.words import iban_in_part


@dataclass(frozen=True, slots=True)
class NoIbanYet:
    """The IBAN that waits for a second person, in part; empty when the last one was declined."""

    asked: str


def no_iban_yet(provider: Provider) -> NoIbanYet | None:
    """None when the provider has an IBAN."""
    if provider.iban:
        return None
    waiting = provider.iban_changes.filter(agreed=None).first()
    return NoIbanYet(iban_in_part(waiting.after) if waiting else "")
