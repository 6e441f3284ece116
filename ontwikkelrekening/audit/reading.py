"""How the audit pages read: as the auditor's database role, read only, one moment for a whole page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from ontwikkelrekening.database import AUDITOR_ROLE


@contextmanager
def as_auditor() -> Iterator[None]:
    """Read as the auditor in one read-only transaction: every figure of a page has the same moment.

    Whatever a page tries, the database refuses a write and a look at a table of people.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(f"SET LOCAL ROLE {AUDITOR_ROLE}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
