"""Where a provider is paid from now on: asked by one person, agreed to by another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from providers.models.catalogue import Provider
from providers.models.proposals import Proposal


class IbanChangeQuerySet(models.QuerySet["IbanChange"]):
    def first_ones_that_wait(self) -> IbanChangeQuerySet:
        """Proposed with the admission, or after that was declined: until then the provider is not paid."""
        waiting = self.filter(agreed=None, before="")
        return waiting.select_related("provider").order_by("provider__name", "pk")


class IbanChange(Proposal):
    """An IBAN for a provider, the first one or another; the reason says how it was checked that it is the provider's.

    The database refuses any other way to give or change one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="iban_changes")
    before = models.CharField("IBAN until then", max_length=34, blank=True)  # none: the first one
    after = models.CharField("new IBAN", max_length=34)

    objects = IbanChangeQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = "change of IBAN"
        verbose_name_plural = "changes of IBAN"
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="iban_change_changes_something", condition=~Q(after=F("before"))
            ),
            models.CheckConstraint(name="iban_change_names_an_iban", condition=~Q(after="")),
            models.UniqueConstraint(
                name="provider_has_one_iban_change_that_waits",
                fields=["provider"],
                condition=Q(agreed=None),
            ),
            models.UniqueConstraint(
                name="iban_is_proposed_for_one_provider",
                fields=["after"],
                condition=Q(agreed=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.after}"

    @property
    def is_first(self) -> bool:
        return not self.before
