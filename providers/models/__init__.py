"""Providers, courses, enrolments and claims; their clients' access; webhooks; bulk jobs."""

from providers.models.access import Client, FetchedKeys, OldSecret, RateMinute, UsedAssertion
from providers.models.catalogue import Category, Course, CourseQuerySet, Mode, Provider
from providers.models.enrolments import (
    Claim,
    ClaimQuerySet,
    Doubt,
    Enrolment,
    EnrolmentQuerySet,
    Review,
)
from providers.models.iban_changes import IbanChange
from providers.models.jobs import CourseFile, Job, JobItem
from providers.models.records import IdempotencyKey, OutboxMessage, StateChange
from providers.models.recoveries import Recovery
from providers.models.reminders import Reminder, ReminderQuerySet
from providers.models.suspensions import Suspension, SuspensionQuerySet
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
    "IbanChange",
    "IdempotencyKey",
    "Job",
    "JobItem",
    "Mode",
    "OldSecret",
    "OutboxMessage",
    "Provider",
    "RateMinute",
    "Recovery",
    "Reminder",
    "ReminderQuerySet",
    "Review",
    "StateChange",
    "Suspension",
    "SuspensionQuerySet",
    "UsedAssertion",
]
