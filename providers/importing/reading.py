"""Reading a file of courses: CSV, or JSON as Open Education API 6.0 writes a course.

Both become flat rows of text under the same column names, so one set of rules judges them.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

Row = dict[str, str]
COLUMNS = {
    "kvkNumber": True,  # required
    "provider": True,
    "iban": True,
    "primaryCode": True,
    "name": True,
    "category": True,
    "price": True,
    "studyLoad": True,
    "description": False,
    "sessions": False,
    "duration": False,
    "modeOfDelivery": False,
    "level": False,
    "teachingLanguage": False,
    "place": False,
    "exam": False,
    "certificate": False,
}
CONSUMER = "ontwikkelrekening"


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong, and where: the line of a CSV file or the number of a JSON item."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.reason}"


def read(path: Path) -> Iterator[tuple[int, Row | RowError]]:
    """Number and row of every course in the file, or what makes a row unreadable."""
    try:
        text = _text(path)
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        yield 1, RowError(1, "file", f"not readable as UTF-8 text: {error}")
        return
    name = path.name.removesuffix(".gz")
    yield from _read_json(text) if name.endswith(".json") else _read_csv(text)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return content.decode("utf-8-sig")


def _read_csv(text: str) -> Iterator[tuple[int, Row | RowError]]:
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or []
        problems = _header_problems(list(header))
        if problems:
            yield from ((1, problem) for problem in problems)
            return
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                yield (
                    line,
                    RowError(line, "row", "the row has more or fewer values than the header"),
                )
            else:
                yield line, row
    except csv.Error as error:
        yield reader.line_num, RowError(reader.line_num, "row", f"not readable as CSV: {error}")


def _header_problems(header: list[str]) -> list[RowError]:
    missing = [name for name, required in COLUMNS.items() if required and name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    return [RowError(1, name, "this column is missing") for name in missing] + [
        RowError(1, name, "there is no such column") for name in unknown
    ]


def _read_json(text: str) -> Iterator[tuple[int, Row | RowError]]:
    try:
        document = json.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        yield 1, RowError(1, "file", f"not readable as JSON: {error}")
        return
    items = document.get("items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        yield 1, RowError(1, "items", "a list of courses is expected")
        return
    for number, item in enumerate(items, start=1):
        try:
            yield number, _flat(item)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            reason = f"not a course as Open Education API 6.0 writes it ({error!r})"
            yield number, RowError(number, "course", reason)


def _flat(course: dict[str, Any]) -> Row:
    """A course of Open Education API 6.0, with ours in its `consumer` object."""
    ours = course["consumer"]
    if ours["consumerKey"] != CONSUMER:
        raise KeyError(f"consumerKey {CONSUMER}")
    organisation = course["organisation"]
    row: dict[str, object] = {
        "kvkNumber": organisation["primaryCode"]["code"],
        "provider": _in_words(organisation["name"]),
        "iban": ours["iban"],
        "primaryCode": course["primaryCode"]["code"],
        "name": _in_words(course["name"]),
        "description": _in_words(course.get("description") or []),
        "category": ours["category"],
        "price": ours["price"],
        "studyLoad": _hours(course["studyLoad"]),
        "sessions": ours.get("sessions", 1),
        "duration": course.get("duration") or "",
        "modeOfDelivery": (course.get("modesOfDelivery") or [""])[0],
        "level": course.get("level") or "",
        "teachingLanguage": (course.get("teachingLanguages") or [""])[0],
        "place": (course.get("addresses") or [{}])[0].get("city", ""),
        "exam": _yes_no(ours.get("exam", False)),
        "certificate": _yes_no(ours.get("certificate", True)),
    }
    return {name: str(value) for name, value in row.items()}


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


def _yes_no(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload,no-any-return]
