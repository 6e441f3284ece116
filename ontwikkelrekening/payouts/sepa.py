"""The payment file: pain.001.001.09, checked against its schema before anyone sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize

from django.utils.timezone import localtime
from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError
from stdnum import iban as iban_number
from text_unidecode import unidecode

SCHEMA = "pain.001.001.09"
NAME_MAX = 70
# What every bank takes (EPC217-08, SEPA Requirements for an Extended Character Set).
OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")


class UnableToWriteFile(Exception):
    """The bank would refuse this file; the message names the payment or the schema's complaint."""


@dataclass(frozen=True, slots=True)
class Payer:
    """The account the money comes from."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment in cents; `reference` comes back on the bank statement."""

    name: str
    iban: str
    cents: int
    reference: str
    description: str


class _File(SepaTransfer):  # type: ignore[misc]
    """sepaxml's file, with our own message id and moment, so that the same batch is the same file."""

    def __init__(self, payer: Payer, *, message_id: str, at: datetime) -> None:
        self.message_id, self.at = message_id, at
        config = {
            "name": _basic(payer.name),
            "IBAN": payer.iban,
            "BIC": payer.bic,
            "batch": True,
            "currency": "EUR",
        }
        super().__init__(config, schema=SCHEMA)

    def _create_header(self) -> None:
        super()._create_header()
        header = self._xml.find("CstmrCdtTrfInitn/GrpHdr")
        header.find("MsgId").text = self.message_id
        header.find("CreDtTm").text = localtime(self.at).strftime("%Y-%m-%dT%H:%M:%S")

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        self._xml.find("CstmrCdtTrfInitn/PmtInf/PmtInfId").text = f"{self.message_id}-1"


def _basic(name: str) -> str:
    """A name in the characters that every bank takes; raises UnableToWriteFile when none is left."""
    plain = unidecode(normalize("NFKC", name)).replace("[?]", " ").replace("&", "+")
    basic = " ".join(OTHER.sub(" ", plain).split())[:NAME_MAX].strip()
    if not basic:
        raise UnableToWriteFile(f"{name}: no bank can write this name.")
    return basic


def write_file(
    payments: Iterable[Payment], *, payer: Payer, message_id: str, pay_on: date, at: datetime
) -> bytes:
    """The file's XML, valid by the schema; raises UnableToWriteFile."""
    file = _File(payer, message_id=message_id, at=at)
    for payment in payments:
        if not iban_number.is_valid(payment.iban):
            raise UnableToWriteFile(f"{payment.name}: {payment.iban} is not an IBAN.")
        file.add_payment(
            {
                "name": _basic(payment.name),
                "IBAN": payment.iban,
                "amount": payment.cents,
                "execution_date": pay_on,
                "description": payment.description,
                "endtoend_id": payment.reference,
            }
        )
    try:
        return bytes(file.export(validate=True))
    except ValidationError as error:
        raise UnableToWriteFile(f"The file does not fit {SCHEMA}: {error.__cause__}") from error
