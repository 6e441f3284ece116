"""Every guard of the books, one by one: it refuses, and without it the same attack goes through.

The second test is the proof that the first one can fail, and that no guard is there for show. The
third asks the database for its guards: a new one fails until `attacks.py` lists it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.posting import UnableToPost
from tests.ledger.attacks import GUARDS, Guard
from tests.ledger.books import Names, move, open_books

pytestmark = pytest.mark.django_db

# They take two transactions: test_closing.py takes them out.
ELSEWHERE = {
    "ledger_refuse_to_book: posting needs READ COMMITTED",
    "ledger_close_period: closing a period needs READ COMMITTED",
    "ledger_begin_era: beginning an era needs READ COMMITTED",
}
GUARDS_OF_THE_DATABASE = r"""
    SELECT conname::text FROM pg_constraint
    WHERE (conrelid::regclass::text LIKE 'ledger\_%' OR contypid::regtype::text LIKE 'ledger\_%')
        AND contype IN ('c', 'f', 'p', 'u', 'x')
    UNION
    SELECT indexrelid::regclass::text FROM pg_index
    WHERE indisunique AND indrelid::regclass::text LIKE 'ledger\_%'
        AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
    UNION
    SELECT tgname || ': ' || act || coalesce(' ' || attname, '')
    FROM pg_trigger JOIN (
        VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')
    ) acts (bit, act) ON tgtype & bit > 0
    LEFT JOIN pg_attribute ON attrelid = tgrelid AND attnum = ANY (tgattr)
    WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid::regclass::text LIKE 'ledger\_%'
    UNION
    SELECT proname || ': ' || message[1]
    FROM pg_proc, regexp_matches(prosrc, 'RAISE EXCEPTION ''([^'']+)''', 'g') message
    WHERE proname LIKE 'ledger\_%' AND prorettype <> 'trigger'::regtype
    UNION
    SELECT proname || ': search_path' FROM pg_proc
    WHERE proname LIKE 'ledger\_%' AND prorettype <> 'trigger'::regtype
        AND array_to_string(proconfig, ',') LIKE '%search\_path=%'
"""


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
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guard.attack(books, transfer)


@each_guard()
def test_without_the_guard_the_attack_goes_through(
    guard: Guard, books: Names, transfer: UUID
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(guard.remove)

    guard.attack(books, transfer)


def test_every_guard_of_the_database_is_tried() -> None:
    with connection.cursor() as cursor:
        cursor.execute(GUARDS_OF_THE_DATABASE)
        guards = {name for (name,) in cursor.fetchall()}

    assert guards == {guard.name for guard in GUARDS} | ELSEWHERE


@pytest.mark.parametrize(
    "addition",
    [
        "ALTER TABLE ledger_slot ADD CONSTRAINT added CHECK (number >= 0)",
        "CREATE UNIQUE INDEX added ON ledger_transfer (seq)",
        "CREATE TRIGGER added BEFORE INSERT ON ledger_slot EXECUTE FUNCTION ledger_refuse()",
        "CREATE FUNCTION ledger_added() RETURNS void LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'added'; END $$",
        "CREATE FUNCTION ledger_added() RETURNS int SET search_path = public RETURN 1",
    ],
)
def test_a_new_guard_fails_until_it_is_tried(addition: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(addition)

    with pytest.raises(AssertionError, match="added"):
        test_every_guard_of_the_database_is_tried()
