"""Reading a file of courses: CSV, or JSON as Open Education API 6.0 writes a course.

Both become flat rows of text under the same column names, so one set of rules judges them. What the
file is, its content says; its name says nothing.
"""

from __future__ import annotations

import csv
import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from enum import StrEnum
from io import StringIO
from itertools import count
from typing import Any

from providers.json_names import NamedTwice, named_once
from providers.spelling import composed

Row = dict[str, str]
PROVIDER = ("kvkNumber", "provider", "iban")
REQUIRED = ("primaryCode", "name", "category", "price", "studyLoad")
OPTIONAL = (
    *("description", "sessions", "duration", "modeOfDelivery", "level", "teachingLanguage"),
    *("place", "exam", "certificate"),
)
CONSUMER = "ontwikkelrekening"
HALF = re.compile(r"[\ud800-\udfff]")
HEADING_MAX = 10_000  # characters
SEPARATOR = re.compile(r"sep=([;,\t])[;,\t]*", re.IGNORECASE)  # how a spreadsheet is told
BLANK = " ;,\t\r\n"
SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods, xls


class Reason(StrEnum):
    """Everything that can be wrong with a file or a row, as a pattern for its values."""

    SHEET = "this is a spreadsheet: save it as CSV first"
    NO_TEXT = "this is not a text file"
    EMPTY = "the file is empty"
    LARGE = "the file is larger than 100 MB when unpacked: divide it"
    NO_CSV = (
        "not readable from here on: a quotation mark is not closed or has text behind it, "
        "or a value is far too long"
    )
    NO_JSON = "not readable as JSON at line %(line)s, column %(column)s"
    DEEP = "not readable as JSON: nested too deeply, or a number is too long"
    NAMED_TWICE = "not readable as JSON: '%(name)s' is given twice in one object"
    NO_LIST = "a list of courses is expected"
    NO_COURSE = "not a course as Open Education API 6.0 writes it"
    PART_MISSING = "not a course as Open Education API 6.0 writes it: %(part)s is missing"
    NO_VALUE = "text or a number is expected"
    HEADING = "the first line is longer than %(most)s characters"
    LENGTH = "the row has more or fewer values than the header"
    MISSING = "this column is missing"
    UNKNOWN = "there is no such column"
    TWICE_IN_HEADER = "this column is there twice"
    TWICE = "this course is in the file twice"
    CONTROL = "control and hidden characters are not allowed"
    NEEDED = "a value is required"
    LONG = "longer than %(most)s characters"
    WHOLE = "a whole number from %(least)s to %(most)s is expected, not '%(value)s'"
    CHOICE = "'%(value)s' is not one of %(choices)s"
    PRICE = (
        "a positive amount in euros such as 249.50 is expected, not '%(value)s'; "
        "write a thousand as 1000"
    )
    WEEKS = "a duration in weeks from P1W to P208W is expected, not '%(value)s'"
    LANGUAGE = "a language of three letters such as nld is expected, not '%(value)s'"
    OTHER_IBAN = "this provider is registered with another IBAN"
    IBAN_OF_OTHER = "another provider is paid on this IBAN, or it is proposed for one"
    OTHER_NAME = "this KvK number belongs to %(name)s"
    NOT_YOURS = "leave this out, or give what is registered: %(value)s"
    AGREED = "people agreed to this course as it is: register another one, with a code of its own"
    MANY = "more than %(most)s courses: divide the file"


class CourseNumber(int):
    """Which course of a JSON file, from 1; in a CSV file a course has a line."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: the line of a CSV file or which course of a JSON file."""

    line: int
    field: str
    pattern: str
    values: Mapping[str, object] = field_of(default_factory=dict)

    @property
    def reason(self) -> str:
        return self.pattern % self.values

    def __str__(self) -> str:
        place = "course" if isinstance(self.line, CourseNumber) else "line"
        return f"{place} {self.line}, {self.field}: {self.reason}"


class Unreadable(Exception):
    """The content is no text; the reason says what it may be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def decoded(content: bytes) -> str:
    """The text of a file, as spreadsheet programs write one; raises Unreadable.

    UTF-8 and UTF-16 with or without their mark; what is neither is Windows-1252.
    """
    if content.startswith(SHEETS):
        raise Unreadable(Reason.SHEET)
    try:
        text = _as_unicode(content)
    except UnicodeDecodeError:
        raise Unreadable(Reason.NO_TEXT) from None
    if "\x00" in text:
        raise Unreadable(Reason.NO_TEXT)
    if not text.strip():
        raise Unreadable(Reason.EMPTY)
    return text


def _as_unicode(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16")
    if b"\x00" in content[:2]:  # the first character of a file of courses is one of ASCII
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def read(text: str, *, required: tuple[str, ...]) -> Iterator[tuple[int, Row | Fault]]:
    """Number and row of every course in the text, or what makes a row unreadable."""
    is_json = text.lstrip()[:1] in "{["
    for number, row in _read_json(text) if is_json else _read_csv(text, required):
        if isinstance(row, Fault):
            yield number, row
        else:
            yield number, {column: composed(value) for column, value in row.items()}


def _read_csv(text: str, required: tuple[str, ...]) -> Iterator[tuple[int, Row | Fault]]:
    lines = (line for line in StringIO(text, newline="") if line.strip(BLANK))
    first = next(lines, "")
    said = SEPARATOR.fullmatch(first.rstrip("\r\n"))
    heading = next(lines, "") if said else first
    if len(heading) > HEADING_MAX:
        yield 1, Fault(1, "row", Reason.HEADING, {"most": HEADING_MAX})
        return
    delimiter = said[1] if said else ";" if ";" in heading else "\t" if "\t" in heading else ","
    rows = _rows(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    try:
        if said:
            next(rows)
        line, header = next(rows, (1, []))
        problems = list(_header_problems(line, header, required))
        if problems:
            yield from ((line, problem) for problem in problems)
            return
        for line, values in rows:
            is_whole = len(values) == len(header)
            row = dict(zip(header, values, strict=True)) if is_whole else None
            yield line, row or Fault(line, "row", Reason.LENGTH)
    except _NoCsv as no_csv:
        yield no_csv.line, Fault(no_csv.line, "row", Reason.NO_CSV)


class _NoCsv(Exception):
    """From this line on there are no rows."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line on which it begins; an empty one, which a spreadsheet leaves behind, is none."""
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error:
            raise _NoCsv(line) from None
        if values is None:
            return
        if any(value.strip() for value in values):
            yield line, values


