"""XML Auditfile Financieel 4.0: the file a Dutch accountant or inspector loads.

A ledger account of the file is an account class of the chart; the account itself (a pseudonymous
code) stands in the description of the line, the transfer's place in its reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import connection

from ledger.euros import euros
from ledger.exports.movements import Movement, Period, movements
from ledger.models import AccountClass

# What XML 1.0 cannot hold, and line ends: a text is one line.
NO_XML = re.compile(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAMESPACE = (
    "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"
)
TOTALS = """
    SELECT count(*) * 2, coalesce(sum(amount), 0)::bigint FROM ledger_transfer
    WHERE effective_on BETWEEN %s AND %s
"""
OPENING = """
    SELECT a.account_class_id, sum(e.debit - e.credit)::bigint FROM ledger_entry e
    JOIN ledger_account a ON a.id = e.account_id WHERE e.effective_on < %s
    GROUP BY 1 HAVING sum(e.debit - e.credit) <> 0 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Administration:
    """Whose books these are, as the file's header wants it."""

    name: str
    tax_id: str
    commerce_number: str = ""


def owner() -> Administration:
    """Whose books the settings say these are."""
    return Administration(settings.LEDGER_OWNER_NAME, settings.LEDGER_OWNER_TAX_ID)


def write_xaf(file: Path, period: Period, *, administration: Administration, made_on: date) -> None:
    """Write the audit file of at most one year."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in _lines(period, administration, made_on))


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(NO_XML.sub(' ', str(value)))}</{name}>"


def _lines(period: Period, administration: Administration, made_on: date) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<auditfile xmlns="{NAMESPACE}">'
    yield "<header>"
    yield _tag("fiscalYear", period.through.year)
    yield _tag("startDate", period.start)
    yield _tag("endDate", period.through)
    yield _tag("curCode", "EUR")
    yield _tag("dateCreated", made_on)
    yield _tag("softwareDesc", "ledger")
    yield _tag("softwareVersion", "1")
    yield "</header>"
    yield "<company>"
    if administration.commerce_number:
        yield _tag("Commercenr", administration.commerce_number)
    yield _tag("companyName", administration.name)
    yield _tag("taxRegistrationCountry", "NL")
    yield _tag("taxRegIdent", administration.tax_id)
    yield from _chart()
    yield from _periods(period)
    yield from _opening(period)
    yield from _transactions(period)
    yield "</company>"
    yield "</auditfile>"


def _chart() -> Iterator[str]:
    yield "<generalLedger>"
    for line in AccountClass.objects.all():
        yield "<ledgerAccount>"
        yield _tag("accID", line.code)
        yield _tag("accDesc", line.name)
        yield _tag("accTp", "B")
        if line.rgs_code:
            yield _tag("RGScode", line.rgs_code)
        yield "</ledgerAccount>"
    yield "</generalLedger>"


def _months(period: Period) -> Iterator[tuple[int, date, date]]:
    start, number = period.start, 1
    while start <= period.through:
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        end = min(date.fromordinal(following.toordinal() - 1), period.through)
        yield number, start, end
        start, number = following, number + 1


def _periods(period: Period) -> Iterator[str]:
    yield "<periods>"
    for number, start, end in _months(period):
        yield (
            f"<period>{_tag('periodNumber', number)}{_tag('startDatePeriod', start)}"
            f"{_tag('endDatePeriod', end)}</period>"
        )
    yield "</periods>"


def _opening(period: Period) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(OPENING, [period.start])
        lines = cursor.fetchall()
    total = euros(sum(net for _, net in lines if net > 0))
    yield "<openingBalance>"
    yield _tag("linesCount", len(lines)) + _tag("totalDebit", total) + _tag("totalCredit", total)
    for number, (code, net) in enumerate(lines, 1):
        yield f"<obLine>{_tag('nr', number)}{_tag('accID', code)}{_amount(net)}</obLine>"
    yield "</openingBalance>"


def _amount(net: int) -> str:
    return _tag("amnt", euros(abs(net))) + _tag("amntTp", "D" if net > 0 else "C")


def _transactions(period: Period) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, [period.start, period.through])
        count, cents = cursor.fetchone()
    numbers = {(start.year, start.month): number for number, start, _ in _months(period)}
    yield "<transactions>"
    yield (
        _tag("linesCount", count)
        + _tag("totalDebit", euros(cents))
        + _tag("totalCredit", euros(cents))
    )
    for kind, of_kind in groupby(movements(period), key=lambda movement: movement.kind):
        yield f"<journal>{_tag('jrnID', kind)}{_tag('desc', kind)}"
        for _, booking in groupby(of_kind, key=lambda movement: movement.booking_id):
            yield from _transaction(booking, numbers)
        yield "</journal>"
    yield "</transactions>"


def _transaction(booking: Iterator[Movement], numbers: dict[tuple[int, int], int]) -> Iterator[str]:
    first = next(booking)
    on = first.effective_on
    yield (
        f"<transaction>{_tag('nr', first.booking_id.hex)}{_tag('desc', first.description)}"
        f"{_tag('periodNumber', numbers[on.year, on.month])}{_tag('trDt', on)}"
        f"{_tag('Source', first.cause)}"
    )
    yield from _transfer(first, 1)
    for number, movement in enumerate(booking, 2):
        yield from _transfer(movement, number)
    yield "</transaction>"


def _transfer(movement: Movement, number: int) -> Iterator[str]:
    sides = (
        (2 * number - 1, movement.debit_class, movement.debit, movement.cents),
        (2 * number, movement.credit_class, movement.credit, -movement.cents),
    )
    for line, account_class, code, net in sides:
        yield (
            f"<trLine>{_tag('nr', line)}{_tag('accID', account_class)}"
            f"{_tag('docRef', movement.transfer)}{_tag('effDate', movement.effective_on)}"
            f"{_tag('desc', code)}{_amount(net)}</trLine>"
        )
