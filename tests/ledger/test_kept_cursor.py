"""The cursor that postings share: whoever watches Django's still sees each, and a new connection gets another."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.balances import balance
from ledger.posting import Overdrawn
from tests.ledger.books import move, open_books


@pytest.mark.django_db
def test_who_counts_or_wraps_queries_sees_every_posting() -> None:
    books = open_books(fund_cents=1_000)
    wrapped = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        wrapped.append(sql)
        return execute(sql, *rest)

    with CaptureQueriesContext(connection) as counted:
        move(books.fund, books.fatima, 1)
        move(books.fund, books.fatima, 1)
    with connection.execute_wrapper(watch):
        move(books.fund, books.fatima, 1)
    with CaptureQueriesContext(connection) as again:
        move(books.fund, books.fatima, 1)

    assert (len(counted), len(wrapped), len(again)) == (2, 1, 1)
    assert balance(books.fatima) == 4


@pytest.mark.django_db
def test_after_a_refusal_the_next_posting_goes_on() -> None:
    books = open_books(fund_cents=1_000)
    with pytest.raises(Overdrawn), transaction.atomic():
        move(books.fund, books.fatima, 2_000)

    move(books.fund, books.fatima, 5)

    assert balance(books.fatima) == 5


@pytest.mark.usefixtures("own_database")
def test_a_connection_that_was_closed_or_lost_is_made_anew() -> None:
    books = open_books(fund_cents=1_000)
    move(books.fund, books.fatima, 1)
    connection.close()
    move(books.fund, books.fatima, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (lost,) = cursor.fetchone()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [lost])
    with pytest.raises(OperationalError):
        move(books.fund, books.fatima, 1)
    connection.close_if_unusable_or_obsolete()

    move(books.fund, books.fatima, 1)

    assert balance(books.fatima) == 3
