"""The findings of the checks of the books and against the books, within a time a page may take."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from django.db import OperationalError, connection, transaction

from ledger.checking import Finding, check_ledger
from ontwikkelrekening.audit.against_books import check_against_books


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found and how long they took; `findings` is None when time ran out."""

    findings: list[Finding] | None
    seconds: float


def findings_within(*, milliseconds: int) -> Checked:
    """Check the books now, but give up when it takes longer: large books are checked by command."""
    started = monotonic()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}")
            findings = [*check_ledger(), *check_against_books()]
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError:
        return Checked(None, monotonic() - started)
    return Checked(findings, monotonic() - started)
