"""Judging a row: every field that is wrong is named, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from djmoney.money import Money

from ledger.euros import cents_written
from ledger.money import to_money
from providers.admitting import ProviderDetails, UnableToAdmit
from providers.changing_iban import UnableToChangeIban
from providers.importing.reading import REQUIRED, Fault, Reason, Row
from providers.models import Category, Course, Mode
from providers.publishing import CENTS_MAX, CourseDetails
from providers.spelling import BREAKS, CONTROLS, HIDDEN, is_seen

WEEKS = re.compile(r"P([0-9]{1,3})W")
LANGUAGE = re.compile(r"[a-z]{3}")
UNSEEN = re.compile(f"[{CONTROLS}{HIDDEN}]")
UNSEEN_OR_BREAK = re.compile(f"[{BREAKS}{CONTROLS}{HIDDEN}]")
LINES = "description"
# Also as a spreadsheet in Dutch or English writes them.
FLAGS = dict.fromkeys(("true", "waar", "ja", "yes"), True)
FLAGS |= dict.fromkeys(("false", "onwaar", "nee", "no"), False)
SHOWN = 40  # characters of a wrong value that are repeated


class Wrong(ValueError):
    """The value of one field is not acceptable."""

    def __init__(self, reason: Reason, **values: object) -> None:
        super().__init__(reason.value)
        self.reason, self.values = reason, values


def _text(longest: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > longest:
            raise Wrong(Reason.LONG, most=longest)
        return value

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise Wrong(Reason.WHOLE, least=least, most=most, value=value[:SHOWN])
        return int(value)

    return parse


def _one_of(choices: list[str]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise Wrong(Reason.CHOICE, value=value[:SHOWN], choices=", ".join(choices))
        return value

    return parse


def _price(value: str) -> Money:
    cents = cents_written(value)
    if not cents or cents > CENTS_MAX:
        raise Wrong(Reason.PRICE, value=value[:SHOWN])
    return to_money(cents)


def _weeks(value: str) -> int:
    weeks = WEEKS.fullmatch(value)
    if not weeks or not 1 <= int(weeks[1]) <= 208:
        raise Wrong(Reason.WEEKS, value=value[:SHOWN])
    return int(weeks[1])


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise Wrong(Reason.LANGUAGE, value=value[:SHOWN])
    return value


def _flag(value: str) -> bool:
    if value.lower() not in FLAGS:
        raise Wrong(Reason.CHOICE, value=value[:SHOWN], choices="true, false")
    return FLAGS[value.lower()]


FIELDS: dict[str, tuple[str, Callable[[str], object]]] = {
    # column -> (field of CourseDetails, parser); an empty value takes the default
    "primaryCode": ("code", _text(64)),
    "name": ("name", _text(200)),
    "description": ("description", _text(4000)),
    "category": ("category", _one_of(Category.values)),
    "price": ("price", _price),
    "studyLoad": ("hours", _whole(1, 10_000)),
    "sessions": ("sessions", _whole(1, 200)),
    "duration": ("weeks", _weeks),
    "modeOfDelivery": ("mode", _one_of(Mode.values)),
    "level": ("level", _text(32)),
    "teachingLanguage": ("language", _language),
    "place": ("place", _text(100)),
    "exam": ("has_exam", _flag),
    "certificate": ("has_certificate", _flag),
}
COLUMN_OF = {name: column for column, (name, _) in FIELDS.items()}
PROVIDER_COLUMNS = {"kvkNumber": "kvkNumber", "iban": "iban", "name": "provider"}


def judge(line: int, row: Row) -> tuple[ProviderDetails, CourseDetails] | list[Fault]:
    """The provider and course of a row, or everything that is wrong with it."""
    course = judge_course(line, row)
    provider = _provider(line, row)
    faults = [each for found in (course, provider) if isinstance(found, list) for each in found]
    return faults or (provider, course)  # type: ignore[return-value]


def judge_course(line: int, row: Row) -> CourseDetails | list[Fault]:
    """The course of a row, or everything that is wrong with it."""
    faults = list(_with_control_characters(line, row))
    fields: dict[str, object] = {}
    for column, (field, parse) in FIELDS.items():
        value = row.get(column, "").strip()
        try:
            if is_seen(value):
                fields[field] = parse(value)
            elif column in REQUIRED:
                raise Wrong(Reason.NEEDED)
        except Wrong as wrong:
            faults.append(Fault(line, column, wrong.reason, wrong.values))
    return faults or CourseDetails(**fields)  # type: ignore[arg-type]


def as_it_keeps(details: CourseDetails, row: Row, course: Course) -> CourseDetails:
    """What a course says after a row of a file: a column that the file has not stays as it is."""
    silent = [field for column, (field, _) in FIELDS.items() if column not in row]
    return replace(details, **{field: getattr(course, field) for field in silent})


def _with_control_characters(line: int, row: Row) -> Iterator[Fault]:
    for column, value in row.items():
        wrong = UNSEEN if column == LINES else UNSEEN_OR_BREAK
        if wrong.search(value.strip()):
            yield Fault(line, column, Reason.CONTROL)


def _provider(line: int, row: Row) -> ProviderDetails | list[Fault]:
    try:
        return ProviderDetails.checked(row["provider"], row["kvkNumber"], row["iban"])
    except (UnableToAdmit, UnableToChangeIban) as error:
        return [Fault(line, PROVIDER_COLUMNS[error.field], str(error))]
