"""Read rows from a CSV or JSON file, gzipped or not, however strange; every fault is named."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _

from ledger.formulas import is_formula
from providers.spelling import composed

FIELD_LENGTH_MAX = 200
LINE_LENGTH_MAX = 100_000  # a small file can be unpacked to one line without an end
JSON_LENGTH_MAX = 50_000_000  # it is in memory as a whole


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


Row = dict[str, str]
Found = tuple[int, Row] | Fault
NO_UTF8 = re.compile("[\udc80-\udcff]")  # the bytes that "surrogateescape" could not decode


class _UnreadableFile(Exception):
    """From here on there are no rows any more."""

    def __init__(self, reason: str, *, line: int = 1, field: str = "") -> None:
        super().__init__(reason)
        self.fault = Fault(line, field, reason)


def read_rows(path: Path, *, required: Sequence[str], optional: Sequence[str]) -> Iterator[Found]:
    """Line number and row, or what is wrong with it, one by one; what ends the file comes last."""
    try:
        with _open(path) as text:
            read = _json_rows if _is_json(path) else read_csv
            yield from read(text, required=required, optional=optional)
    except _UnreadableFile as unreadable:
        yield unreadable.fault
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or _("is damaged")
        yield Fault(1, "", _("cannot be read: %(reason)s") % {"reason": reason})


def _is_json(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".json")


def _open(path: Path) -> IO[str]:
    opened = gzip.open if path.name.endswith(".gz") else open
    return opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")


def read_csv(text: IO[str], *, required: Sequence[str], optional: Sequence[str]) -> Iterator[Found]:
    """As `read_rows`, from text that is open; a row has the number of the line on which it begins."""
    try:
        yield from _csv_rows(text, required=required, optional=optional)
    except _UnreadableFile as unreadable:
        yield unreadable.fault


def _csv_rows(
    text: IO[str], *, required: Sequence[str], optional: Sequence[str]
) -> Iterator[Found]:
    lines = _lines(text)
    header = next(lines, "")
    if not header.strip():
        raise _UnreadableFile(_("is empty"))
    if "\0" in header:
        raise _UnreadableFile(_("is not text"))
    if reason := _fault_in_coding(header):
        raise _UnreadableFile(reason)
    separator = max(",;\t", key=header.count)
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator))]
    if fault := _fault_in_names(names, required=required, optional=optional):
        raise _UnreadableFile(fault.reason, field=fault.field)
    for line, values in _records(csv.reader(lines, delimiter=separator, strict=True)):
        if any(value.strip() for value in values):
            yield _row(line, names, values)


def _records(rows: Any) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on; the header came before."""
    while True:
        line = rows.line_num + 2
        try:
            values = next(rows, None)
        except csv.Error as error:
            raise _UnreadableFile(
                _("is not CSV from here on: %(reason)s") % {"reason": error}, line=line
            ) from None
        if values is None:
            return
        yield line, values


def _row(line: int, names: Sequence[str], values: Sequence[str]) -> Found:
    if len(values) != len(names):
        reason = _("has %(found)s fields where the header has %(expected)s") % {
            "found": len(values),
            "expected": len(names),
        }
        return Fault(line, "", reason)
    for name, value in zip(names, values, strict=True):
        if reason := _fault_in_coding(value):
            return Fault(line, name, reason)
    return line, {name: _kept(value) for name, value in zip(names, values, strict=True)}


def _kept(value: str) -> str:
    return composed(value.strip())


def _fault_in_coding(text: str) -> str:
    return _("is not text in UTF-8; save it as 'CSV UTF-8'") if NO_UTF8.search(text) else ""


def _lines(text: IO[str]) -> Iterator[str]:
    number = 1
    while line := text.readline(LINE_LENGTH_MAX + 1):
        if len(line) > LINE_LENGTH_MAX:
            raise _UnreadableFile(_longer_than(LINE_LENGTH_MAX), line=number)
        yield line
        number += 1


def _json_rows(
    text: IO[str], *, required: Sequence[str], optional: Sequence[str]
) -> Iterator[Found]:
    try:
        content = text.read(JSON_LENGTH_MAX + 1)
        if len(content) > JSON_LENGTH_MAX:
            raise _UnreadableFile(_longer_than(JSON_LENGTH_MAX))
        if reason := _fault_in_coding(content):
            raise _UnreadableFile(reason)
        rows = json.loads(content, object_pairs_hook=tuple)  # with a name that is given twice
    except RecursionError:
        raise _UnreadableFile(_("is nested too deeply")) from None
    except json.JSONDecodeError as error:
        raise _UnreadableFile(
            _("is not JSON: %(reason)s") % {"reason": error.msg}, line=error.lineno
        ) from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise _UnreadableFile(_("holds a number that is too long")) from None
    if not isinstance(rows, list) or not rows:
        raise _UnreadableFile(_("must be a list of objects, at least one"))
    for number, row in enumerate(rows, start=1):
        yield _json_row(number, row, required=required, optional=optional)


def _json_row(
    number: int, row: object, *, required: Sequence[str], optional: Sequence[str]
) -> Found:
    if not isinstance(row, tuple):
        return Fault(number, "", _("is not an object"))
    names = [name for name, _value in row]
    if fault := _fault_in_names(names, required=required, optional=optional):
        return fault._replace(line=number)
    for name, value in row:
        if value is not None and not isinstance(value, str):
            return Fault(number, name, _("must be text between quotes"))
    return number, {name: _kept(value or "") for name, value in row}


def _fault_in_names(
    names: Sequence[str], *, required: Sequence[str], optional: Sequence[str]
) -> Fault | None:
    for name in required:
        if name not in names:
            return Fault(1, name, _("this column is missing"))
    for number, name in enumerate(names):
        if name not in required and name not in optional:
            known = ", ".join([*required, *optional])
            reason = _("unknown column; the columns are %(names)s") % {"names": known}
            return Fault(1, _shown(name[:40]), reason)
        if name in names[:number]:
            return Fault(1, name, _("this column is there twice"))
    return None


def _shown(name: str) -> str:
    """Half a character cannot be written, and others do something to the screen they are written on."""
    return "".join(character if character.isprintable() else "?" for character in name)


def _longer_than(most: int) -> str:
    return _("is longer than %(max)s characters") % {"max": most}


def fault_in_text(value: str) -> str:
    """Why a text may not go in; nothing when it may."""
    if len(value) > FIELD_LENGTH_MAX:
        return _longer_than(FIELD_LENGTH_MAX)
    if any(not character.isprintable() for character in value):
        return _("has a character that cannot be printed")
    if is_formula(value):
        return _("starts as a formula does")
    return ""
