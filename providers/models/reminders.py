"""Reminders of what a provider should have paid back by now."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from djmoney.models.fields import MoneyField

from providers.models.catalogue import Provider


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def running(self, *, on: date) -> ReminderQuerySet:
        """Those whose last day is not over yet."""
        return self.filter(pay_until__gte=on)


class Reminder(models.Model):
    """What was late when a provider was reminded of it, and its new last day. The provider reads it on its own pages."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="reminders")
    amount = MoneyField(max_digits=12, decimal_places=2)
    pay_until = models.DateField()
    sent_by = models.CharField(max_length=100)
    sent_at = models.DateTimeField()

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                name="reminder_is_of_something", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.amount}"
