"""What a read or a debit looks at: the account's own transfers, however busy the others are.

The fund is in every transfer here, so the planner reckons that the average account is that busy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from ledger.accounts import open_accounts
from ledger.balances import balance, balances_on
from ledger.models import Transfer
from ledger.posting import NewTransfer, post
from ledger.reports import statement
from tests.ledger.books import AT, ON, Names, booking, move, open_books

pytestmark = pytest.mark.django_db

OTHERS = 2_000


@pytest.fixture
def books() -> Names:
    """A busy till, fund and citizen, nothing rolled up; Henk's credit came in two parts."""
    books = open_books(fund_cents=100_000)
    move(books.fund, books.henk, 2)
    post(booking(), [NewTransfer(books.fund, books.fatima, 1)] * OTHERS, at=AT)
    move(books.fund, books.henk, 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_transfer")
    return books


def rows_read(table: str) -> int:
    """How many rows of a table this transaction has read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        (rows,) = cursor.fetchone()
    return int(rows)


transfers_read = partial(rows_read, "ledger_transfer")


def first_page(account: int) -> int:
    return statement([account], limit=25)[0].balance_after


def second_page(account: int) -> int:
    newest = statement([account], limit=1)[0]
    return newest.cents + statement([account], limit=25, before=newest.cursor)[0].balance_after


def on_a_day(account: int) -> int:
    return balances_on([account], on=ON)[account]


READS = [balance, on_a_day, first_page, second_page]


@pytest.mark.parametrize("read", READS)
def test_a_read_of_an_account_reads_no_transfers_of_others(
    books: Names, read: Callable[[int], int]
) -> None:
    before = transfers_read()

    assert read(books.henk) == 3

    assert transfers_read() - before <= 10


@pytest.mark.parametrize("read", READS)
def test_a_read_of_a_hot_account_reads_no_transfers_of_others(
    books: Names, read: Callable[[int], int]
) -> None:
    provider = open_accounts(["payable:rustig"], account_class="payable", at=AT)["payable:rustig"]
    post(booking(), [NewTransfer(books.treasury, provider, 1)] * 3, at=AT)
    before = transfers_read()

    assert read(provider) == 3

    assert transfers_read() - before <= 20


def test_the_balance_of_a_cold_account_reads_no_transfers(books: Names) -> None:
    before = transfers_read()

    assert balance(books.fatima) == OTHERS

    assert transfers_read() == before


def test_a_batch_of_payments_reads_each_transfer_a_few_times_at_most(books: Names) -> None:
    """Each provider's slots are dealt out, from what it received itself."""
    opened = open_accounts([f"payable:{n}" for n in range(100)], account_class="payable", at=AT)
    post(booking(), [NewTransfer(books.treasury, x, 30) for x in opened.values()], at=AT)
    before = transfers_read()

    post(booking(), [NewTransfer(x, books.in_transit, 30) for x in opened.values()], at=AT)

    assert 100 <= transfers_read() - before <= 300


def test_leaves_are_made_of_the_rows_they_name(books: Names) -> None:
    """What else there is in the books is not read for a seal."""
    tables = ["ledger_transfer", "ledger_booking", "ledger_account"]
    open_accounts([f"payable:{n}" for n in range(100)], account_class="payable", at=AT)
    for _ in range(50):
        move(books.fund, books.henk, 1)
    *before, _ = Transfer.objects.order_by("xid", "seq").values_list("xid", "seq")
    already = [rows_read(table) for table in tables]

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_leaves(%s, %s, %s, 0, 10)", [*before[-1], 2**62])
        assert len(cursor.fetchall()) == 1

    read = [rows_read(table) - rows for table, rows in zip(tables, already, strict=True)]
    assert read == [1, 1, 2]
