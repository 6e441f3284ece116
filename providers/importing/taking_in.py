"""A provider's own file of courses: handed in, looked at as often as wanted, and taken in whole.

What a row would do is judged anew each time, so nothing of it is stored and it is never out of date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from providers.errors import Unable
from providers.importing.changing import agreed_otherwise, agreed_to, change
from providers.importing.judging import SHOWN, as_it_keeps, judge_course
from providers.importing.reading import PROVIDER, REQUIRED, Fault, Reason, Row, read
from providers.locks import lock_provider
from providers.models import Course, CourseFile, Provider
from providers.moving import move_all
from providers.publishing import CourseDetails, own_codes

KEPT = timedelta(days=7)  # that a file can be looked at
ROWS_MAX = 10_000


class FileHasFaults(Unable):
    sentence = "Some rows are not right. Nothing was taken in."


class Outcome(StrEnum):
    """What becomes of a row."""

    WRONG = "wrong"
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file as it would be taken in now."""

    number: int
    code: str
    name: str
    faults: list[Fault] = field(default_factory=list)
    details: CourseDetails | None = None
    known: Course | None = None

    @property
    def outcome(self) -> Outcome:
        if self.details is None or self.faults:
            return Outcome.WRONG
        if self.known is None:
            return Outcome.NEW
        return Outcome.SAME if self.details.is_of(self.known) else Outcome.CHANGED


@transaction.atomic
def hand_in(provider: Provider, text: str, *, name: str, by: str, at: datetime) -> CourseFile:
    """Keep a file to look at; those of more than a week ago go."""
    provider.course_files.filter(handed_in_at__lt=at - KEPT).delete()
    return provider.course_files.create(name=name, text=text, handed_in_by=by, handed_in_at=at)


def look(file: CourseFile) -> list[Line]:
    """Every row, and what would become of it now; the wrong ones first."""
    return _judged(file, file.provider.courses.all())


@transaction.atomic
def take_in(file: CourseFile, *, publish: bool, actor: str, at: datetime) -> Counter[Outcome]:
    """Register what is new and change what differs, or raise FileHasFaults; how many of each.

    Taken in again it changes nothing. Raises CourseCodeIsTaken when somebody registers one of its
    courses at the same moment.
    """
    held = lock_provider(file.provider_id)
    lines = _judged(file, held.courses.select_for_update().order_by("pk"))
    if any(line.outcome == Outcome.WRONG for line in lines):
        raise FileHasFaults
    found = Counter(line.outcome for line in lines)  # before the courses say what the lines say
    pairs = [(line.known, line.details) for line in lines if line.details]
    made = _register(held, [details for course, details in pairs if course is None], at=at)
    if publish:
        move_all(made, "publish", actor=actor, at=at, published_at=at)
    change([(course, details) for course, details in pairs if course], actor=actor, at=at)
    file.taken_in_at = at
    file.save(update_fields=["taken_in_at"])
    return found


@dataclass(frozen=True, slots=True)
class _Registered:
    """What a row is held against."""

    # What the columns of the provider may say; nothing, while two have to agree to its IBAN.
    own: dict[str, str]
    courses: dict[str, Course]  # by code
    agreed: set[UUID]  # courses that people agreed to


def _judged(file: CourseFile, courses: Iterable[Course]) -> list[Line]:
    provider = file.provider
    registered = _Registered(
        dict(zip(PROVIDER, (provider.kvk_number, provider.name, provider.iban), strict=True)),
        {course.code: course for course in courses},
        agreed_to([provider.pk]),
    )
    lines: list[Line] = []
    codes: set[str] = set()
    for number, row in read(file.text, required=REQUIRED):
        if len(lines) == ROWS_MAX:
            many = Fault(number, "file", Reason.MANY, {"most": ROWS_MAX})
            lines.append(Line(number, "", "", [many]))
            break
        lines.append(_line(number, row, registered, codes))
    return sorted(lines, key=lambda line: (line.outcome != Outcome.WRONG, line.number))


def _line(number: int, row: Row | Fault, registered: _Registered, codes: set[str]) -> Line:
    if isinstance(row, Fault):
        return Line(number, "", "", [row])
    code, name = row.get("primaryCode", "").strip(), row.get("name", "").strip()
    faults = list(_of_another(number, row, registered.own))
    if code and code in codes:
        faults.append(Fault(number, "primaryCode", Reason.TWICE))
    codes.add(code)
    details = judge_course(number, row)
    if isinstance(details, list):
        return Line(number, code[:SHOWN], name[:SHOWN], faults + details)
    course = registered.courses.get(code)
    if course is not None:
        details = as_it_keeps(details, row, course)
    if course is not None and course.pk in registered.agreed:
        faults += agreed_otherwise(number, details, course)
    return Line(number, code, name, faults, details, course)


def _of_another(number: int, row: Row, own: dict[str, str]) -> Iterator[Fault]:
    for column, value in own.items():
        given = row.get(column, "").replace(" ", "")
        if given and value and given != value.replace(" ", ""):
            yield Fault(number, column, Reason.NOT_YOURS, {"value": value})


def _register(provider: Provider, wanted: list[CourseDetails], *, at: datetime) -> list[Course]:
    made = [Course(provider=provider, registered_at=at, **each.as_fields()) for each in wanted]
    with own_codes():
        return Course.objects.bulk_create(made, batch_size=1000)
