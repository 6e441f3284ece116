"""The drill: dump the books, restore them on another server, and find them as they were.

A new server counts its transactions from low again; what the seals say must not care.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.db import connection
from pytest_django import Settings

from ledger.models import Seal
from ledger.publishing import PUBLISHED
from ledger.reports import trial_balance
from ledger.tending import tend
from ontwikkelrekening.postgres import PROGRAMS, server_in
from tests.ledger.books import AT, Names, move, open_books
from tests.servers import our_server

ROOT = Path(__file__).resolve().parents[2]
TRANSACTIONS_MORE_THAN_A_RESTORE_NEEDS = 10_000
COUNT_ON = f"""
    DO $$ BEGIN
        FOR n IN 1..{TRANSACTIONS_MORE_THAN_A_RESTORE_NEEDS} LOOP
            PERFORM pg_current_xact_id();
            COMMIT;
        END LOOP;
    END $$
"""
READ = """
import django, sys
django.setup()
from ledger.models import Seal
from ledger.reports import trial_balance
print([bytes(seal.digest).hex() for seal in Seal.objects.order_by("number")])
print(trial_balance())
"""
GO_ON = """
import django, sys
django.setup()
from tests.ledger.books import AT, move
from ledger.tending import tend
move(*map(int, sys.argv[1:]))
print(len(tend(at=AT)))
"""


@pytest.fixture
def books(own_database: str, settings: Settings, tmp_path: Path) -> Names:
    """Sealed books with something after the last seal, on a server that has counted far."""
    settings.LEDGER_SEALS_DIR = str(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(COUNT_ON)
    books = open_books(fund_cents=100_000)
    for cents in range(1, 9):
        move(books.fund, books.fatima, cents)
    tend(at=AT)
    move(books.fund, books.fatima, 9)
    return books


@pytest.fixture
def other_server(own_database: str) -> Iterator[str]:
    """The URL of an empty database on a server of its own, of the version that we bring along.

    A dump goes back to its own version for certain; Debian's 15.20 writes options of columns that
    no other knows.
    """
    our_server()
    server = server_in(Path(mkdtemp(prefix="restore")) / "postgres")  # a socket's path is short
    try:
        server.psql("CREATE DATABASE restored")
        yield server.get_uri(database="restored")
    finally:
        server.cleanup()


def run(*command: object, url: str = "", expect: int = 0) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def manage(command: str, url: str, *options: object, expect: int = 0) -> str:
    ours = (sys.executable, "-W", "ignore", "manage.py", command, *options)
    return run(*ours, url=url, expect=expect)


def test_books_restored_elsewhere_are_as_they_were_and_go_on(
    books: Names, other_server: str, tmp_path: Path, settings: Settings
) -> None:
    published = Path(settings.LEDGER_SEALS_DIR) / PUBLISHED
    where = connection.settings_dict
    dump = tmp_path / "books.dump"
    run(
        *(PROGRAMS / "pg_dump", "-Fc", "-f", dump, "-d", where["NAME"]),
        *("-h", where["HOST"], "-p", where["PORT"] or 5432, "-U", where["USER"]),
    )
    run(PROGRAMS / "pg_restore", "-x", "-O", "-e", "-d", other_server, dump)

    before = manage("check_ledger", other_server, expect=1)
    assert "every transfer is of a transaction that this server has had" in before
    manage("set_up_database", other_server)

    assert "0 findings" in manage("check_ledger", other_server)
    verified = manage("verify_ledger", other_server, "--published", published)
    assert "1 compared with those published, 0 findings" in verified
    python = (sys.executable, "-W", "ignore", "-c")
    digests = [bytes(seal.digest).hex() for seal in Seal.objects.order_by("number")]
    assert run(*python, READ, url=other_server) == f"{digests}\n{trial_balance()}\n"
    assert run(*python, GO_ON, books.fund, books.fatima, 10, url=other_server) == "1\n"
    assert "0 findings" in manage("verify_ledger", other_server, "--published", published)
