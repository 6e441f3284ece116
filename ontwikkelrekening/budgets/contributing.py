"""Contributions of a funder to many citizens at once, from a file: whole or not at all.

Columns: `account`, `amount`, `reference`, and if wanted `categories` (with spaces) and
`valid_until`. A reference is used once; the same file again changes nothing, also when a last day has
passed since or an account has ended. On the page one member of staff hands a file in, which checks it, and
another takes it in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from djmoney.money import Money

from ledger.days import day_written
from ledger.money import to_cents
from ledger.posting import NewBooking
from ontwikkelrekening.budgets.funding import make_available
from ontwikkelrekening.budgets.granting import NewTranche, grant
from ontwikkelrekening.budgets.ids import named, part
from ontwikkelrekening.budgets.models import ContributionFile, Fund, Tranche
from ontwikkelrekening.citizens.files import Fault, Row, read_csv
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.rules import last_day

REQUIRED = ("account", "amount", "reference")
OPTIONAL = ("categories", "valid_until")
AMOUNT = re.compile(r"\d{1,7}(\.\d{1,2})?", re.ASCII)


class UnusableFile(Exception):
    """The file was not taken in; nothing was written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Contributed:
    """What a file changed."""

    new: int
    known: int
    cents: int


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    tranche: NewTranche
    categories: Sequence[str]  # as given; none: what was agreed with the funder
    valid_until: date | None


class UnableToTakeIn(Exception):
    """The file stays as it is; the message says why."""


class FileReferenceIsTaken(UnableToTakeIn):
    def __init__(self, reference: str) -> None:
        super().__init__(
            _("Another file of this funder has the reference %(reference)s.")
            % {"reference": reference}
        )


class SamePerson(UnableToTakeIn):
    def __init__(self) -> None:
        super().__init__(_("Who handed a file in cannot take it in. Ask a colleague."))


class AlreadyTakenIn(UnableToTakeIn):
    def __init__(self) -> None:
        super().__init__(_("This file was taken in before."))


@transaction.atomic
def hand_in(fund: Fund, text: str, *, reference: str, by: str, at: datetime) -> ContributionFile:
    """Check a file and keep it for a colleague; the same file again is the one that is there.

    Raises UnusableFile with every fault, or FileReferenceIsTaken.
    """
    there = ContributionFile.objects.filter(fund=fund, reference=reference).first()
    if there is None:
        new = _checked(fund, text, on=localdate(at))[0]
        there, _made = ContributionFile.objects.get_or_create(
            fund=fund,
            reference=reference,
            defaults={
                "text": text,
                "contributions": len(new),
                "cents": sum(tranche.cents for tranche in new),
                "uploaded_by": by,
                "uploaded_at": at,
            },
        )
    if there.text != text:
        raise FileReferenceIsTaken(reference)
    return there


@transaction.atomic
def take_in(file: ContributionFile, *, by: str, at: datetime) -> Contributed:
    """Book a file that a colleague handed in, once.

    Raises SamePerson or AlreadyTakenIn, or UnusableFile when something changed since it was checked.
    """
    file = (
        ContributionFile.objects.select_for_update(of=("self",))
        .select_related("fund__scheme")
        .get(pk=file.pk)
    )
    if file.taken_in_at:
        raise AlreadyTakenIn
    if by == file.uploaded_by:
        raise SamePerson
    done = contribute(file.fund, file.text, on=localdate(at), at=at)
    file.taken_in_by, file.taken_in_at = by, at
    file.save(update_fields=["taken_in_by", "taken_in_at"])
    return done


@transaction.atomic
def contribute(fund: Fund, text: str, *, on: date, at: datetime) -> Contributed:
    """Take in a file: the money comes into the fund and from there to each citizen.

    Raises UnusableFile with every fault.
    """
    new, known = _checked(fund, text, on=on)
    cents = sum(tranche.cents for tranche in new)
    if new:
        batch = part(new[0].id, "file")
        make_available(fund, cents=cents, id=part(batch, "received"), on=on, at=at)
        booking = NewBooking(
            id=batch,
            kind="top_up",
            cause=f"fund:{fund.pk}",
            description=f"Bijdrage van {fund.scheme}",
            effective_on=on,
        )
        grant(new, scheme=fund.scheme, source=fund.account_id, booking=booking, on=on, at=at)
    return Contributed(len(new), known, cents)


