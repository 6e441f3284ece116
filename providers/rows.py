"""Rows of a model by plain SQL, for the few statements that every call of a rush repeats.

The ORM compiles a query anew each time it is asked, which takes several times as long as the database
needs to answer. Here the SQL comes from the model and is put together once. What is not repeated
thousands of times reads better with the ORM.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import JSONField, Model
from djmoney.models.fields import MoneyField

PREPARED = (JSONField, MoneyField)
M = TypeVar("M", bound=Model)
T = TypeVar("T")


def at_first(ask_for: Callable[[], T]) -> T:
    """What a request asks first, which shows by itself whether the server is there.

    After a restart of the server it is asked again on a new connection: without a question before each
    request whether the connection works.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return ask_for()
    except (InterfaceError, OperationalError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return ask_for()


@contextmanager
def at_once() -> Iterator[None]:
    """Send what is asked inside one after another, and wait once: for all the answers, at the end.

    Each is still a statement of its own that sees what was committed when it began. What one of them
    raises is raised at the end, so nothing inside may depend on it.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def ask(model: type[M], where: str, *values: Any) -> Callable[[], list[M]]:
    """`select`, sent now and read when the answer is called for."""
    cursor = connection.cursor()
    cursor.execute(_table_of(model).select + where, values)
    return lambda: [build(model, row) for row in cursor.fetchall()]


def select(model: type[M], where: str, *values: Any) -> list[M]:
    """The rows for which `where` holds; it may end in ORDER BY or FOR UPDATE."""
    return ask(model, where, *values)()


def insert(row: Model) -> None:
    """Write a new row; a key that the database numbers is not read back."""
    table = _table_of(type(row))
    values = [
        prepared(getattr(row, name), connection) if prepared else getattr(row, name)
        for name, prepared in table.written
    ]
    with connection.cursor() as cursor:
        cursor.execute(table.insert, values)


def columns_of(model: type[Model]) -> str:
    """The columns that `build` takes, in their order."""
    return _table_of(model).columns


def build(model: type[M], values: Sequence[Any]) -> M:
    """The object that a row of `columns_of` stands for."""
    table = _table_of(model)
    row = list(values)
    for place, converted in table.converters:
        row[place] = converted(row[place], None, connection)
    return model.from_db(connection.alias, table.names, row)


@dataclass(frozen=True, slots=True)
class _Table:
    columns: str
    names: list[str]
    converters: list[tuple[int, Callable[..., Any]]]  # for what the driver gives otherwise
    select: str
    # A column's attribute, and what makes of its value something that the driver takes.
    written: list[tuple[str, Callable[..., Any] | None]]
    insert: str


@cache
def _table_of(model: type[Model]) -> _Table:
    table = f'"{model._meta.db_table}"'
    fields = model._meta.concrete_fields
    columns = ", ".join(f'{table}."{field.column}"' for field in fields)
    written = [field for field in fields if field is not model._meta.auto_field]
    given = ", ".join(f'"{field.column}"' for field in written)
    places = ", ".join(["%s"] * len(written))
    return _Table(
        columns=columns,
        names=[field.attname for field in fields],
        converters=[
            (place, field.from_db_value)
            for place, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ],
        select=f"SELECT {columns} FROM {table} WHERE ",  # noqa: S608
        written=[
            (field.attname, field.get_db_prep_save if isinstance(field, PREPARED) else None)
            for field in written
        ],
        insert=f"INSERT INTO {table} ({given}) VALUES ({places})",  # noqa: S608
    )
