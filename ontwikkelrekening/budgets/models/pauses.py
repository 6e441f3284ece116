"""Pauses of an account: days that do not count for the last day of its credit."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from providers import rows

DAYS_MAX = 366
WITHIN = timedelta(days=5 * 365)  # which all pauses together last at most that long


class Pause(models.Model):
    """An account that stands still from `starts_on` until the day before `ends_on`.

    `tranches` are those whose last day moved by as many days. It names no reason: that is nobody's
    business, and often about health.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account_code = models.CharField("account", max_length=16, db_index=True)
    starts_on = models.DateField("from")
    ends_on = models.DateField("active again on")
    tranches = ArrayField(models.UUIDField())
    paused_by = models.CharField(max_length=100)
    ended_by = models.CharField("resumed by", max_length=100, blank=True)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_it_starts_and_within_a_year",
                condition=Q(ends_on__gte=F("starts_on"))
                & Q(ends_on__lte=F("starts_on") + timedelta(days=DAYS_MAX)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_code} {self.starts_on}"

    @classmethod
    def running(cls, account_code: str, *, on: date) -> Pause | None:
        """The pause of an account on a day; there is one at most."""
        where = "account_code = %s AND starts_on <= %s AND ends_on > %s"
        return next(iter(rows.select(cls, where, account_code, on, on)), None)

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days
