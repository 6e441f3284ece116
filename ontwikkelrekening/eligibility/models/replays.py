"""Deciding everything again: how far it is, and what differed. Kept, so that a kill loses nothing."""

from __future__ import annotations

from django.db import models


class Replay(models.Model):
    """One pass over every decision, in the order of their ids."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    last_id = models.UUIDField(null=True)  # decisions up to and with this one are done
    replayed = models.PositiveBigIntegerField(default=0)
    left_out = models.PositiveBigIntegerField(default=0)  # erased with the citizen

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Difference(models.Model):
    """Something in a stored decision that the rules do not say today."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="differences")
    decision_id = models.UUIDField()
    field = models.CharField(max_length=16)
    stored = models.TextField()
    replayed = models.TextField()

    class Meta:
        ordering = ["decision_id", "id"]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.field}: stored {self.stored}, replayed {self.replayed}"
