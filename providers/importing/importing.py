"""Writing a judged file: providers admitted and their IBANs proposed, courses registered or changed, and published."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from ledger.accounts import open_accounts
from providers.admitting import ProviderDetails
from providers.changing_iban import propose_first
from providers.importing.changing import agreed_otherwise, agreed_to, change
from providers.importing.judging import as_it_keeps, judge
from providers.importing.reading import (
    PROVIDER,
    REQUIRED,
    Fault,
    Reason,
    Row,
    Unreadable,
    decoded,
    read,
)
from providers.models import Course, IbanChange, Provider
from providers.moving import move_all
from providers.publishing import CourseDetails
from providers.states import CourseState

ACTOR = "import"
BYTES_MAX = 100_000_000  # unpacked: some 140,000 courses of the usual length
ROWS_MAX = 200_000
FAULTS_MAX = 1_000  # that are told at once
Judged = tuple[int, ProviderDetails, CourseDetails]
Said = tuple[int, ProviderDetails, CourseDetails, Row]
Present = dict[tuple[UUID, str], Course]  # by provider and code


class UnableToImport(Exception):
    """The file has faults; nothing was written."""

    def __init__(self, faults: list[Fault]) -> None:
        counted = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{counted} in the file; nothing was imported.")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    providers: int
    added: int
    changed: int
    unchanged: int


@transaction.atomic
def import_courses(path: Path, *, by: str, at: datetime) -> Imported:
    """Import a whole file or raise UnableToImport; a constant number of queries for any size.

    Who is admitted with it is paid once somebody else than `by` agrees to the IBAN in the file. Of a provider that
    was admitted before, the IBAN is only held against the one that it has or that waits for it. Raises
    IbanIsProposed when somebody proposes one of them for another at the same moment.
    """
    said, faults = _judged(path)
    known = {provider.kvk_number: provider for provider in Provider.objects.all()}
    present = _present(known[d.kvk_number].pk for _, d, _, _ in said if d.kvk_number in known)
    rows = []
    for line, details, course, row in said:
        there = _there(details, course, known, present)
        rows.append((line, details, as_it_keeps(course, row, there) if there else course))
    faults += _conflicts(rows, known)
    faults += _agreed_otherwise(rows, known, present)
    if faults:
        raise UnableToImport(sorted(faults, key=lambda fault: fault.line))
    newcomers = {d.kvk_number: d for _, d, _ in rows if d.kvk_number not in known}
    admitted = _admit(newcomers.values(), at=at)
    propose_first(
        [(provider, newcomers[number].iban) for number, provider in admitted.items()],
        reason=f"In the file {path.name}",
        by=by,
        at=at,
    )
    providers = known | admitted
    wanted = {(providers[d.kvk_number].pk, c.code): c for _, d, c in rows}
    return _write(wanted, present, admitted=len(newcomers), at=at)


def _judged(path: Path) -> tuple[list[Said], list[Fault]]:
    rows: list[Said] = []
    faults: list[Fault] = []
    try:
        text = decoded(_content(path))
    except (Unreadable, OSError, EOFError, zlib.error) as error:
        return [], [Fault(1, "file", "%(why)s", {"why": error})]
    for line, row in read(text, required=(*PROVIDER, *REQUIRED)):
        result = [row] if isinstance(row, Fault) else judge(line, row)
        if isinstance(result, list):
            faults += result
        elif len(rows) == ROWS_MAX:
            faults.append(Fault(line, "file", Reason.MANY, {"most": ROWS_MAX}))
            break
        else:
            rows.append((line, *result, cast(Row, row)))
        if len(faults) >= FAULTS_MAX:
            break
    return rows, faults


def _content(path: Path) -> bytes:
    """What is in the file, never more than BYTES_MAX of it however small it is packed."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        content: bytes = file.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise Unreadable(Reason.LARGE)
    return content


def _conflicts(rows: list[Judged], known: Mapping[str, Provider]) -> list[Fault]:
    """Rows that contradict each other, what is registered or what waits for a second person."""
    names = {number: provider.name for number, provider in known.items()}
    ibans = {number: provider.iban for number, provider in known.items() if provider.iban}
    waiting = IbanChange.objects.filter(agreed=None)
    proposed = dict(waiting.values_list("provider__kvk_number", "after"))
    owner = {iban: number for each in (ibans, proposed) for number, iban in each.items()}
    ibans = proposed | ibans
    codes: set[tuple[str, str]] = set()
    faults = []
    for line, details, course in rows:
        if ibans.setdefault(details.kvk_number, details.iban) != details.iban:
            faults.append(Fault(line, "iban", Reason.OTHER_IBAN))
        elif owner.setdefault(details.iban, details.kvk_number) != details.kvk_number:
            faults.append(Fault(line, "iban", Reason.IBAN_OF_OTHER))
        name = names.setdefault(details.kvk_number, details.name)
        if name != details.name:
            faults.append(Fault(line, "provider", Reason.OTHER_NAME, {"name": name}))
        if (details.kvk_number, course.code) in codes:
            faults.append(Fault(line, "primaryCode", Reason.TWICE))
        codes.add((details.kvk_number, course.code))
    return faults


def _admit(newcomers: Iterable[ProviderDetails], *, at: datetime) -> dict[str, Provider]:
    """Many at once, with their payable accounts."""
    ids = {details: uuid4() for details in newcomers}
    codes = [f"payable:{id_}" for id_ in ids.values()]
    accounts = open_accounts(codes, account_class="payable", at=at) if codes else {}
    admitted = [
        Provider(
            id=id_,
            name=details.name,
            kvk_number=details.kvk_number,
            admitted_on=timezone.localdate(at),
            payable_id=accounts[f"payable:{id_}"],
            registered_at=at,
        )
        for details, id_ in ids.items()
    ]
    Provider.objects.bulk_create(admitted)
    return {provider.kvk_number: provider for provider in admitted}


def _present(owners: Iterable[UUID]) -> Present:
    """The courses of these providers, locked."""
    courses = Course.objects.select_for_update().filter(provider__in=set(owners)).order_by("pk")
    return {(course.provider_id, course.code): course for course in courses}


def _there(
    provider: ProviderDetails, course: CourseDetails, known: dict[str, Provider], present: Present
) -> Course | None:
    owner = known.get(provider.kvk_number)
    return present.get((owner.pk, course.code)) if owner else None


def _agreed_otherwise(
    rows: list[Judged], known: dict[str, Provider], present: Present
) -> Iterator[Fault]:
    agreed = agreed_to({provider_id for provider_id, _ in present})
    for line, provider, details in rows:
        course = _there(provider, details, known, present)
        if course is not None and course.pk in agreed:
            yield from agreed_otherwise(line, details, course)


def _write(
    wanted: dict[tuple[UUID, str], CourseDetails], present: Present, *, admitted: int, at: datetime
) -> Imported:
    added = [
        Course(provider_id=key[0], registered_at=at, **details.as_fields())
        for key, details in wanted.items()
        if key not in present
    ]
    Course.objects.bulk_create(added, batch_size=1000)
    there = [(present[key], details) for key, details in wanted.items() if key in present]
    changed = change(there, actor=ACTOR, at=at)
    drafts = added + [course for course in changed if course.state == CourseState.DRAFT]
    move_all(drafts, "publish", actor=ACTOR, at=at, published_at=at)
    return Imported(admitted, len(added), len(changed), len(wanted) - len(added) - len(changed))
