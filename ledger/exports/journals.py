"""Plain-text journals for hledger and beancount, with opening balances and closing assertions.

Both tools then recompute every closing balance and compare it with ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import chain, groupby
from pathlib import Path

from ledger.euros import euros
from ledger.exports.movements import Movement, Period, accounts, movements
from ledger.models import AccountClass

ROOTS = {"debit": "Assets", "credit": "Liabilities"}
OPENING = "Equity:Opening"


def write_hledger(file: Path, period: Period) -> None:
    """A journal for `hledger check --strict`."""
    _write(file, _hledger(period))


def write_beancount(file: Path, period: Period) -> None:
    """A journal for `bean-check`."""
    _write(file, _beancount(period))


def _write(file: Path, lines: Iterator[str]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)


@lru_cache(maxsize=2_000)
def account_name(account_id: int, code: str, account_class: str, root: str) -> str:
    """An account name that both tools accept: Liabilities:Tranche:7F3C-…-18."""
    part = re.sub(r"[^A-Z0-9]+", "-", code.removeprefix(f"{account_class}:").upper()).strip("-")
    group = re.sub(r"[^A-Za-z0-9]+", "-", account_class).capitalize()
    return f"{root}:{group}:{part or 'X'}-{account_id}"


def _roots() -> dict[str, str]:
    """The root of each account class: its accounts have its side."""
    sides = AccountClass.objects.values_list("code", "normal_side")
    return {code: ROOTS[side] for code, side in sides}


def _named(period: Period, roots: dict[str, str]) -> Iterator[tuple[str, int, int]]:
    """The accounts by name, with opening and closing balance; asked again for each part of the file,
    so that memory does not grow with them."""
    for line in accounts(period):
        root = roots[line.account_class]
        name = account_name(line.id, line.code, line.account_class, root)
        yield name, line.opening, line.closing


def _postings(booking: Iterable[Movement], roots: dict[str, str]) -> Iterator[tuple[str, int]]:
    for m in booking:
        yield account_name(m.debit_id, m.debit, m.debit_class, roots[m.debit_class]), m.cents
        yield account_name(m.credit_id, m.credit, m.credit_class, roots[m.credit_class]), -m.cents


def _bookings(period: Period) -> Iterator[tuple[Movement, Iterable[Movement]]]:
    """Each booking as its first movement, and all of them."""
    for _, group in groupby(movements(period), key=lambda movement: movement.booking_id):
        yield _with_first(group)


def _with_first(booking: Iterator[Movement]) -> tuple[Movement, Iterable[Movement]]:
    first = next(booking)
    return first, chain([first], booking)


def _opening(period: Period, roots: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Nothing, or the opening balances and what they leave."""
    total, opened = 0, False
    for name, opening, _ in _named(period, roots):
        if opening:
            yield name, opening
            total, opened = total + opening, True
    if opened:
        yield OPENING, -total


def _quoted(text: str) -> str:
    return '"' + _one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one_line(text: str) -> str:
    """The text without the characters that end a line or control something."""
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character
        for character in text
    )


def _beancount(period: Period) -> Iterator[str]:
    roots = _roots()
    yield 'option "operating_currency" "EUR"'
    yield f"{period.day_before} open {OPENING} EUR"
    for name, _, _ in _named(period, roots):
        yield f"{period.day_before} open {name} EUR"
    yield from _under(
        f'{period.day_before} * "opening balances"',
        (f"  {name}  {euros(cents)} EUR" for name, cents in _opening(period, roots)),
    )
    for first, booking in _bookings(period):
        yield f"{first.effective_on} * {_quoted(first.kind)} {_quoted(first.description)}"
        yield f'  booking: "{first.booking_id}"'
        for name, cents in _postings(booking, roots):
            yield f"  {name}  {euros(cents)} EUR"
    after = period.through + timedelta(days=1)
    for name, _, closing in _named(period, roots):
        yield f"{after} balance {name}  {euros(closing)} ~ 0.00 EUR"


def _hledger(period: Period) -> Iterator[str]:
    roots = _roots()
    yield "commodity 1000.00 EUR"
    yield f"account {OPENING}"
    for name, _, _ in _named(period, roots):
        yield f"account {name}"
    yield from _under(
        f"\n{period.day_before} opening balances", _hledger_lines(_opening(period, roots))
    )
    for first, booking in _bookings(period):
        text = re.sub(r"[;|]", ",", _one_line(f"{first.kind}: {first.description}"))
        yield f"\n{first.effective_on} ({first.booking_id}) {text}"
        yield from _hledger_lines(_postings(booking, roots))
    yield from _under(
        f"\n{period.through} closing balances are as in the books",
        (
            f"    {name}  0.00 EUR = {euros(closing)} EUR"
            for name, _, closing in _named(period, roots)
        ),
    )
    yield ""


def _hledger_lines(postings: Iterator[tuple[str, int]]) -> Iterator[str]:
    for name, cents in postings:
        yield f"    {name}  {euros(cents)} EUR"


def _under(head: str, lines: Iterator[str]) -> Iterator[str]:
    """The lines under their head, or nothing when there are none."""
    for first in lines:
        yield head
        yield first
        yield from lines
