"""What a bank writes of an account: camt.053 of ISO 20022, as banks here have written it since version 2.

A statement is taken whole or not at all: what it says that came in and went out has to lead from its opening
balance to its closing one. Names and free text of who paid are read to find out whose it is, and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from ledger.days import day_written
from providers.errors import Unable

CAMT_053 = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d\}Document")
OPENS = ("OPBD", "PRCD")  # some banks give the balance that the one before closed with
NOT_GIVEN = "NOTPROVIDED"
RETURN = "RRTN"  # external code sets of ISO 20022: bank transaction sub-family
EUROS = re.compile(r"([0-9]{1,13})(?:\.([0-9]{0,2})0*)?")  # whole cents, however many zeros follow


class UnreadableStatement(Unable):
    """The file is no bank statement that can be taken in; the message says why."""

    field = "file"


@dataclass(frozen=True, slots=True)
class Movement:
    """Cents that came in (positive) or went out (negative), and all that tells what they were.

    `payment` is the reference that who paid gave it, `file` that of the payment file or its part. `returned` is
    None of what did not come back, else the bank's code of the reason, where it gives one.
    """

    number: int  # in the statement, from 1
    booked_on: date
    cents: int
    payment: str
    file: str
    returned: str | None
    bank_reference: str
    counterpart: str  # an IBAN
    words: str  # of what came back all that the bank writes, for there it writes and nobody else


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an account; balances in cents, negative when overdrawn."""

    identifier: str
    closes_on: date
    opening: int
    closing: int
    movements: tuple[Movement, ...]


def read_statements(content: bytes, *, iban: str) -> list[Statement]:
    """The statements of this account in a file, in its order; raises UnreadableStatement.

    A bank writes of every account of a customer in one file; what it says of the others is not looked at.
    """
    try:
        document = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise UnreadableStatement(_("This is not the XML of a bank statement.")) from None
    if not CAMT_053.fullmatch(document.tag):
        raise UnreadableStatement(_("This is no bank statement in camt.053."))
    for element in document.iter():
        element.tag = element.tag.rpartition("}")[2]
    statements = document.findall("BkToCstmrStmt/Stmt")
    if not statements:
        raise UnreadableStatement(_("There is no statement in this file."))
    return [_statement(each) for each in statements if _text(each, "Acct/Id/IBAN") == iban]


def _statement(element: Element) -> Statement:
    balances = {
        _text(balance, "Tp/CdOrPrtry/Cd"): balance for balance in reversed(element.findall("Bal"))
    }
    opens = next((balances[code] for code in OPENS if code in balances), None)
    closes = balances.get("CLBD")
    if opens is None or closes is None:
        raise UnreadableStatement(_("The statement lacks its opening or its closing balance."))
    statement = Statement(
        identifier=_identifier(element),
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
    payment = _text(within, "Refs/EndToEndId")
    returned = _returned(entry, within)
    words = within.itertext() if returned is not None else _words(within)
    return Movement(
        number=number,
        booked_on=_day(entry, "BookgDt"),
        cents=cents,
        payment="" if payment == NOT_GIVEN else payment,
        file=_file(entry, within),
        returned=returned,
        bank_reference=_text(within, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        counterpart=_text(within, "RltdPties/DbtrAcct/Id/IBAN"),
        words=" ".join([*words, _text(entry, "AddtlNtryInf")]),
    )


def _file(entry: Element, within: Element) -> str:
    """The name of the part of a payment file; only without one that of a message, which may be the bank's own."""
    places = ((entry, "NtryDtls/Btch"), (within, "Refs"))
    names = (_text(at, f"{path}/{name}") for name in ("PmtInfId", "MsgId") for at, path in places)
    return next(filter(None, names), "")


def _returned(entry: Element, within: Element) -> str | None:
    """The code of why a payment came back; banks say in three ways that it did."""
    if within.find("RtrInf") is not None:
        return _text(within, "RtrInf/Rsn/Cd") or _text(within, "RtrInf/Rsn/Prtry")
    kinds = {_text(each, "BkTxCd/Domn/Fmly/SubFmlyCd") for each in (entry, within)}
    return "" if RETURN in kinds or _text(entry, "RvslInd") in ("true", "1") else None


def _words(within: Element) -> Iterator[str]:
    for path in ("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref"):
        yield from (each.text or "" for each in within.iterfind(path))


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
    written = EUROS.fullmatch((amount.text or "").strip())
    if written is None:
        raise UnreadableStatement(_("An amount cannot be read."))
    cents = int(written[1] + (written[2] or "").ljust(2, "0"))
    return cents if way == "CRDT" else -cents


def _day(element: Element, name: str) -> date:
    """A day, also of a moment, as the bank counts days."""
    written = _text(element, f"{name}/Dt") or _text(element, f"{name}/DtTm")
    day = day_written(written[:10])
    if day is None:
        raise UnreadableStatement(_("A date is missing or cannot be read."))
    return day


def _identifier(element: Element) -> str:
    text = _text(element, "Id")
    if not 0 < len(text) <= 35:
        raise UnreadableStatement(
            _("A statement has no name of its own, of at most 35 characters.")
        )
    return text


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
