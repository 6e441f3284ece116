"""The bank of the demonstration: it reads a payment file and writes, as banks do, what became of it (camt.053)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from ledger.euros import euros

PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
IBAN = "NL91ABNA0417164300"  # the example of every IBAN, of nobody
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class Line:
    """Cents that came in (positive) or went out on a statement, and the XML of what the bank tells of it."""

    cents: int
    details: str


@dataclass
class Bank:
    """The account that is paid from; it writes one statement after another in its folder."""

    folder: Path
    balance: int = 250_000_00
    written: int = 0

    def write(self, day: date, *lines: Line) -> Path:
        """A statement over this day, in a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.written += 1
        identifier = f"{day.year}-{self.written:03}"
        path = self.folder / f"{identifier}.xml"
        path.write_bytes(
            statement(lines, identifier=identifier, iban=IBAN, day=day, opening=self.balance)
        )
        self.balance += sum(line.cents for line in lines)
        return path


def paid(file: bytes) -> Line:
    """A payment file as the bank books it: its parts as one."""
    document = fromstring(file)

    def said(path: str) -> str:
        return document.findtext(f"p:CstmrCdtTrfInitn/{path}", "", PAIN)

    return Line(
        -int(Decimal(said("p:GrpHdr/p:CtrlSum")) * 100),
        f"<Btch><MsgId>{said('p:GrpHdr/p:MsgId')}</MsgId>"
        f"<PmtInfId>{said('p:PmtInf/p:PmtInfId')}</PmtInfId>"
        f"<NbOfTxs>{said('p:GrpHdr/p:NbOfTxs')}</NbOfTxs></Btch>",
    )


def came_back(reference: str, cents: int, *, code: str = "AC04") -> Line:
    """A payment that the bank of the payee sent back, with the code of the reason."""
    return Line(
        cents,
        f"<TxDtls><Refs><EndToEndId>{escape(reference)}</EndToEndId></Refs>"
        f"<Amt Ccy='EUR'>{euros(cents)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls>",
    )


def came_in(cents: int, *, words: str = "", iban: str = "", reference: str = "NOTPROVIDED") -> Line:
    """What somebody paid to this account."""
    account = f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>" if iban else ""
    return Line(
        cents,
        f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
        f"<Amt Ccy='EUR'>{euros(cents)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        f"<RltdPties><Dbtr><Pty><Nm>Somebody</Nm></Pty></Dbtr>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(words)}</Ustrd></RmtInf></TxDtls>",
    )


def statement(
    lines: Iterable[Line], *, identifier: str, iban: str, day: date, opening: int = 0
) -> bytes:
    """The statement of an account over one day; balances in cents."""
    lines = list(lines)
    closing = opening + sum(line.cents for line in lines)
    entries = "".join(
        f"<Ntry>{_amount(line.cents)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{identifier}/{number}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{line.details}</NtryDtls></Ntry>"
        for number, line in enumerate(lines, start=1)
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><Document xmlns='{CAMT}'><BkToCstmrStmt>"
        f"<GrpHdr><MsgId>{identifier}</MsgId><CreDtTm>{day}T23:59:59</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{identifier}</Id><CreDtTm>{day}T23:59:59</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{_balance('OPBD', opening, day)}{_balance('CLBD', closing, day)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, cents: int, day: date) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_amount(cents)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _amount(cents: int) -> str:
    way = "DBIT" if cents < 0 else "CRDT"
    return f"<Amt Ccy='EUR'>{euros(abs(cents))}</Amt><CdtDbtInd>{way}</CdtDbtInd>"
