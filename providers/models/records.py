"""What is written in one transaction with an act: who did it, its answer, and the work it leaves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from providers.models.access import Client
from providers.models.catalogue import Provider


class StateChange(models.Model):
    """Who moved a course, enrolment or claim from one state to another, when and why."""

    subject = models.CharField(max_length=9)  # "course", "enrolment" or "claim"
    subject_id = models.UUIDField()
    event = models.CharField(max_length=16)
    from_state = models.CharField(max_length=9)
    to_state = models.CharField(max_length=9)
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "at"])]

    def __str__(self) -> str:
        return f"{self.subject} {self.from_state} -> {self.to_state}"


class IdempotencyKey(models.Model):
    """The stored answer to one request: key, effect and answer are written in one transaction.

    Keys are of a client, or for what its staff do by hand, of a provider; each operation has its own.
    """

    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    operation = models.CharField(max_length=200)  # the method and address it was sent with
    key = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    answer = models.TextField(blank=True)  # the body as it was sent
    headers = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="idempotency_key_is_used_once", fields=["client", "key", "operation"]
            ),
            models.UniqueConstraint(
                name="form_key_is_used_once", fields=["provider", "key", "operation"]
            ),
            models.CheckConstraint(
                name="idempotency_key_has_one_owner",
                condition=Q(client__isnull=True) ^ Q(provider__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class OutboxMessage(models.Model):
    """Work to do, written with its cause in one transaction. The table is the queue of record."""

    work = models.CharField(max_length=32)  # a name in settings.OUTBOX_HANDLERS
    subject = models.CharField(max_length=64)  # the id of what to work on; never personal data
    lane = models.CharField(max_length=36, blank=True)  # a provider's id; empty: the scheme's own
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"], condition=Q(done_at=None), name="outbox_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="work_is_queued_once", fields=["work", "subject"], condition=Q(done_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.subject}"
