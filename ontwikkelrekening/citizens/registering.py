"""Register citizens and their circumstances, many at once, in a constant number of statements."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens import keys
from ontwikkelrekening.citizens.identity import Identity, checked_bsn, sealed
from ontwikkelrekening.citizens.models import (
    Circumstance,
    Citizen,
    Evidence,
    PersonKey,
    Source,
)
from ontwikkelrekening.citizens.vocabulary import checked

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact as it is stated: what, since when, by whom."""

    kind: str
    value: str
    valid_from: date
    valid_until: date | None = None
    source: str = Source.OWN_STATEMENT
    evidence: str = Evidence.NOT_ASKED


@dataclass(frozen=True, slots=True)
class NewCitizen:
    """A person to register; someone known by BSN only gets the facts that are new."""

    identity: Identity
    born_on: date
    language: str = "nl"
    circumstances: tuple[Stated, ...] = field(default=())


class Registered(NamedTuple):
    """What registering changed, and the account code of each person, in the order given."""

    new: int
    facts: int
    codes: list[str]


class Contradiction(Exception):
    """A fact that was stated before, by the same source from the same day, as something else."""

    def __init__(self, index: int, kind: str) -> None:
        super().__init__(
            _("%(kind)s was stated otherwise before, from the same day") % {"kind": kind}
        )
        self.index = index
        self.kind = kind


@transaction.atomic
def register(people: Sequence[NewCitizen], *, at: datetime) -> Registered:
    """Register people and facts that are not known yet; doing it twice changes nothing.

    Raises NotABsn, UnknownWord or Contradiction, and then nothing is written.
    """
    digests = [keys.bsn_digest(checked_bsn(person.identity.bsn)) for person in people]
    known = _known(digests)
    fresh = {
        digest: person
        for digest, person in zip(digests, people, strict=True)
        if digest not in known
    }
    known |= _create(fresh, at=at)
    facts = _state(people, [known[digest] for digest in digests], at=at)
    return Registered(len(fresh), facts, [known[digest].account_code for digest in digests])


def _known(digests: Iterable[bytes]) -> dict[bytes, Citizen]:
    citizens = Citizen.objects.filter(bsn_lookup__in=list(digests)).defer("identity")
    return {bytes(citizen.bsn_lookup or b""): citizen for citizen in citizens}


def _create(people: dict[bytes, NewCitizen], *, at: datetime) -> dict[bytes, Citizen]:
    created, wrapped = {}, []
    for (digest, person), code in zip(people.items(), _new_codes(len(people)), strict=True):
        id_ = uuid.uuid4()
        blob, wrapped_key = sealed(person.identity, citizen_id=id_)
        created[digest] = Citizen(
            id=id_,
            account_code=code,
            born_on=person.born_on,
            bsn_lookup=digest,
            identity=blob,
            language=person.language,
            registered_at=at,
        )
        wrapped.append(PersonKey(citizen_id=id_, wrapped=wrapped_key))
    Citizen.objects.bulk_create(created.values())
    PersonKey.objects.bulk_create(wrapped)
    return created


def _new_codes(number: int) -> list[str]:
    """Random account codes that nobody has: R-7K3M-9QXZ."""
    codes: set[str] = set()
    while len(codes) < number:
        drawn = {_draw_code() for _ in range(number - len(codes))}
        taken = Citizen.objects.filter(account_code__in=drawn)
        codes |= drawn - set(taken.values_list("account_code", flat=True))
    return list(codes)


def _draw_code() -> str:
    drawn = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return f"R-{drawn[:4]}-{drawn[4:]}"


_Key = tuple[uuid.UUID, str, str, date]


def _state(people: Sequence[NewCitizen], citizens: Sequence[Citizen], *, at: datetime) -> int:
    """Write the facts that are new; a fact stated before must be the same."""
    stated_before: dict[_Key, str] = {
        (citizen_id, kind, source, valid_from): value
        for citizen_id, kind, source, valid_from, value in Circumstance.objects.filter(
            citizen__in=[citizen.pk for citizen in citizens]
        ).values_list("citizen_id", "kind", "source", "valid_from", "value")
    }
    new: list[Circumstance] = []
    for index, (person, citizen) in enumerate(zip(people, citizens, strict=True)):
        for stated in person.circumstances:
            value = checked(stated.kind, stated.value, on=localdate(at))
            key = (citizen.pk, stated.kind, stated.source, stated.valid_from)
            if key in stated_before:
                if stated_before[key] != value:
                    raise Contradiction(index, stated.kind)
                continue
            stated_before[key] = value
            new.append(
                Circumstance(
                    citizen=citizen,
                    kind=stated.kind,
                    value=value,
                    source=stated.source,
                    evidence=stated.evidence,
                    valid_from=stated.valid_from,
                    valid_until=stated.valid_until,
                    recorded_at=at,
                )
            )
    Circumstance.objects.bulk_create(new)
    return len(new)
