"""How a view with tables answers: its page, or one of its tables as a download."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from ontwikkelrekening.tables.downloads import Reading, csv_response
from ontwikkelrekening.tables.table import Table, Text

Section = tuple[str, Text, str]  # its name, its words, its address


def answer(
    request: HttpRequest,
    template: str,
    *,
    sections: Sequence[Section],
    tables: Sequence[Table] = (),
    reading: Reading = nullcontext,
    status: int = 200,
    **context: Any,
) -> HttpResponseBase:
    """The page with its tables by name, or the CSV that `?download=<table>` asks for.

    The page needs a `title` and the `section` it is in; `trail` are the pages above it: words and
    address.
    """
    named = {table.name: table for table in tables}
    asked = named.get(request.GET.get("download", ""))
    if asked is not None:
        return csv_response(asked, reading)
    shown = {
        "sections": sections,
        "tables": named,
        "moment": timezone.now(),
        **context,
    }
    return render(request, template, shown, status=status)
