"""Admitting providers: from that day they may publish, enrol and claim. Where they are paid takes a second person."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from unicodedata import normalize

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from ledger.accounts import open_account
from providers.changing_iban import checked_iban, propose
from providers.errors import Unable
from providers.models import Provider
from providers.spelling import ONE_LINE, composed

KVK = re.compile(r"\d{8}")


class UnableToAdmit(Unable):
    """The provider cannot be admitted as it is given."""


class KvkNumberIsWrong(UnableToAdmit):
    field, sentence = "kvkNumber", "A KvK number has eight digits."


class NameIsWrong(UnableToAdmit):
    field, sentence = (
        "name",
        "A name has 1 to 70 characters with a letter or digit from A to Z or 0 to 9, none hidden.",
    )


class AdmittedBefore(UnableToAdmit):
    field, sentence = (
        "iban",
        "This provider is admitted already, with another IBAN or none: propose this one on its page.",
    )


class NotYet(UnableToAdmit):
    field, sentence = "on", "This day has still to come."


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
def admit(
    name: str, kvk_number: str, iban: str, *, reason: str, by: str, on: date, at: datetime
) -> Provider:
    """Admit a provider and propose the IBAN that it is paid on; who was admitted with it before comes back as it is.

    `reason` is how it was checked that the IBAN is the provider's. Nothing is paid until somebody else than `by`
    agrees to it (`changing_iban`). Raises a subclass of UnableToAdmit or UnableToChangeIban.
    """
    details = ProviderDetails.checked(name, kvk_number, iban)
    if on > localdate(at):
        raise NotYet
    known = Provider.objects.filter(kvk_number=details.kvk_number)
    if not known.exists():
        try:
            return _admitted(details, reason=reason, by=by, on=on, at=at)
        except IntegrityError:  # by somebody else, at the same moment
            if not known.exists():
                raise
    provider = known.get()
    waiting = provider.iban_changes.filter(agreed=None, after=details.iban)
    if provider.iban != details.iban and not waiting.exists():
        raise AdmittedBefore
    return provider


@transaction.atomic
def _admitted(
    details: ProviderDetails, *, reason: str, by: str, on: date, at: datetime
) -> Provider:
    id_ = uuid.uuid4()
    provider = Provider.objects.create(
        id=id_,
        name=details.name,
        kvk_number=details.kvk_number,
        admitted_on=on,
        payable=open_account(f"payable:{id_}", account_class="payable", at=at),
        registered_at=at,
    )
    propose(provider, details.iban, reason=reason, by=by, at=at)
    return provider
