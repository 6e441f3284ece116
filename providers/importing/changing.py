"""Changing courses that are there by the rows of a file, many at once, by the rules of a course by hand.

What people agreed to stays, and a published course that changes is withdrawn and published again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection

from providers.importing.judging import COLUMN_OF
from providers.importing.reading import Fault, Reason
from providers.models import Course, Enrolment
from providers.moving import move_all
from providers.publishing import AGREED_TO, CourseDetails
from providers.states import CourseState


def agreed_to(providers: Collection[UUID]) -> set[UUID]:
    """The courses of these providers that somebody agreed to."""
    agreed = Enrolment.objects.filter(provider__in=providers).values_list("course_id", flat=True)
    return set(agreed.distinct())


def agreed_otherwise(line: int, details: CourseDetails, course: Course) -> Iterator[Fault]:
    """What a row says otherwise than people agreed to."""
    for name, value in details.as_fields().items():
        if name in AGREED_TO and getattr(course, name) != value:
            yield Fault(line, COLUMN_OF[name], Reason.AGREED)


def change(pairs: list[tuple[Course, CourseDetails]], *, actor: str, at: datetime) -> list[Course]:
    """Make locked courses say what the rows say; return those that did not."""
    differing = [(course, details) for course, details in pairs if not details.is_of(course)]
    changed = [course for course, _ in differing]
    shown = [course for course in changed if course.state == CourseState.PUBLISHED]
    move_all(shown, "withdraw", actor=actor, at=at)
    for course, details in differing:
        for name, value in details.as_fields().items():
            setattr(course, name, value)
    if changed:
        _write(changed)
    for state in (CourseState.DRAFT, CourseState.WITHDRAWN):
        move_all([each for each in changed if each.state == state], "revise", actor=actor, at=at)
    move_all(shown, "publish", actor=actor, at=at, published_at=at)
    return changed


def _write(courses: list[Course]) -> None:
    """In one statement. Django's bulk_update first puts a CASE together for every field of every row.

    For thousands of courses that took longer than the database lets a transaction wait.
    """
    said = ["id", *CourseDetails.names()]
    fields = [field for field in Course._meta.concrete_fields if field.name in said]
    columns = [str(field.column) for field in fields]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    given = [
        [field.get_db_prep_save(getattr(course, field.attname), connection) for course in courses]
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE providers_course AS course
            SET {", ".join(f"{column} = new.{column}" for column in columns if column != "id")}
            FROM unnest({arrays}) AS new ({", ".join(columns)})
            WHERE course.id = new.id""",  # noqa: S608
            given,
        )