def _header_problems(line: int, header: list[str], required: tuple[str, ...]) -> Iterator[Fault]:
    for name in required:
        if name not in header:
            yield Fault(line, name, Reason.MISSING)
    for name in dict.fromkeys(header):
        if name not in (*PROVIDER, *REQUIRED, *OPTIONAL):
            yield Fault(line, name[:40], Reason.UNKNOWN)
        elif header.count(name) > 1:
            yield Fault(line, name, Reason.TWICE_IN_HEADER)


def _read_json(text: str) -> Iterator[tuple[int, Row | Fault]]:
    try:
        document = json.loads(text, parse_float=str, object_pairs_hook=named_once)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        yield 1, Fault(1, "file", Reason.NO_JSON, where)
        return
    except NamedTwice as twice:
        yield 1, Fault(1, "file", Reason.NAMED_TWICE, {"name": twice.name})
        return
    except (ValueError, RecursionError):
        yield 1, Fault(1, "file", Reason.DEEP)
        return
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        yield 1, Fault(1, "items", Reason.NO_LIST)
        return
    for number, item in zip(map(CourseNumber, count(1)), items, strict=False):
        try:
            row = _flat(item)
        except KeyError as error:
            part = {"part": error.args[0]}
            yield number, Fault(number, "course", Reason.PART_MISSING, part)
        except _NoValue as wrong:
            yield number, Fault(number, wrong.args[0], Reason.NO_VALUE)
        except (IndexError, TypeError, AttributeError, ValueError):
            yield number, Fault(number, "course", Reason.NO_COURSE)
        else:
            # Half a character, which JSON can name, cannot be written or shown at all.
            halves = [column for column, value in row.items() if HALF.search(value)]
            unseen = Fault(number, halves[0], Reason.CONTROL) if halves else None
            yield number, unseen or row


class _NoValue(Exception):
    """An object, a list or a yes, where a column has one value; as text it would look like Python."""


def _flat(course: dict[str, Any]) -> Row:
    """A course of Open Education API 6.0, with ours in its `consumer` object.

    What is left out has no column in its row.
    """
    ours = course["consumer"]
    if ours["consumerKey"] != CONSUMER:
        raise KeyError(f"consumerKey {CONSUMER}")
    organisation = course.get("organisation") or {}
    row: dict[str, object] = {
        "kvkNumber": (organisation.get("primaryCode") or {}).get("code", ""),
        "provider": _in_words(organisation.get("name") or []),
        "iban": ours.get("iban", ""),
        "primaryCode": course["primaryCode"]["code"],
        "name": _in_words(course["name"]),
        "category": ours["category"],
        "price": ours["price"],
        "studyLoad": _hours(course["studyLoad"]),
    }
    for column, (member, convert) in OPTIONAL_MEMBERS.items():
        holder = ours if column in OUR_OPTIONAL else course
        if member in holder:
            row[column] = convert(holder[member])
    for name, value in row.items():
        if isinstance(value, dict | list | bool):
            raise _NoValue(name)
    return {name: "" if value is None else str(value) for name, value in row.items()}


def _in_words(texts: list[dict[str, str]]) -> str:
    """The Dutch text, or else the first."""
    if not texts:
        return ""
    dutch = [text["value"] for text in texts if text["language"].startswith("nl")]
    return (dutch or [texts[0]["value"]])[0]


def _hours(study_load: list[dict[str, Any]]) -> object:
    for load in study_load:
        if load["studyLoadUnit"] == "hour":
            return load["value"]
    raise KeyError("studyLoad in hours")


def _as_it_is(value: object) -> object:
    return value


def _first(values: list[object] | None) -> object:
    return (values or [""])[0]


def _city(addresses: list[dict[str, str]] | None) -> str:
    return (addresses or [{}])[0].get("city", "")


def _yes_no(value: object) -> object:
    return {True: "true", False: "false"}.get(value, value)  # type: ignore[call-overload]


OPTIONAL_MEMBERS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "description": ("description", lambda texts: _in_words(texts or [])),
    "sessions": ("sessions", _as_it_is),
    "duration": ("duration", _as_it_is),
    "modeOfDelivery": ("modesOfDelivery", _first),
    "level": ("level", _as_it_is),
    "teachingLanguage": ("teachingLanguages", _first),
    "place": ("addresses", _city),
    "exam": ("exam", _yes_no),
    "certificate": ("certificate", _yes_no),
}
OUR_OPTIONAL = ("sessions", "exam", "certificate")  # members of `consumer`
