"""A draft policy tried on the whole population against the one in force; nobody is stored."""

from __future__ import annotations

import uuid

from django.db import models

from ontwikkelrekening.eligibility.models.policies import Policy


class Simulation(models.Model):
    """One comparison of two policy versions on one day, done in chunks by workers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    draft = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="simulations")
    current = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    started_by = models.CharField(max_length=100)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.draft} op {self.on}"


class SimulationChunk(models.Model):
    """A range of account codes and what came out, in totals only."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    first_code = models.CharField(max_length=16)
    last_code = models.CharField(max_length=16)
    totals = models.JSONField(null=True)  # per group: see simulating.py
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="simulation_chunk_number_is_unique", fields=["simulation", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id} #{self.number}"
