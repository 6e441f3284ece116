"""The books as files for an auditor's own tools: written to a file that vanishes, then sent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.exports.evidence import write_evidence
from ledger.exports.journals import write_beancount, write_hledger
from ledger.exports.movements import Period
from ledger.exports.tables import write_csv
from ledger.exports.xaf import owner, write_xaf
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.views.reach import asked_year
from ontwikkelrekening.tables.table import Text


def _xaf(file: Path, period: Period) -> None:
    write_xaf(file, period, administration=owner(), made_on=timezone.localdate())


def _evidence(file: Path, period: Period) -> None:
    write_evidence(file)


# name -> suffix, what it is, how it is written
FORMATS: dict[str, tuple[str, Text, Callable[[Path, Period], None]]] = {
    "xaf": (".xaf", _("XML Auditfile Financieel 4.0, for Dutch audit software"), _xaf),
    "csv": (".csv", _("Every transfer as a table, for a spreadsheet"), write_csv),
    "hledger": (".journal", _("Journal for hledger, with closing assertions"), write_hledger),
    "beancount": (
        ".beancount",
        _("Journal for beancount, with closing assertions"),
        write_beancount,
    ),
    "evidence": (
        ".jsonl.gz",
        _("All transfers, seals and totals, for ledger/verifier.py"),
        _evidence,
    ),
}


@audit_page
def exports(request: HttpRequest) -> HttpResponseBase:
    return _formats(request, *asked_year(request))


def _formats(request: HttpRequest, year: int, error: Text) -> HttpResponseBase:
    return answer(
        request,
        "audit/exports.html",
        title=_("Exports"),
        section="exports",
        year=year,
        error=error,
        formats=[(name, words) for name, (_suffix, words, _write) in FORMATS.items()],
    )


@audit_page
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The books of one year, or why not; memory stays flat, the file is gone once it is sent."""
    if form not in FORMATS:
        raise Http404
    suffix, _words, write = FORMATS[form]
    year, error = asked_year(request)
    if error:
        return _formats(request, year, error)
    file = written(lambda path: write(path, Period(date(year, 1, 1), date(year, 12, 31))), suffix)
    of = "" if form == "evidence" else f"-{year}"  # evidence is of all years
    return FileResponse(file, as_attachment=True, filename=f"ontwikkelrekening{of}{suffix}")


def written(write: Callable[[Path], None], suffix: str) -> IO[bytes]:
    """An open file that has no name any more."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export{suffix}"
        write(path)
        return path.open("rb")
