"""Downloads: a table as CSV, streamed row by row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ledger.euros import euros
from ledger.formulas import harmless
from ontwikkelrekening.tables.table import Cell, Table

Reading = Callable[[], AbstractContextManager[None]]


def csv_cell(cell: Cell) -> str:
    """A value as it goes into a file: cents as euros with a point, dates as ISO 8601."""
    match cell.value:
        case None:
            return ""
        case int(number) if cell.is_number:
            return str(number) if cell.kind == "count" else euros(number)
        case datetime() as moment:
            return timezone.localtime(moment).isoformat(timespec="seconds")
        case date() as day:
            return day.isoformat()
        case bool(holds):
            text = _("yes") if holds else _("no")
        case (_name, code) if cell.kind == "named":
            text = str(code)
        case other:
            text = str(other)
    return harmless(text)


class Line:
    """What csv writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(table: Table, reading: Reading) -> Iterator[str]:
    writer = csv.writer(Line(), delimiter=";")
    yield "\ufeff" + writer.writerow([harmless(str(c.title)) for c in table.columns])
    with reading():
        for cells in table.stream():
            yield writer.writerow([csv_cell(cell) for cell in cells])


def csv_response(table: Table, reading: Reading) -> StreamingHttpResponse:
    """The file; `reading` is entered for as long as rows are read, after the view has answered."""
    lines = csv_lines(table, reading)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{slugify(table.name)}-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
