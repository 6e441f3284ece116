"""Fixtures every test may use."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, connections

from ontwikkelrekening.database import set_up_database


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The test database, with its roles and chart of accounts."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        set_up_database()


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own, copied from the test database: real commits, many threads.

    The ledger refuses TRUNCATE, so tests that commit cannot share a database and clean it.
    """
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        template = connection.settings_dict["NAME"]
        name = f"{template}_{uuid.uuid4().hex[:8]}"
        connections.close_all()
        _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = template
            _maintain(f'DROP DATABASE "{name}" WITH (FORCE)')


def _maintain(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
