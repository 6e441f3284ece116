"""Who a citizen is: found by BSN, read under the person's own key, and erased for good."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn as bsn_number

from ontwikkelrekening.citizens import keys
from ontwikkelrekening.citizens.models import AccessLog, Circumstance, Citizen, PersonKey, Writing

GREETING = """
    SELECT id, identity, wrapped, ended_at, EXISTS (
        SELECT FROM citizens_circumstance WHERE citizen_id = citizen.id AND evidence = 'asked'
    )
    FROM citizens_citizen citizen JOIN citizens_personkey ON citizen_id = id
    WHERE account_code = %s
"""
REWRAPPED_AT_ONCE = 1000  # keys of people
ERASED = "SELECT FROM citizens_citizen WHERE account_code = %s AND erased_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Identity:
    """The personal data itself; never stored or logged in the clear."""

    given_name: str
    family_name: str
    bsn: str

    def __repr__(self) -> str:
        return "Identity(…)"


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a page that greets has to know."""

    given_name: str
    evidence_asked: bool
    ended_on: date | None  # the day on which the account ended


class NotABsn(ValueError):
    """A number that cannot be a BSN: wrong length or failing the 11-test."""


class NoIdentity(LookupError):
    """The citizen was erased: there is no one to read."""


def checked_bsn(number: str) -> str:
    """Nine digits that pass the 11-test; the message never repeats the number.

    Raises NotABsn.
    """
    try:
        return str(bsn_number.validate(number))
    except ValidationError:
        raise NotABsn(_("is not a valid BSN (nine digits that pass the 11-test)")) from None


def find_by_bsn(bsn: str) -> Citizen | None:
    """The citizen with this BSN; none when unknown, erased or no BSN at all."""
    try:
        digest = keys.bsn_digest(checked_bsn(bsn))
    except NotABsn:
        return None
    return Citizen.objects.filter(bsn_lookup=digest).first()


def identity_of(citizen: Citizen) -> Identity:
    """Name and BSN; raises NoIdentity for someone erased. The caller logs the look (access.py)."""
    return _opened(bytes(citizen.identity or b""), key=key_of(citizen), citizen_id=citizen.pk)


def greeting(account_code: str) -> Greeting:
    """How to greet whose account it is, and whether we ask for evidence; one query.

    Raises NoIdentity for someone erased.
    """
    with connection.cursor() as cursor:
        cursor.execute(GREETING, [account_code])
        row = cursor.fetchone()
    if row is None:
        raise _erased(account_code)
    id_, blob, wrapped, ended_at, asked = row
    identity = _opened(blob, key=keys.unwrap(wrapped, owner=id_.bytes), citizen_id=id_)
    return Greeting(
        identity.given_name,
        evidence_asked=asked,
        ended_on=localdate(ended_at) if ended_at else None,
    )


def full_name(account_code: str) -> str:
    """Whom a letter is to; empty for someone erased. For the eyes of the citizen only."""
    try:
        identity = identity_of(Citizen.objects.get(account_code=account_code))
    except NoIdentity:
        return ""
    return f"{identity.given_name} {identity.family_name}"


def check_not_erased(account_code: str) -> None:
    """Raises NoIdentity for someone erased."""
    with connection.cursor() as cursor:
        cursor.execute(ERASED, [account_code])
        if cursor.fetchone() is not None:
            raise _erased(account_code)


def _opened(blob: bytes, *, key: bytes, citizen_id: uuid.UUID) -> Identity:
    text = keys.decrypt(blob, key=key, owner=citizen_id.bytes)
    return Identity(**json.loads(text))


def key_of(citizen: Citizen) -> bytes:
    """The person's own key; raises NoIdentity for someone erased."""
    person_key = PersonKey.objects.filter(citizen=citizen).first()
    if person_key is None:
        raise _erased(citizen.account_code)
    return keys.unwrap(bytes(person_key.wrapped), owner=citizen.pk.bytes)


def _erased(account_code: str) -> NoIdentity:
    return NoIdentity(_("Account %(code)s has no identity any more.") % {"code": account_code})


def sealed(identity: Identity, *, citizen_id: uuid.UUID) -> tuple[bytes, bytes]:
    """The encrypted identity and the wrapped new key that opens it."""
    key = keys.new_person_key()
    blob = keys.encrypt(json.dumps(asdict(identity)).encode(), key=key, owner=citizen_id.bytes)
    return blob, keys.wrap(key, owner=citizen_id.bytes)


@transaction.atomic
def erase(citizen: Citizen, *, at: datetime) -> None:
    """Destroy the key, the look-up, the identity, the birth date, the facts, the words and the log.

    Decisions and refusals lose what they say of the person by triggers on `erased_at`. The account code
    stays, so the books stay whole, but the account ends. Erasing twice changes nothing.
    """
    PersonKey.objects.filter(citizen=citizen).delete()
    Circumstance.objects.filter(citizen=citizen).delete()
    AccessLog.objects.filter(citizen=citizen).delete()
    Writing.objects.filter(citizen=citizen).delete()
    Citizen.objects.filter(pk=citizen.pk, erased_at=None).update(
        born_on=None,
        bsn_lookup=None,
        identity=None,
        language="nl",
        erased_at=at,
        ended_at=Coalesce("ended_at", Value(at)),
    )
    citizen.refresh_from_db()


def erase_again(*, since: datetime) -> int:
    """Let go what was being recorded of somebody while they were erased; returns of how many."""
    return Citizen.objects.filter(erased_at__gte=since).update(erased_at=F("erased_at"))


def rewrap_all() -> Iterator[int]:
    """Move every person's key to the newest master key; yields how many were moved per chunk."""
    last: uuid.UUID | None = None
    while True:
        later = PersonKey.objects.order_by("citizen_id")
        chunk = list((later.filter(citizen_id__gt=last) if last else later)[:REWRAPPED_AT_ONCE])
        if not chunk:
            return
        last = chunk[-1].citizen_id
        yield _rewrap([key.citizen_id for key in chunk])


@transaction.atomic
def _rewrap(ids: list[uuid.UUID]) -> int:
    old = [
        key
        for key in PersonKey.objects.select_for_update().filter(citizen_id__in=ids)
        if not keys.is_newest(bytes(key.wrapped))
    ]
    for key in old:
        owner = key.citizen_id.bytes
        key.wrapped = keys.wrap(keys.unwrap(bytes(key.wrapped), owner=owner), owner=owner)
    PersonKey.objects.bulk_update(old, ["wrapped"])
    return len(old)
