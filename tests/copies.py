"""Copies of the database that a test works in: real commits, many threads, and nothing left of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections


@contextmanager
def own_copy() -> Iterator[str]:
    """Work in a copy of the present database, and drop it afterwards.

    The ledger refuses TRUNCATE, so tests that commit cannot share a database and clean it.
    """
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
