"""Where a provider is paid from now on: asked by one person, agreed to by another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from providers.models.catalogue import Provider
from providers.models.proposals import Proposal


class IbanChange(Proposal):
    """Another IBAN for a provider; the reason says how it was checked that the provider asks this.

    The database refuses any other way to change one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="iban_changes")
    before = models.CharField("IBAN until then", max_length=34)
    after = models.CharField("new IBAN", max_length=34)

    class Meta(Proposal.Meta):
        verbose_name = "change of IBAN"
        verbose_name_plural = "changes of IBAN"
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="iban_change_changes_something", condition=~Q(after=F("before"))
            ),
            models.UniqueConstraint(
                name="provider_has_one_iban_change_that_waits",
                fields=["provider"],
                condition=Q(agreed=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.after}"
