"""No act of the application goes through without one of its values, and no column may be without one."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from ontwikkelrekening.database import APP_ROLE
from tests.ledger.attacks import SEAL, sql
from tests.ledger.books import Names, open_books

pytestmark = pytest.mark.django_db

ACTS = {  # of the application, with what each takes
    "ledger_post": [
        "gen_random_uuid()", "''", "''", "''", "'2026-03-02'", "now()", "%(fund)s", "%(henk)s", "1",
    ],
    "ledger_post_many": [
        "gen_random_uuid()", "''", "''", "''", "'2026-03-02'", "now()",
        "ARRAY[%(fund)s]::bigint[]", "ARRAY[%(henk)s]::bigint[]", "'{1}'",
    ],
    "ledger_open_accounts": ["'{x}'", "'tranche'", "now()"],
    "ledger_close_period": ["'2020-01-01'"],
    "ledger_add_seal": [*SEAL.values()],
}  # fmt: skip
NOTHING_ASKED = ("ledger_open_accounts", 0)  # no codes: no accounts
NEVER_CLOSED = ("ledger_add_seal", [*SEAL].index("closed_through"))
WITHOUT_A_VALUE = r"""
    SELECT relname || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relname LIKE 'ledger\_%' AND relkind IN ('r', 'p') AND attnum > 0
        AND NOT attisdropped AND NOT attnotnull
"""


@pytest.fixture
def books() -> Names:
    return open_books(fund_cents=100_000)


def without_one(function: str, place: int, value: str = "NULL") -> str:
    given = [*ACTS[function]]
    given[place] = value
    return f"SELECT {function}({', '.join(given)})"


@pytest.mark.parametrize(
    "act",
    [
        *(
            without_one(function, place)
            for function, given in ACTS.items()
            for place in range(len(given))
            if (function, place) not in (NOTHING_ASKED, NEVER_CLOSED)
        ),
        *(
            without_one("ledger_post_many", place, value)
            for place in (6, 7, 8)
            for value in ("'{}'", "'{NULL}'", "'{1, 2}'")
        ),
        without_one(*NOTHING_ASKED, "'{NULL}'"),
    ],
)
def test_an_act_without_one_of_its_values_is_refused(act: str, books: Names) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(f"SET LOCAL SESSION AUTHORIZATION {APP_ROLE}", act)(books, uuid4())


@pytest.mark.parametrize("function", ACTS)
def test_with_all_its_values_it_is_done(function: str, books: Names) -> None:
    sql(
        f"SET LOCAL SESSION AUTHORIZATION {APP_ROLE}",
        f"SELECT {function}({', '.join(ACTS[function])})",
    )(books, uuid4())


def without_a_value() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_A_VALUE)
        return [column for (column,) in cursor.fetchall()]


def test_every_column_has_a_value_but_the_date_that_the_books_are_closed_through() -> None:
    assert sorted(without_a_value()) == [
        "ledger_books.closed_through",
        "ledger_seal.closed_through",
    ]


def test_a_column_that_may_be_without_is_seen() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_transfer ALTER amount DROP NOT NULL")

    assert "ledger_transfer.amount" in without_a_value()
