"""Hostile SQL with the rights of the application and of an auditor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.accounts import open_accounts
from ledger.balances import balance
from ledger.posting import Overdrawn
from ledger.reports import statement, trial_balance
from ledger.rolling_up import roll_up
from ontwikkelrekening.database import APP_ROLE, AUDITOR_ROLE
from tests.ledger.books import AT, move, open_books

pytestmark = pytest.mark.django_db

TABLES = [
    "accountclass",
    "account",
    "slot",
    "booking",
    "transfer",
    "daytotal",
    "opening",
    "seal",
    "books",
]
HOSTILE = [
    *(f"UPDATE ledger_{table} SET id = id" for table in ("booking", "transfer", "books")),
    *(f"DELETE FROM ledger_{table}" for table in TABLES),
    *(f"TRUNCATE ledger_{table} CASCADE" for table in TABLES),
    *(f"DROP TABLE ledger_{table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE ledger_{table} DISABLE TRIGGER ALL" for table in TABLES),
    "UPDATE ledger_account SET credits = credits + 1",
    "UPDATE ledger_account SET may_overdraw = true",
    "UPDATE ledger_slot SET allowance = allowance + 1",
    "UPDATE ledger_daytotal SET credits = credits + 1",
    "UPDATE ledger_accountclass SET may_overdraw = true",
    "UPDATE ledger_books SET closed_through = null",
    "INSERT INTO ledger_account (code, account_class_id, normal_side, may_overdraw, hot, debits, "
    "credits, allotted, opened_at) VALUES ('x', 'tranche', 'credit', true, true, 9, 9, 9, now())",
    "INSERT INTO ledger_transfer SELECT * FROM ledger_transfer",
    "INSERT INTO ledger_booking VALUES (gen_random_uuid(), 'x', 'x', 'x', now(), now())",
    "INSERT INTO ledger_accountclass VALUES ('free', 'Free', 'debit', '', true, true)",
    "INSERT INTO ledger_books VALUES (1)",
    "SELECT ledger_take(1, -100)",
    "SELECT ledger_add_one(1, 2, 100)",
    "SELECT ledger_add_many('{1}', '{2}', '{100}')",
    "SELECT ledger_begin_era()",
    "UPDATE ledger_seal SET count = 1",
    "SELECT nextval('ledger_transfer_seq')",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'",
    "DROP TRIGGER transfer_is_append_only ON ledger_transfer",
    "SET session_replication_role = replica",
    "CREATE TABLE public.mine (id int)",
]
ACTS = [
    "SELECT ledger_open_accounts('{x}', 'tranche', now())",
    "SELECT ledger_roll_up()",
    "SELECT ledger_close_period('2020-01-01')",
    "SELECT ledger_add_seal(1, 1, 1, 1, '', '', '', '', '', now())",
    "SELECT ledger_post(gen_random_uuid(), 'x', 'x', 'x', now()::date, now(), "
    "'{}', '{}', '{}', '{}')",
]


@contextmanager
def role(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {name}")
        yield
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.mark.parametrize("statement", HOSTILE)
@pytest.mark.parametrize("name", [APP_ROLE, AUDITOR_ROLE])
def test_hostile_sql_is_refused(name: str, statement: str) -> None:
    books = open_books(fund_cents=100)
    move(books.fund, books.fatima, 10)

    with (
        role(name),
        pytest.raises(DatabaseError, match=r"permission denied|must be owner|LG001|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ACTS)
def test_an_auditor_cannot_act(statement: str) -> None:
    with (
        role(AUDITOR_ROLE),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_application_can_do_its_work() -> None:
    books = open_books(fund_cents=100)

    with role(APP_ROLE):
        henks = open_accounts(["tranche:henk"], account_class="tranche", at=AT)["tranche:henk"]
        move(books.fund, henks, 100)
        roll_up()
        assert balance(henks) == 100
        with pytest.raises(Overdrawn), transaction.atomic():
            move(books.fund, henks, 1)


def test_an_auditor_can_read_everything() -> None:
    books = open_books(fund_cents=100)

    with role(AUDITOR_ROLE):
        assert balance(books.fund) == 100
        assert trial_balance()
        assert statement([books.fund], limit=5)
