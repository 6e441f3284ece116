"""Admitting providers: from that day they may publish, enrol and claim."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from unicodedata import normalize

from django.db import transaction
from stdnum import iban as iban_number

from ledger.accounts import open_account
from providers.errors import Unable
from providers.models import Provider
from providers.spelling import ONE_LINE, composed

KVK = re.compile(r"\d{8}")


class UnableToAdmit(Unable):
    """The provider cannot be admitted as it is given."""


class KvkNumberIsWrong(UnableToAdmit):
    field, sentence = "kvkNumber", "A KvK number has eight digits."


class IbanIsWrong(UnableToAdmit):
    field, sentence = "iban", "This is not a valid IBAN."


class NameIsWrong(UnableToAdmit):
    field, sentence = (
        "name",
        "A name has 1 to 70 characters with a letter or digit from A to Z or 0 to 9, none hidden.",
    )


class IbanIsTaken(UnableToAdmit):
    field, sentence = "iban", "Another provider is paid on this IBAN."


def checked_iban(iban: str) -> str:
    """An IBAN as it is kept: compact, in capitals; raises IbanIsWrong."""
    compact: str = iban_number.compact(iban)
    if not iban_number.is_valid(compact):
        raise IbanIsWrong
    return compact


def refuse_taken(iban: str) -> None:
    """Raises IbanIsTaken: a payment on one IBAN is of one provider."""
    if Provider.objects.filter(iban=iban).exists():
        raise IbanIsTaken


@dataclass(frozen=True, slots=True)
class ProviderDetails:
    """Name, KvK number and IBAN as they are kept: trimmed, compact and checked."""

    name: str
    kvk_number: str
    iban: str

    @classmethod
    def checked(cls, name: str, kvk_number: str, iban: str) -> ProviderDetails:
        """Raises the error of the first field that is wrong."""
        details = cls(composed(name.strip()), kvk_number.strip(), iban)
        readable = re.search("[A-Za-z0-9]", normalize("NFKD", details.name))  # by a bank
        if len(details.name) > 70 or not re.match(ONE_LINE, details.name) or not readable:
            raise NameIsWrong
        if not KVK.fullmatch(details.kvk_number):
            raise KvkNumberIsWrong
        return replace(details, iban=checked_iban(iban))


@transaction.atomic
def admit(name: str, kvk_number: str, iban: str, *, on: date, at: datetime) -> Provider:
    """Admit a provider; who is admitted already comes back as it is."""
    details = ProviderDetails.checked(name, kvk_number, iban)
    known = Provider.objects.filter(kvk_number=details.kvk_number).first()
    if known is not None:
        return known
    refuse_taken(details.iban)
    id_ = uuid.uuid4()
    return Provider.objects.create(
        id=id_,
        name=details.name,
        kvk_number=details.kvk_number,
        iban=details.iban,
        admitted_on=on,
        payable=open_account(f"payable:{id_}", account_class="payable", at=at),
        registered_at=at,
    )
