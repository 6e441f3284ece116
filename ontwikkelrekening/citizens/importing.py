"""Citizens from a file: the whole file or nothing, every bad row reported, twice changes nothing.

One row a person. Facts hold from `facts_from`; a later file may bring later facts of people who are
known. Columns: see REQUIRED and OPTIONAL; docs/citizens-file.md explains them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ledger.days import day_written
from ontwikkelrekening.citizens.files import (
    Fault,
    Found,
    Row,
    fault_in_text,
    read_rows,
)
from ontwikkelrekening.citizens.identity import Identity, NotABsn, checked_bsn
from ontwikkelrekening.citizens.keys import bsn_digest
from ontwikkelrekening.citizens.models import CircumstanceKind, Source
from ontwikkelrekening.citizens.registering import Contradiction, NewCitizen, Stated, register
from ontwikkelrekening.citizens.vocabulary import UnknownWord, checked

REQUIRED = ("bsn", "given_name", "family_name", "born_on")
FACTS = tuple(CircumstanceKind.values)
OPTIONAL = ("language", "facts_from", "source", *FACTS)
CHUNK = 2000
FAULTS_MAX = 1000
BORN_FROM = date(1900, 1, 1)


class Imported(NamedTuple):
    rows: int
    new: int
    facts: int


class RefusedFile(Exception):
    """A file with faults: nothing of it was taken in. `faults` names the first FAULTS_MAX of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults[:3])))
        self.faults = list(faults[:FAULTS_MAX])
        self.has_more = len(faults) > FAULTS_MAX


def import_citizens(
    path: Path, *, at: datetime, told: Callable[[str, int], object] = lambda step, rows: None
) -> Imported:
    """Read, check and register a whole file; raises RefusedFile and then nothing has changed.

    The file is read twice, so that memory does not grow with it, and may not change meanwhile. `told`
    hears how many more rows are "checked" and then "registered".
    """
    before = _as_it_stands(path)
    faults = list(islice(_check(path, on=localdate(at), told=told), FAULTS_MAX + 1))
    if faults:
        raise RefusedFile(faults)
    rows = new = facts = 0
    with transaction.atomic():
        for lines, people in _in_chunks(path, on=localdate(at)):
            try:
                registered = register(people, at=at)
            except Contradiction as fault:
                raise RefusedFile([Fault(lines[fault.index], fault.kind, str(fault))]) from None
            rows += len(people)
            told("registered", len(people))
            new += registered.new
            facts += registered.facts
        if _as_it_stands(path) != before:
            raise RefusedFile([Fault(1, "", _("has changed while it was read"))])
    return Imported(rows, new, facts)


def _as_it_stands(path: Path) -> tuple[int, int, int] | None:
    """What differs once somebody wrote in the file, or put another in its place."""
    try:
        stands = path.stat()
    except OSError:  # reading it will say why
        return None
    return stands.st_ino, stands.st_size, stands.st_mtime_ns


def _found(path: Path) -> Iterator[Found]:
    return read_rows(path, required=REQUIRED, optional=OPTIONAL)


def _check(path: Path, *, on: date, told: Callable[[str, int], object]) -> Iterator[Fault]:
    """Every fault in the file, in its order."""
    if path.exists() and not path.is_file() and not path.is_dir():
        yield Fault(1, "", _("is a pipe or a device and can be read once only; give a file"))
        return
    seen: dict[bytes, int] = {}
    found = None
    for found in _found(path):
        told("checked", 1)
        if isinstance(found, Fault):
            yield found
            continue
        line, row = found
        person, faults = read_person(row, line=line, on=on)
        yield from faults
        if person:
            digest = bsn_digest(person.identity.bsn)
            if digest in seen:
                yield Fault(line, "bsn", _("is on line %(line)s as well") % {"line": seen[digest]})
            seen.setdefault(digest, line)
    if found is None:
        yield Fault(1, "", _("has no rows"))


def _in_chunks(path: Path, *, on: date) -> Iterator[tuple[list[int], list[NewCitizen]]]:
    """The lines and their people; a file that was right before and is not any more is refused."""
    found = _found(path)
    while chunk := list(islice(found, CHUNK)):
        faults = [each for each in chunk if isinstance(each, Fault)]
        lines, people = [], []
        for line, row in (each for each in chunk if not isinstance(each, Fault)):
            person, wrong = read_person(row, line=line, on=on)
            faults += wrong
            if person:
                lines.append(line)
                people.append(person)
        if faults:
            raise RefusedFile(faults)
        yield lines, people


def read_person(row: Row, *, line: int, on: date) -> tuple[NewCitizen | None, list[Fault]]:
    """The person on a row, or what is wrong with it."""
    faults = [
        Fault(line, name, fault) for name, value in row.items() if (fault := fault_in_text(value))
    ]
    faults += [Fault(line, name, _("is missing")) for name in REQUIRED if not row[name]]
    if faults:
        return None, faults
    bsn, born_on = _bsn(row, line, faults), _day(row, "born_on", line, faults, on=on)
    language = row.get("language") or "nl"
    if language not in ("nl", "en"):
        faults.append(Fault(line, "language", _("choose from %(words)s") % {"words": "nl, en"}))
    stated = _facts(row, line, faults, on=on)
    if faults or born_on is None:
        return None, faults
    identity = Identity(row["given_name"], row["family_name"], bsn)
    return NewCitizen(identity, born_on, language, stated), []


def _bsn(row: Row, line: int, faults: list[Fault]) -> str:
    try:
        return checked_bsn(row["bsn"])
    except NotABsn as fault:
        faults.append(Fault(line, "bsn", str(fault)))
        return ""


def _day(row: Row, name: str, line: int, faults: list[Fault], *, on: date) -> date | None:
    """A day that exists and is not in the future."""
    day = day_written(row[name])
    if day is None:
        faults.append(Fault(line, name, _("is not an existing date written as 2026-12-31")))
        return None
    if not BORN_FROM <= day <= on:
        reason = (
            _("lies in the future") if day > on else _("lies before %(day)s") % {"day": BORN_FROM}
        )
        faults.append(Fault(line, name, reason))
        return None
    return day


def _facts(row: Row, line: int, faults: list[Fault], *, on: date) -> tuple[Stated, ...]:
    given = {kind: row[kind] for kind in FACTS if row.get(kind)}
    if not given:
        return ()
    source = row.get("source") or Source.OWN_STATEMENT
    if source not in Source.values:
        faults.append(
            Fault(line, "source", _("choose from %(words)s") % {"words": ", ".join(Source.values)})
        )
    if not row.get("facts_from"):
        faults.append(Fault(line, "facts_from", _("is missing: since when do the facts hold?")))
        return ()
    since = _day(row, "facts_from", line, faults, on=on)
    for kind, value in given.items():
        try:
            checked(kind, value, on=on)
        except UnknownWord as fault:
            faults.append(Fault(line, kind, str(fault)))
    if faults or since is None:
        return ()
    return tuple(Stated(kind, value, since, source=source) for kind, value in given.items())
