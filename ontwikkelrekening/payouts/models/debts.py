"""What becomes of what providers owe: they repay it, or it is written off; and who of them owes."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from djmoney.models.fields import MoneyField

from ontwikkelrekening.payouts.models.batches import REASON_MAX
from providers.models import Provider
from providers.models.proposals import Proposal

REFERENCE_MAX = 140


class Withdrawable(models.Model):
    """What was booked on what a provider owes. Booked wrongly it is withdrawn, once: it stays, and no longer counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField(max_digits=12, decimal_places=2)
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=REASON_MAX, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_is_positive", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
            models.CheckConstraint(
                name="%(class)s_is_withdrawn_whole",
                condition=Q(withdrawn_by="", withdrawn_at=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_because=""),
            ),
        ]

    def withdraw(self, *, because: str, by: str, at: datetime) -> None:
        """Write that it does not count; the caller holds the lock and has seen that it did."""
        self.withdrawn_by, self.withdrawn_at, self.withdrawn_because = by, at, because
        self.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])


class Repayment(Withdrawable):
    """What came in at the bank from a provider that owed it after a recovery."""

    received_on = models.DateField()
    reference = models.CharField(max_length=REFERENCE_MAX)  # what the bank statement says of it
    booked_by = models.CharField(max_length=100)
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ["-booked_at"]
        constraints = [
            *Withdrawable.Meta.constraints,
            models.UniqueConstraint(
                name="repayment_is_booked_once",
                fields=["provider", "received_on", "reference"],
                condition=Q(withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class WriteOff(Withdrawable, Proposal):
    """What a provider owes and will not pay, of which two people decide that the state bears it."""

    class Meta:
        verbose_name = "write-off"
        ordering = ["-proposed_at"]
        constraints = [
            *Withdrawable.Meta.constraints,
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="writeoff_is_withdrawn_after_it_was_agreed",
                condition=Q(withdrawn_at=None) | Q(agreed__isnull=False, agreed=True),
            ),
            models.UniqueConstraint(
                name="provider_has_one_write_off_that_waits",
                fields=["provider"],
                condition=Q(agreed=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.amount}"


class Debtor(Provider):
    """A provider, as who collects what it has still to pay back sees it."""

    class Meta:
        proxy = True
        verbose_name = "provider that has to pay back"
        verbose_name_plural = "providers that have to pay back"
