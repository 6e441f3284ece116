"""Payments to a provider that are held for a time: a formal decision, never a silent flag."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.timezone import localdate

from providers.models.catalogue import Provider
from providers.models.proposals import Proposal

# The longest that paying may be suspended on a serious suspicion (Awb 4:56).
LASTS = timedelta(weeks=13)
# As `in_force` says it below, for statements that are written out.
IN_FORCE = "agreed AND until >= %(today)s AND (lifted_at IS NULL OR lifted_at > %(at)s)"


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def in_force(self, *, at: datetime) -> SuspensionQuerySet:
        """What holds payments at this moment: agreed to, not lifted, its last day not over.

        What is agreed to is begun, though the clock was looked at before: who waits for a lock looks first.
        """
        agreed = self.filter(agreed=True, until__gte=localdate(at))
        return agreed.filter(Q(lifted_at=None) | Q(lifted_at__gt=at))

    def standing(self, *, at: datetime) -> SuspensionQuerySet:
        """What is in force or can still be agreed to: a provider has one of these at a time."""
        return self.in_force(at=at) | self.filter(agreed=None, until__gte=localdate(at))


class Suspension(Proposal):
    """Why, as the provider reads, and until which day it is not paid. It ends by itself on that day, or is lifted before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="suspensions")
    until = models.DateField("last day")
    lifted_by = models.CharField(max_length=100, blank=True)
    lifted_at = models.DateTimeField(null=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = "suspension of payments"
        verbose_name_plural = "suspensions of payments"
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="suspension_lasts_thirteen_weeks_at_most",
                condition=~Q(agreed=True) | Q(until__lte=TruncDate("answered_at") + LASTS),
            ),
            models.CheckConstraint(
                name="suspension_is_lifted_whole",
                condition=Q(lifted_by="", lifted_at=None)
                | (
                    Q(agreed__isnull=False, agreed=True, lifted_at__gte=F("answered_at"))
                    & ~Q(lifted_by="")
                ),
            ),
            models.UniqueConstraint(
                name="provider_has_one_suspension_that_waits",
                fields=["provider"],
                condition=Q(agreed=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {date_format(self.until)}"
