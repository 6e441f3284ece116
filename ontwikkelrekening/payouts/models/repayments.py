"""What providers repay, and which of them owe."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from djmoney.models.fields import MoneyField

from ontwikkelrekening.payouts.models.batches import REASON_MAX
from providers.models import Provider

REFERENCE_MAX = 140


class Repayment(models.Model):
    """What came in at the bank from a provider that owed it after a recovery.

    One that was booked wrongly is withdrawn: it stays, and no longer counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField(max_digits=12, decimal_places=2)
    received_on = models.DateField()
    reference = models.CharField(max_length=REFERENCE_MAX)  # what the bank statement says of it
    booked_by = models.CharField(max_length=100)
    booked_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=REASON_MAX, blank=True)

    class Meta:
        ordering = ["-booked_at"]
        constraints = [
            models.CheckConstraint(
                name="repayment_is_positive", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
            models.CheckConstraint(
                name="repayment_is_withdrawn_whole",
                condition=Q(withdrawn_by="", withdrawn_at=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_because=""),
            ),
            models.UniqueConstraint(
                name="repayment_is_booked_once",
                fields=["provider", "received_on", "reference"],
                condition=Q(withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Debtor(Provider):
    """A provider, as who collects what it has still to pay back sees it."""

    class Meta:
        proxy = True
        verbose_name = "provider that has to pay back"
        verbose_name_plural = "providers that have to pay back"
