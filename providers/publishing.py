"""Registering, revising, publishing and withdrawing courses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from djmoney.money import Money

from providers.errors import Unable
from providers.models import Course, Provider
from providers.moving import move

CENTS_MAX = 99_999_999  # of a price or a claim
# What a citizen agrees to; the terms of an enrolment follow from it.
AGREED_TO = {
    "category",
    "price",
    "hours",
    "sessions",
    "weeks",
    "has_exam",
    "has_certificate",
}


class UnableToRegister(Unable):
    """The course cannot be registered as it is given."""


class CourseCodeIsTaken(UnableToRegister):
    field, sentence = "primaryCode", "You have another course with this code."


class AgreementsStand(UnableToRegister):
    sentence = (
        "People agreed to this course as it is. Price, kind, size, exam and certificate stay; "
        "register another course for something else."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDetails:
    """What a provider says of a course."""

    code: str
    name: str
    category: str
    price: Money
    hours: int
    description: str = ""
    sessions: int = 1
    weeks: int = 13
    mode: str = "presential"
    level: str = ""
    language: str = "nld"
    place: str = ""
    has_exam: bool = False
    has_certificate: bool = True

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]

    def as_fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.names()}

    def is_of(self, course: Course) -> bool:
        """The course says just this."""
        return all(getattr(course, name) == value for name, value in self.as_fields().items())


@contextmanager
def own_codes() -> Iterator[None]:
    """Write a course; raises CourseCodeIsTaken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "course_code_is_unique_for_its_provider" in str(error):
            raise CourseCodeIsTaken from None
        raise


def register_course(provider: Provider, details: CourseDetails, *, at: datetime) -> Course:
    """A new draft of the provider; raises CourseCodeIsTaken."""
    with own_codes():
        return Course.objects.create(provider=provider, registered_at=at, **details.as_fields())


@transaction.atomic
def revise(course: Course, details: CourseDetails, *, actor: str, at: datetime) -> Course:
    """Change a course that citizens cannot find now; what somebody agreed to stays as it is.

    Raises IllegalMove while it is published, AgreementsStand and CourseCodeIsTaken.
    """
    locked = Course.objects.select_for_update().get(pk=course.pk)
    changed = {
        name: value for name, value in details.as_fields().items() if getattr(locked, name) != value
    }
    with own_codes():
        move(locked, "revise", actor=actor, at=at, **changed)
    if AGREED_TO.intersection(changed) and locked.enrolments.exists():
        raise AgreementsStand
    return locked


def publish(course: Course, *, actor: str, at: datetime) -> Course:
    """Citizens can find and agree to the course from now on."""
    return _move(course, "publish", actor=actor, at=at, published_at=at)


def withdraw(course: Course, *, actor: str, at: datetime) -> Course:
    """No new enrolments; those that run keep their terms."""
    return _move(course, "withdraw", actor=actor, at=at)


@transaction.atomic
def _move(course: Course, event: str, *, actor: str, at: datetime, **changes: datetime) -> Course:
    locked = Course.objects.select_for_update().get(pk=course.pk)
    move(locked, event, actor=actor, at=at, **changes)
    return locked
