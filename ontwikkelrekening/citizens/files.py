"""Read rows from a CSV or JSON file, gzipped or not, however strange; every fault is named."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from ledger.formulas import is_formula

FIELD_LENGTH_MAX = 200
LINE_LENGTH_MAX = 100_000  # a small file can be unpacked to one line without an end


class Fault(NamedTuple):
    """What is wrong, and where. Never repeats the value: it may be personal data."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return _("line %(line)s, %(field)s: %(reason)s") % {
            "line": self.line,
            "field": self.field or _("file"),
            "reason": self.reason,
        }


class UnreadableFile(Exception):
    """A file that cannot be read as rows at all."""

    def __init__(self, reason: str, *, line: int = 1, field: str = "") -> None:
        super().__init__(reason)
        self.fault = Fault(line, field, reason)


Row = dict[str, str]


def read_rows(
    path: Path, *, required: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, Row]]:
    """Line number and row, one by one; raises UnreadableFile with the place."""
    try:
        with _open(path) as text:
            if _is_json(path):
                yield from _json_rows(text, required=required, optional=optional)
            else:
                yield from _csv_rows(text, required=required, optional=optional)
    except UnicodeDecodeError:
        raise UnreadableFile(_("is not text in UTF-8; save it as 'CSV UTF-8'")) from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or _("is damaged")
        raise UnreadableFile(_("cannot be read: %(reason)s") % {"reason": reason}) from None
    except csv.Error as error:
        raise UnreadableFile(_("is not CSV: %(reason)s") % {"reason": error}) from None


def _is_json(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".json")


def _open(path: Path) -> IO[str]:
    opened = gzip.open if path.name.endswith(".gz") else open
    return opened(path, "rt", encoding="utf-8-sig", newline="")


def _csv_rows(
    text: IO[str], *, required: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, Row]]:
    lines = _lines(text)
    header = next(lines, "")
    if not header.strip():
        raise UnreadableFile(_("is empty"))
    if "\0" in header:
        raise UnreadableFile(_("is not text"))
    separator = max(",;\t", key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator))]
    _check_names(names, required=required, optional=optional)
    rows = csv.reader(lines, delimiter=separator, strict=True)
    for values in rows:
        line = rows.line_num + 1
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(names):
            raise UnreadableFile(
                _("has %(found)s fields where the header has %(expected)s")
                % {"found": len(values), "expected": len(names)},
                line=line,
            )
        yield line, {name: value.strip() for name, value in zip(names, values, strict=True)}


def _lines(text: IO[str]) -> Iterator[str]:
    number = 1
    while line := text.readline(LINE_LENGTH_MAX + 1):
        if len(line) > LINE_LENGTH_MAX:
            reason = _("is longer than %(max)s characters") % {"max": LINE_LENGTH_MAX}
            raise UnreadableFile(reason, line=number)
        yield line
        number += 1


def _json_rows(
    text: IO[str], *, required: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, Row]]:
    try:
        rows = json.load(text)
    except RecursionError:
        raise UnreadableFile(_("is nested too deeply")) from None
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            _("is not JSON: %(reason)s") % {"reason": error.msg}, line=error.lineno
        ) from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise UnreadableFile(_("holds a number that is too long")) from None
    if not isinstance(rows, list) or not rows:
        raise UnreadableFile(_("must be a list of objects, at least one"))
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise UnreadableFile(_("is not an object"), line=number)
        _check_names(list(row), required=required, optional=optional, line=number)
        for name, value in row.items():
            if value is not None and not isinstance(value, str):
                raise UnreadableFile(_("must be text between quotes"), line=number, field=name)
        yield number, {name: (value or "").strip() for name, value in row.items()}


def _check_names(
    names: Sequence[str], *, required: Sequence[str], optional: Sequence[str], line: int = 1
) -> None:
    for name in required:
        if name not in names:
            raise UnreadableFile(_("this column is missing"), line=line, field=name)
    for number, name in enumerate(names):
        if name not in required and name not in optional:
            known = ", ".join([*required, *optional])
            raise UnreadableFile(
                _("unknown column; the columns are %(names)s") % {"names": known},
                line=line,
                field=name[:40],
            )
        if name in names[:number]:
            raise UnreadableFile(_("this column is there twice"), line=line, field=name)


def fault_in_text(value: str) -> str:
    """Why a text may not go in; nothing when it may."""
    if len(value) > FIELD_LENGTH_MAX:
        return _("is longer than %(max)s characters") % {"max": FIELD_LENGTH_MAX}
    if any(not character.isprintable() for character in value):
        return _("has a character that cannot be printed")
    if is_formula(value):
        return _("starts as a formula does")
    return ""
