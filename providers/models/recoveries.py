"""Claims that turn out not to be due after all: proposed by one person, decided by another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from providers.models.enrolments import Claim
from providers.models.proposals import REASON_MAX, Proposal


class Recovery(Proposal):
    """Taking back what a claim was approved for; the provider reads the reason.

    The database lets no claim be recovered without one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recoveries")
    heard = models.CharField("what the provider says", max_length=REASON_MAX)

    class Meta(Proposal.Meta):
        verbose_name_plural = "recoveries"
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(name="recovery_says_what_was_heard", condition=~Q(heard="")),
            models.UniqueConstraint(
                name="claim_has_one_recovery_that_was_not_declined",
                fields=["claim"],
                condition=Q(agreed=None) | Q(agreed=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.claim_id)
