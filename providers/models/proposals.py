"""What one person proposes and another answers."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

REASON_MAX = 500
ANSWERS = [(None, _("waits for an answer")), (True, _("Yes")), (False, _("No"))]


class Proposal(models.Model):
    """Who proposed it and why, and who answered. The database holds that the two are not one."""

    reason = models.CharField(max_length=REASON_MAX)
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField("agreed to", null=True, choices=ANSWERS)

    class Meta:
        abstract = True
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(name="%(class)s_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="%(class)s_is_answered_whole",
                condition=Q(agreed=None, answered_by="", answered_at=None)
                | (Q(agreed__isnull=False, answered_at__isnull=False) & ~Q(answered_by="")),
            ),
            models.CheckConstraint(
                name="%(class)s_is_agreed_by_someone_else",
                condition=~Q(agreed=True) | ~Q(answered_by=F("proposed_by")),
            ),
        ]

    def answer(self, *, agreed: bool, by: str, at: datetime) -> None:
        """Write the answer; the caller holds the lock and has seen that there is none."""
        self.agreed, self.answered_by, self.answered_at = agreed, by, at
        self.save(update_fields=["agreed", "answered_by", "answered_at"])
