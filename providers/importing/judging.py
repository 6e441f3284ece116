"""Judging a row: every field that is wrong is named, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from djmoney.money import Money

from providers.admitting import ProviderDetails, UnableToAdmit
from providers.importing.reading import COLUMNS, Row, RowError
from providers.models import Category, Mode
from providers.publishing import CourseDetails

PRICE = re.compile(r"\d{1,6}(\.\d{1,2})?")
WEEKS = re.compile(r"P(\d{1,3})W")
LANGUAGE = re.compile(r"[a-z]{3}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Wrong(ValueError):
    """The value of one field is not acceptable."""


def _text(longest: int, *, required: bool = False) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if required and not value:
            raise Wrong("a value is required")
        if len(value) > longest:
            raise Wrong(f"longer than {longest} characters")
        return value

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
            raise Wrong(f"a whole number from {least} to {most} is expected, not {value!r}")
        return int(value)

    return parse


def _one_of(choices: list[str]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise Wrong(f"{value!r} is not one of {', '.join(choices)}")
        return value

    return parse


def _price(value: str) -> Money:
    if not PRICE.fullmatch(value) or Decimal(value) == 0:
        raise Wrong(f"a positive amount in euros such as 249.50 is expected, not {value!r}")
    return Money(Decimal(value), "EUR")


def _weeks(value: str) -> int:
    weeks = WEEKS.fullmatch(value)
    if not weeks or not 1 <= int(weeks[1]) <= 208:
        raise Wrong(f"a duration in weeks from P1W to P208W is expected, not {value!r}")
    return int(weeks[1])


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise Wrong(f"a language of three letters such as nld is expected, not {value!r}")
    return value


def _flag(value: str) -> bool:
    return _one_of(["true", "false"])(value) == "true"


FIELDS: dict[str, tuple[str, Callable[[str], object]]] = {
    # column -> (field of CourseDetails, parser); an empty optional column takes the default
    "primaryCode": ("code", _text(64, required=True)),
    "name": ("name", _text(200, required=True)),
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
PROVIDER_COLUMNS = {"kvkNumber": "kvkNumber", "iban": "iban", "name": "provider"}


def judge(line: int, row: Row) -> tuple[ProviderDetails, CourseDetails] | list[RowError]:
    """The provider and course of a row, or everything that is wrong with it."""
    errors = [
        RowError(line, column, "control characters are not allowed")
        for column, value in row.items()
        if CONTROL.search(value)
    ]
    provider = _provider(line, row, errors)
    fields: dict[str, object] = {}
    for column, (field, parse) in FIELDS.items():
        value = row.get(column, "").strip()
        if not value and not COLUMNS[column]:
            continue
        try:
            fields[field] = parse(value)
        except Wrong as wrong:
            errors.append(RowError(line, column, str(wrong)))
    if errors or provider is None:
        return errors
    return provider, CourseDetails(**fields)  # type: ignore[arg-type]


def _provider(line: int, row: Row, errors: list[RowError]) -> ProviderDetails | None:
    try:
        return ProviderDetails.checked(row["provider"], row["kvkNumber"], row["iban"])
    except UnableToAdmit as error:
        errors.append(RowError(line, PROVIDER_COLUMNS[error.field], str(error)))
        return None
