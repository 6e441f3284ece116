"""Facts from a register about people who are known: one fact a row, a report on every row.

A register extract is not whole-or-nothing: a row that cannot be used says why, the others count. The
same extract twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ledger.days import day_written
from ontwikkelrekening.citizens import keys
from ontwikkelrekening.citizens.files import Fault, Found, Row, read_rows
from ontwikkelrekening.citizens.identity import NotABsn, checked_bsn
from ontwikkelrekening.citizens.models import Circumstance, Citizen, Evidence, Source
from ontwikkelrekening.citizens.vocabulary import UnknownWord, checked

REQUIRED = ("bsn", "kind", "value", "valid_from")
OPTIONAL = ("valid_until",)
SOURCES = (Source.REGISTER, Source.MUNICIPALITY)
CHUNK = 2000


class Line(NamedTuple):
    """What became of a row: added, known already, or refused with the reason. Never repeats a value."""

    number: int
    became: str  # "added", "known" or "refused"
    reason: str = ""

    def __str__(self) -> str:
        return f"line {self.number}: {self.became}{f', {self.reason}' if self.reason else ''}"


class _Told(NamedTuple):
    number: int
    digest: bytes
    kind: str
    value: str
    valid_from: date
    valid_until: date | None


def import_extract(path: Path, *, source: str, at: datetime) -> Iterator[Line]:
    """Take in a register's facts chunk by chunk; yields the report row by row."""
    if source not in SOURCES:
        raise ValueError(_("choose from %(words)s") % {"words": ", ".join(SOURCES)})
    rows = read_rows(path, required=REQUIRED, optional=OPTIONAL)
    while chunk := list(islice(rows, CHUNK)):
        yield from _take_in(chunk, source=source, at=at)


@transaction.atomic
def _take_in(chunk: list[Found], *, source: str, at: datetime) -> list[Line]:
    told, report = [], []
    for found in chunk:
        if isinstance(found, Fault):
            report.append(Line(found.line, "refused", _reason(found)))
            continue
        number, row = found
        try:
            told.append(_read(number, row, on=localdate(at)))
        except (NotABsn, UnknownWord, ValueError) as fault:
            report.append(Line(number, "refused", str(fault)))
    people = {
        bytes(digest or b""): pk
        for pk, digest in Citizen.objects.filter(
            bsn_lookup__in=[fact.digest for fact in told]
        ).values_list("pk", "bsn_lookup")
    }
    known = {
        (citizen, kind, valid_from): (value, valid_until)
        for citizen, kind, valid_from, value, valid_until in Circumstance.objects.filter(
            citizen__in=people.values(), source=source
        ).values_list("citizen_id", "kind", "valid_from", "value", "valid_until")
    }
    new = []
    for fact in told:
        person = people.get(fact.digest)
        if person is None:
            report.append(Line(fact.number, "refused", _("nobody with this BSN has an account")))
            continue
        key = (person, fact.kind, fact.valid_from)
        if key in known:
            reason = _contradiction(fact, *known[key])
            report.append(Line(fact.number, "refused" if reason else "known", reason))
            continue
        known[key] = fact.value, fact.valid_until
        new.append(_circumstance(fact, person=person, source=source, at=at))
        report.append(Line(fact.number, "added"))
    Circumstance.objects.bulk_create(new)
    return sorted(report)


def _reason(fault: Fault) -> str:
    return f"{fault.field}: {fault.reason}" if fault.field else fault.reason


def _contradiction(fact: _Told, value: str, valid_until: date | None) -> str:
    """What this register said otherwise before, or nothing; an empty end says nothing."""
    if fact.value != value:
        return _("this register said otherwise before, from the same day")
    if fact.valid_until not in (None, valid_until):
        return _(
            "this fact stands with another end or none, and is never edited; give what holds from"
            " valid_until as a row of its own"
        )
    return ""


def _circumstance(fact: _Told, *, person: UUID, source: str, at: datetime) -> Circumstance:
    return Circumstance(
        citizen_id=person,
        kind=fact.kind,
        value=fact.value,
        source=source,
        evidence=Evidence.SEEN,
        valid_from=fact.valid_from,
        valid_until=fact.valid_until,
        recorded_at=at,
    )


def _read(number: int, row: Row, *, on: date) -> _Told:
    valid_from = _day(row["valid_from"], "valid_from")
    until = row.get("valid_until") or ""
    valid_until = _day(until, "valid_until") if until else None
    if valid_from > on:
        raise ValueError(_("valid_from lies in the future"))
    if valid_until is not None and valid_until <= valid_from:
        raise ValueError(_("valid_until must lie after valid_from"))
    value = checked(row["kind"], row["value"], on=on)
    digest = keys.bsn_digest(checked_bsn(row["bsn"]))
    return _Told(number, digest, row["kind"], value, valid_from, valid_until)


def _day(text: str, name: str) -> date:
    day = day_written(text)
    if day is None:
        raise ValueError(
            _("%(name)s is not an existing date written as 2026-12-31") % {"name": name}
        )
    return day
