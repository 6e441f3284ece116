"""Every guard of the books, one by one: it refuses, and without it the same attack goes through.

The second test is the proof that the first one can fail, and that no guard is there for show.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.posting import NewTransfer, UnableToPost, post, reverse
from tests.ledger.books import AT, ON, Names, booking, move, open_books

pytestmark = pytest.mark.django_db

Attack = Callable[[Names, UUID], None]


@dataclass(frozen=True)
class Guard:
    """How to remove it, and what it must refuse."""

    name: str
    remove: str
    attack: Attack


def sql(statement: str) -> Attack:
    def attack(books: Names, transfer: UUID) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                statement, {"transfer": transfer, "fund": books.fund, "fatima": books.fatima}
            )

    return attack


def trigger(name: str, table: str, statement: str) -> Guard:
    return Guard(f"{name}: {statement[:8]}", f"DROP TRIGGER {name} ON {table}", sql(statement))


def constraint(name: str, table: str, attack: Attack) -> Guard:
    return Guard(name, f"ALTER TABLE {table} DROP CONSTRAINT {name}", attack)


def without(function: str, condition: str, replacement: str) -> str:
    """SQL that takes one condition out of a function's body."""
    return f"""
        DO $mutate$ DECLARE source text := pg_get_functiondef('{function}'::regproc); BEGIN
            ASSERT strpos(source, $c${condition}$c$) > 0, 'the condition is not there';
            EXECUTE replace(source, $c${condition}$c$, $r${replacement}$r$);
        END $mutate$
    """


def overdraw(books: Names, transfer: UUID) -> None:
    move(books.fatima, books.fatimas_course, 60_001)


def overdraw_the_fund(books: Names, transfer: UUID) -> None:
    move(books.fund, books.henk, 40_001)


def use_an_id_again(books: Names, transfer: UUID) -> None:
    post(booking(), [NewTransfer(transfer, books.fund, books.henk, 1)], at=AT)


def reverse_twice(books: Names, transfer: UUID) -> None:
    small = move(books.fund, books.fatima, 1)
    for _ in range(2):
        reverse(small, id=uuid4(), reason="twice", effective_on=ON, at=AT)


def post_into_a_closed_period(books: Names, transfer: UUID) -> None:
    sql("UPDATE ledger_books SET closed_through = '2026-01-31'")(books, transfer)
    move(books.fund, books.henk, 1, on=date(2026, 1, 31))


def post_below(mark: str) -> Attack:
    def attack(books: Names, transfer: UUID) -> None:
        sql(f"UPDATE ledger_books SET {mark} = 2^60")(books, transfer)
        move(books.fund, books.henk, 1)

    return attack


COLUMNS = (
    "id, booking_id, debit_account_id, credit_account_id, amount, effective_on, booked_at, seq, xid"
)
APPEND = ("transfer_is_append_only", "ledger_transfer")
BOOKING = ("booking_is_append_only", "ledger_booking")
KEPT = ("account_is_kept", "ledger_account")
FROZEN = ("account_identity_is_frozen", "ledger_account")
GUARDS = [
    trigger(*APPEND, "UPDATE ledger_transfer SET amount = amount + 1 WHERE id = %(transfer)s"),
    trigger(*APPEND, "DELETE FROM ledger_transfer WHERE id = %(transfer)s"),
    trigger(*APPEND, "TRUNCATE ledger_transfer"),
    trigger(*BOOKING, "UPDATE ledger_booking SET effective_on = '2020-01-01'"),
    trigger(*BOOKING, "DELETE FROM ledger_booking"),
    trigger(*BOOKING, "TRUNCATE ledger_booking"),
    trigger(*KEPT, "DELETE FROM ledger_account WHERE id = %(fatima)s"),
    trigger(*FROZEN, "UPDATE ledger_account SET may_overdraw = true WHERE id = %(fatima)s"),
    trigger(*FROZEN, "UPDATE ledger_account SET code = 'mine' WHERE id = %(fatima)s"),
    trigger("seal_is_append_only", "ledger_seal", "UPDATE ledger_seal SET count = 2"),
    trigger("seal_is_append_only", "ledger_seal", "DELETE FROM ledger_seal"),
    trigger("seal_is_append_only", "ledger_seal", "TRUNCATE ledger_seal"),
    trigger("opening_is_append_only", "ledger_opening", "UPDATE ledger_opening SET debits = 1"),
    trigger("opening_is_append_only", "ledger_opening", "DELETE FROM ledger_opening"),
    trigger("opening_is_append_only", "ledger_opening", "TRUNCATE ledger_opening"),
    constraint("account_is_never_overdrawn", "ledger_account", overdraw),
    constraint(
        "slot_is_never_overdrawn",
        "ledger_slot",
        sql("UPDATE ledger_slot SET allowance = -1 WHERE account_id = %(fund)s"),
    ),
    constraint(
        "transfer_amount_is_positive", "ledger_transfer", lambda b, _: void(move(b.fund, b.henk, 0))
    ),
    constraint(
        "transfer_has_two_accounts",
        "ledger_transfer",
        sql(
            f"INSERT INTO ledger_transfer ({COLUMNS}) SELECT gen_random_uuid(), booking_id, "
            "debit_account_id, debit_account_id, 1, effective_on, booked_at, seq, xid "
            "FROM ledger_transfer LIMIT 1"
        ),
    ),
    constraint("ledger_transfer_pkey", "ledger_transfer", use_an_id_again),
    constraint(
        "books_are_one", "ledger_books", sql("INSERT INTO ledger_books VALUES (2, null, 0, 0, 0)")
    ),
    Guard("transfer_is_reversed_once", "DROP INDEX transfer_is_reversed_once", reverse_twice),
    Guard(
        "the fund's ceiling",
        without("ledger_take", "pool < 0", "false")
        + "; ALTER TABLE ledger_slot DROP CONSTRAINT slot_is_never_overdrawn",
        overdraw_the_fund,
    ),
    Guard(
        "a closed period",
        without("ledger_post", "p_effective_on <= books.closed_through", "false"),
        post_into_a_closed_period,
    ),
    *(
        Guard(
            f"a restored server, {mark}",
            without(
                "ledger_post", "this_xid < greatest(books.sealed_to, books.rolled_to)", "false"
            ),
            post_below(mark),
        )
        for mark in ("sealed_to", "rolled_to")
    ),
    Guard(
        "an unknown account",
        without(
            "ledger_post",
            "<> cardinality(others)",
            "< 0",
        ),
        lambda b, _: void(move(b.fund, 2**40, 1)),
    ),
]


def void(_: object) -> None:
    return None


@pytest.fixture
def books() -> Names:
    return open_books(fund_cents=100_000)


@pytest.fixture
def transfer(books: Names) -> UUID:
    return move(books.fund, books.fatima, 60_000)


def each_guard() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("guard", GUARDS, ids=[guard.name for guard in GUARDS])


def refused() -> AbstractContextManager[object]:
    return pytest.raises((DatabaseError, UnableToPost))


@each_guard()
def test_a_guard_refuses(guard: Guard, books: Names, transfer: UUID) -> None:
    with refused(), transaction.atomic():
        guard.attack(books, transfer)


@each_guard()
def test_without_the_guard_the_attack_goes_through(
    guard: Guard, books: Names, transfer: UUID
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(guard.remove)

    guard.attack(books, transfer)
