"""Claims that turn out not to be due after all: proposed by one person, decided by another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from providers.models.answers import ANSWERS
from providers.models.enrolments import Claim

TEXT_MAX = 500


class Recovery(models.Model):
    """Taking back what a claim was approved for. The database lets no claim be recovered without one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recoveries")
    reason = models.CharField(max_length=TEXT_MAX)  # the provider reads it
    heard = models.CharField("what the provider says", max_length=TEXT_MAX)
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField("agreed to", null=True, choices=ANSWERS)

    class Meta:
        verbose_name_plural = "recoveries"
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                name="recovery_says_why_and_what_was_heard", condition=~Q(reason="") & ~Q(heard="")
            ),
            models.CheckConstraint(
                name="recovery_is_answered_whole",
                condition=Q(agreed=None, answered_by="", answered_at=None)
                | (Q(agreed__isnull=False, answered_at__isnull=False) & ~Q(answered_by="")),
            ),
            models.CheckConstraint(
                name="recovery_is_agreed_by_someone_else",
                condition=~Q(agreed=True) | ~Q(answered_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                name="claim_has_one_recovery_that_was_not_declined",
                fields=["claim"],
                condition=Q(agreed=None) | Q(agreed=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.claim_id)
