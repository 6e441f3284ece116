"""Where a provider is paid from now on: asked by one person, agreed to by another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from providers.models.answers import ANSWERS
from providers.models.catalogue import Provider


class IbanChange(models.Model):
    """Another IBAN for a provider. The database refuses any other way to change one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="iban_changes")
    before = models.CharField("IBAN until then", max_length=34)
    after = models.CharField("new IBAN", max_length=34)
    reason = models.CharField(max_length=500)  # how it was checked that the provider asks this
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField("agreed to", null=True, choices=ANSWERS)

    class Meta:
        verbose_name = "change of IBAN"
        verbose_name_plural = "changes of IBAN"
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                name="iban_change_changes_something", condition=~Q(after=F("before"))
            ),
            models.CheckConstraint(
                name="iban_change_is_answered_whole",
                condition=Q(agreed=None, answered_by="", answered_at=None)
                | (Q(agreed__isnull=False, answered_at__isnull=False) & ~Q(answered_by="")),
            ),
            models.CheckConstraint(
                name="iban_change_is_agreed_by_someone_else",
                condition=~Q(agreed=True) | ~Q(answered_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                name="provider_has_one_iban_change_that_waits",
                fields=["provider"],
                condition=Q(agreed=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.after}"
