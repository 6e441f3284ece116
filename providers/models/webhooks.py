"""Where a provider wants to be told of changes, and every attempt to tell it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from providers.models.catalogue import Provider


class Endpoint(models.Model):
    """An address of a provider. It gets nothing but a challenge until it is verified."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=500)
    secrets = ArrayField(models.CharField(max_length=64))  # newest first; two while rotating
    challenge = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="endpoint_is_registered_once", fields=["provider", "url"]),
        ]

    def __str__(self) -> str:
        return self.url


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def delivered(self) -> DeliveryQuerySet:
        return self.filter(delivered_at__isnull=False)

    def waiting(self) -> DeliveryQuerySet:
        return self.filter(due_at__isnull=False)

    def given_up(self) -> DeliveryQuerySet:
        """Dead letters: nobody tries again until it is asked for."""
        return self.filter(delivered_at=None, due_at=None)


class Delivery(models.Model):
    """One event for one endpoint, until it is taken or given up (a dead letter)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # also the event's id
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.JSONField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # none: delivered or given up
    delivered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)  # what the last attempt met
    created_at = models.DateTimeField()

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["endpoint", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def state(self) -> str:
        if self.delivered_at:
            return "delivered"
        return "waiting" if self.due_at else "given_up"
