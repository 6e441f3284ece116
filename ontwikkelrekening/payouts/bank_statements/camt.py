"""What a bank writes of an account: camt.053 of ISO 20022, as banks here have written it since version 2.

A statement is taken whole or not at all: what it says that came in and went out has to lead from its opening
balance to its closing one. Names and free text of who paid are read to find out whose it is, and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from providers.errors import Unable

CAMT_053 = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d\}Document")
OPENS = ("OPBD", "PRCD")  # some banks give the balance that the one before closed with
NOT_GIVEN = "NOTPROVIDED"
CENTS_MAX = 10**15


class UnreadableStatement(Unable):
    """The file is no bank statement that can be taken in; the message says why."""

    field = "file"


@dataclass(frozen=True, slots=True)
class Movement:
    """Cents that came in (positive) or went out (negative), and all that tells what they were.

    `payment` is the reference that we gave a payment, `file` that of the payment file or its part.
    """

    number: int  # in the statement, from 1
    booked_on: date
    cents: int
    payment: str
    file: str
    returned: str  # why a payment came back, in the code of the bank
    bank_reference: str
    counterpart: str  # an IBAN
    words: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account; balances in cents, negative when overdrawn."""

    identifier: str
    iban: str
    closes_on: date
    opening: int
    closing: int
    movements: tuple[Movement, ...]


def read_statements(content: bytes) -> list[Statement]:
    """The statements in a file, in its order; raises UnreadableStatement."""
    try:
        document = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise UnreadableStatement(_("This is not the XML of a bank statement.")) from None
    if not CAMT_053.fullmatch(document.tag):
        raise UnreadableStatement(_("This is no bank statement in camt.053."))
    for element in document.iter():
        element.tag = element.tag.rpartition("}")[2]
    statements = [_statement(element) for element in document.findall("BkToCstmrStmt/Stmt")]
    if not statements:
        raise UnreadableStatement(_("There is no statement in this file."))
    return statements


def _statement(element: Element) -> Statement:
    balances = {
        _text(balance, "Tp/CdOrPrtry/Cd"): balance for balance in reversed(element.findall("Bal"))
    }
    opens = next((balances[code] for code in OPENS if code in balances), None)
    closes = balances.get("CLBD")
    if opens is None or closes is None:
        raise UnreadableStatement(_("The statement lacks its opening or its closing balance."))
    statement = Statement(
        identifier=_needed(element, "Id"),
        iban=_needed(element, "Acct/Id/IBAN"),
        closes_on=_day(closes, "Dt"),
        opening=_signed(opens),
        closing=_signed(closes),
        movements=tuple(_movements(element)),
    )
    moved = sum(movement.cents for movement in statement.movements)
    if statement.opening + moved != statement.closing:
        raise UnreadableStatement(
            _(
                "The entries of statement %(statement)s do not lead from its opening to its closing balance."
            )
            % {"statement": statement.identifier}
        )
    return statement


def _movements(element: Element) -> Iterator[Movement]:
    number = 0
    for entry in element.findall("Ntry"):
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) != "BOOK":
            continue  # announced only: in no balance yet
        for part, cents in _parts(entry):
            if not cents:
                continue
            number += 1
            yield _movement(entry, part, number=number, cents=cents)


def _parts(entry: Element) -> list[tuple[Element | None, int]]:
    """Each payment of an entry with its cents; the entry as one where it does not say them all."""
    total = _signed(entry)
    parts = entry.findall("NtryDtls/TxDtls")
    if len(parts) == 1:
        return [(parts[0], total)]
    known: list[tuple[Element | None, int]] = []
    try:
        known += [(part, _signed(part, of=entry)) for part in parts]
    except UnreadableStatement:
        known = []
    return known if known and sum(cents for _part, cents in known) == total else [(None, total)]


def _movement(entry: Element, part: Element | None, *, number: int, cents: int) -> Movement:
    within = entry if part is None else part
    batch = entry.find("NtryDtls/Btch")
    file = _text(within, "Refs/PmtInfId") or _text(within, "Refs/MsgId")
    if not file and batch is not None:
        file = _text(batch, "PmtInfId") or _text(batch, "MsgId")
    payment = _text(within, "Refs/EndToEndId")
    words = [e.text or "" for e in within.iterfind("RmtInf/Ustrd")]
    words += [e.text or "" for e in within.iterfind("RmtInf/Strd/CdtrRefInf/Ref")]
    return Movement(
        number=number,
        booked_on=_day(entry, "BookgDt"),
        cents=cents,
        payment="" if payment == NOT_GIVEN else payment,
        file=file,
        returned=_text(within, "RtrInf/Rsn/Cd") or _text(within, "RtrInf/Rsn/Prtry"),
        bank_reference=_text(within, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        counterpart=_text(within, "RltdPties/DbtrAcct/Id/IBAN"),
        words=" ".join([*words, _text(entry, "AddtlNtryInf")]),
    )


def _signed(element: Element, *, of: Element | None = None) -> int:
    """The cents of a balance, entry or part of one; a part may leave it to its entry which way they went."""
    amount = element.find("Amt")
    if amount is None:
        amount = element.find("AmtDtls/TxAmt/Amt")
    way = _text(element, "CdtDbtInd") or ("" if of is None else _text(of, "CdtDbtInd"))
    if amount is None or way not in ("CRDT", "DBIT"):
        raise UnreadableStatement(_("An amount is missing, or which way it went."))
    if amount.get("Ccy") != "EUR":
        raise UnreadableStatement(_("An amount is not in euros."))
    try:
        cents = Decimal((amount.text or "").strip()).scaleb(2)
        whole = int(cents)
    except (InvalidOperation, ValueError, OverflowError):
        raise UnreadableStatement(_("An amount cannot be read.")) from None
    if cents != whole or not 0 <= whole < CENTS_MAX:
        raise UnreadableStatement(_("An amount cannot be read."))
    return whole if way == "CRDT" else -whole


def _day(element: Element, name: str) -> date:
    """A day, also of a moment, as the bank counts days."""
    written = _text(element, f"{name}/Dt") or _text(element, f"{name}/DtTm")
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise UnreadableStatement(_("A date is missing or cannot be read.")) from None


def _needed(element: Element, path: str) -> str:
    text = _text(element, path)
    if not 0 < len(text) <= 35:
        raise UnreadableStatement(
            _("The statement does not say %(what)s.") % {"what": path.rpartition("/")[2]}
        )
    return text


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