def _checked(fund: Fund, text: str, *, on: date) -> tuple[list[NewTranche], int]:
    """What is new in a file, and how many were there already; raises UnusableFile."""
    read = list(_read(fund, text, on=on)) or [Fault(1, "", _("has no contributions"))]
    faults = [each for each in read if isinstance(each, Fault)]
    wanted = [each for each in read if isinstance(each, _Line)]
    known, changed = _known(wanted)
    new = [each for each in wanted if each.tranche.id not in known]
    faults += _used_twice(wanted) + changed + _passed(new, on=on) + _unknown_accounts(new)
    if faults:
        raise UnusableFile(sorted(faults, key=lambda fault: fault.line))
    return [each.tranche for each in new], len(known)


def _read(fund: Fund, text: str, *, on: date) -> Iterator[_Line | Fault]:
    lines = StringIO(text, newline="")
    for found in read_csv(lines, required=REQUIRED, optional=OPTIONAL):
        if isinstance(found, Fault):
            yield found
        else:
            yield from _line(fund, *found, on=on)


def _line(fund: Fund, number: int, row: Row, *, on: date) -> Iterator[_Line | Fault]:
    cents = _cents(row["amount"])
    categories = row.get("categories", "").split()
    until = row.get("valid_until", "")
    valid_until = day_written(until)
    faults = [
        Fault(number, field, reason)
        for field, reason, is_wrong in (
            ("", _("has a character that is no text"), "\x00" in "".join(row.values())),
            ("account", _("is missing"), not row["account"]),
            ("reference", _("is missing"), not row["reference"]),
            ("amount", _("is not an amount in euros above zero, such as 250.00"), cents is None),
            ("valid_until", _("is not a day, such as 2027-12-31"), until and not valid_until),
            (
                "categories",
                _("only %(kinds)s is agreed with this funder")
                % {"kinds": " ".join(fund.categories)},
                not set(categories) <= set(fund.categories),
            ),
        )
        if is_wrong
    ]
    if faults or cents is None:
        yield from faults
        return
    tranche = NewTranche(
        id=named("contribution", fund.scheme.code, row["reference"]),
        account_code=row["account"],
        decision_id=None,
        kind=f"contribution_{fund.kind}",
        categories=categories or list(fund.categories),
        earmarked=True,
        cents=cents,
        expires_on=valid_until or last_day(fund.years_valid, on=on),
    )
    yield _Line(number, tranche, categories, valid_until)


def _cents(text: str) -> int | None:
    cents = to_cents(Money(Decimal(text), "EUR")) if AMOUNT.fullmatch(text) else 0
    return cents or None


def _passed(lines: Sequence[_Line], *, on: date) -> list[Fault]:
    return [
        Fault(each.number, "valid_until", _("has passed"))
        for each in lines
        if each.tranche.expires_on and each.tranche.expires_on < on
    ]


def _unknown_accounts(lines: Sequence[_Line]) -> list[Fault]:
    codes = {each.tranche.account_code for each in lines}
    known = Citizen.objects.filter(account_code__in=codes, ended_at=None)
    found = set(known.values_list("account_code", flat=True))
    return [
        Fault(each.number, "account", _("is no account of ours"))
        for each in lines
        if each.tranche.account_code not in found
    ]


def _used_twice(lines: Sequence[_Line]) -> list[Fault]:
    seen: set[UUID] = set()
    faults = []
    for each in lines:
        if each.tranche.id in seen:
            faults.append(Fault(each.number, "reference", _("stands in the file twice")))
        seen.add(each.tranche.id)
    return faults


def _known(lines: Sequence[_Line]) -> tuple[set[UUID], list[Fault]]:
    """What was taken in before, and what comes again with other content."""
    before = Tranche.objects.in_bulk([each.tranche.id for each in lines])
    faults = [
        Fault(each.number, "reference", _("was used before, for something else"))
        for each in lines
        if (known := before.get(each.tranche.id)) and not _is_same(each, known)
    ]
    return set(before), faults


def _is_same(line: _Line, known: Tranche) -> bool:
    """Whether a line says what was taken in; what it leaves empty follows what was agreed then."""
    return (
        (known.account_code, known.granted) == (line.tranche.account_code, line.tranche.cents)
        and (not line.categories or set(line.categories) == set(known.categories))
        and line.valid_until in (None, known.expires_on)
    )
