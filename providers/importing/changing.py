"""Changing courses that are there by the rows of a file, many at once, by the rules of a course by hand.

What people agreed to stays, and a published course that changes is withdrawn and published again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from providers.importing.judging import COLUMN_OF
from providers.importing.reading import Reason, RowError
from providers.models import Course, Enrolment
from providers.moving import move_all
from providers.publishing import AGREED_TO, CourseDetails
from providers.states import CourseState


def agreed_to(providers: Collection[UUID]) -> set[UUID]:
    """The courses of these providers that somebody agreed to."""
    agreed = Enrolment.objects.filter(provider__in=providers).values_list("course_id", flat=True)
    return set(agreed.distinct())


def agreed_otherwise(line: int, details: CourseDetails, course: Course) -> Iterator[RowError]:
    """What a row says otherwise than people agreed to."""
    for name, value in details.as_fields().items():
        if name in AGREED_TO and getattr(course, name) != value:
            yield RowError(line, COLUMN_OF[name], Reason.AGREED)


def change(pairs: list[tuple[Course, CourseDetails]], *, actor: str, at: datetime) -> list[Course]:
    """Make locked courses say what the rows say; return those that did not."""
    differing = [(course, details) for course, details in pairs if not details.is_of(course)]
    changed = [course for course, _ in differing]
    shown = [course for course in changed if course.state == CourseState.PUBLISHED]
    move_all(shown, "withdraw", actor=actor, at=at)
    for course, details in differing:
        for name, value in details.as_fields().items():
            setattr(course, name, value)
    Course.objects.bulk_update(changed, CourseDetails.names(), batch_size=500)
    for state in (CourseState.DRAFT, CourseState.WITHDRAWN):
        move_all([each for each in changed if each.state == state], "revise", actor=actor, at=at)
    move_all(shown, "publish", actor=actor, at=at, published_at=at)
    return changed
