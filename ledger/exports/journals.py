"""Plain-text journals for hledger and beancount, with opening balances and closing assertions.

Both tools then recompute every closing balance and compare it with ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from ledger.exports.movements import AccountLine, Movement, Period, accounts, euros, movements

ROOTS = {"debit": "Assets", "credit": "Liabilities"}
OPENING = "Equity:Opening"
Names = Callable[[int], str]


def write_hledger(file: Path, period: Period) -> None:
    """A journal for `hledger check --strict`."""
    _write(file, _hledger(period))


def write_beancount(file: Path, period: Period) -> None:
    """A journal for `bean-check`."""
    _write(file, _beancount(period))


def _write(file: Path, lines: Iterator[str]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)


def account_name(account_id: int, code: str, account_class: str, root: str) -> str:
    """An account name that both tools accept: Liabilities:Tranche:7F3C-…-18."""
    part = re.sub(r"[^A-Z0-9]+", "-", code.removeprefix(f"{account_class}:").upper()).strip("-")
    group = re.sub(r"[^A-Za-z0-9]+", "-", account_class).capitalize()
    return f"{root}:{group}:{part or 'X'}-{account_id}"


def _names(lines: list[AccountLine]) -> dict[int, str]:
    return {
        line.id: account_name(line.id, line.code, line.account_class, ROOTS[line.normal_side])
        for line in lines
    }


def _postings(booking: list[Movement], names: dict[int, str]) -> Iterator[tuple[str, int]]:
    for movement in booking:
        yield names[movement.debit_id], movement.cents
        yield names[movement.credit_id], -movement.cents


def _bookings(period: Period) -> Iterator[list[Movement]]:
    for _, group in groupby(movements(period), key=lambda movement: movement.booking_id):
        yield list(group)


def _opening(lines: list[AccountLine], names: dict[int, str]) -> list[tuple[str, int]]:
    opened = [(names[line.id], line.opening) for line in lines if line.opening]
    return [*opened, (OPENING, -sum(cents for _, cents in opened))] if opened else []


def _quoted(text: str) -> str:
    return '"' + _one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one_line(text: str) -> str:
    """The text without the characters that end a line or control something."""
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character
        for character in text
    )


def _beancount(period: Period) -> Iterator[str]:
    lines = list(accounts(period))
    names = _names(lines)
    yield 'option "operating_currency" "EUR"'
    for name in (OPENING, *names.values()):
        yield f"{period.day_before} open {name} EUR"
    if opening := _opening(lines, names):
        yield f'{period.day_before} * "opening balances"'
        yield from (f"  {name}  {euros(cents)} EUR" for name, cents in opening)
    for booking in _bookings(period):
        first = booking[0]
        yield f"{first.effective_on} * {_quoted(first.kind)} {_quoted(first.description)}"
        yield f'  booking: "{first.booking_id}"'
        for name, cents in _postings(booking, names):
            yield f"  {name}  {euros(cents)} EUR"
    after = period.through + timedelta(days=1)
    for line in lines:
        yield f"{after} balance {names[line.id]}  {euros(line.closing)} ~ 0.00 EUR"


def _hledger(period: Period) -> Iterator[str]:
    lines = list(accounts(period))
    names = _names(lines)
    yield "commodity 1000.00 EUR"
    for name in (OPENING, *names.values()):
        yield f"account {name}"
    if opening := _opening(lines, names):
        yield from _hledger_entry(period.day_before, "opening balances", opening)
    for booking in _bookings(period):
        first = booking[0]
        text = re.sub(r"[;|]", ",", _one_line(f"{first.kind}: {first.description}"))
        yield from _hledger_entry(
            first.effective_on, f"({first.booking_id}) {text}", _postings(booking, names)
        )
    if lines:
        yield f"{period.through} closing balances are as in the books"
        for line in lines:
            yield f"    {names[line.id]}  0.00 EUR = {euros(line.closing)} EUR"
    yield ""


def _hledger_entry(
    on: date, text: str, postings: Iterator[tuple[str, int]] | list[tuple[str, int]]
) -> Iterator[str]:
    yield ""
    yield f"{on} {text}"
    for name, cents in postings:
        yield f"    {name}  {euros(cents)} EUR"
