"""Bulk work: what a client sent in one request, and a file that staff handed in."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from providers.models.access import Client
from providers.models.catalogue import Provider


class Job(models.Model):
    """Many claims or courses at once. It is done when no item waits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="jobs")
    client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=16)  # "claims" or "courses"
    total = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["provider", "-submitted_at", "-id"])]

    def __str__(self) -> str:
        return str(self.id)


class JobItem(models.Model):
    """One item, as it was sent, and what came of it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()  # its place in the request, from 0
    payload = models.JSONField()
    result = models.UUIDField(null=True)  # the claim or course it became
    problem = models.JSONField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="job_item_has_its_place", fields=["job", "number"]),
        ]
        indexes = [
            models.Index(
                fields=["job", "number"], condition=Q(done_at=None), name="job_items_open"
            ),
            models.Index(
                fields=["job"], condition=Q(problem__isnull=False), name="job_items_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"


class CourseFile(models.Model):
    """A file of courses that a provider's staff handed in, to look at before it is taken in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="course_files")
    name = models.CharField(max_length=100)
    text = models.TextField()
    handed_in_by = models.CharField(max_length=100)
    handed_in_at = models.DateTimeField()
    taken_in_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
