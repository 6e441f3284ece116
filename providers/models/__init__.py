"""Providers, courses, enrolments and claims; their clients' access; webhooks; bulk jobs."""

from providers.models.access import FetchedKeys, OldSecret, RateMinute, UsedAssertion
from providers.models.core import (
    Category,
    Claim,
    ClaimQuerySet,
    Client,
    Course,
    CourseQuerySet,
    Doubt,
    Enrolment,
    EnrolmentQuerySet,
    IdempotencyKey,
    Mode,
    OutboxMessage,
    Provider,
    Review,
    StateChange,
)
from providers.models.jobs import CourseFile, Job, JobItem
from providers.models.webhooks import Delivery, Endpoint

__all__ = [
    "Category",
    "Claim",
    "ClaimQuerySet",
    "Client",
    "Course",
    "CourseFile",
    "CourseQuerySet",
    "Delivery",
    "Doubt",
    "Endpoint",
    "Enrolment",
    "EnrolmentQuerySet",
    "FetchedKeys",
    "IdempotencyKey",
    "Job",
    "JobItem",
    "Mode",
    "OldSecret",
    "OutboxMessage",
    "Provider",
    "RateMinute",
    "Review",
    "StateChange",
    "UsedAssertion",
]
