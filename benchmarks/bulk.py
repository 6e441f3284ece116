"""Bulk: SIZE transfers from one fund to as many citizens, in chunks shared by two processes.

Every chunk is one booking with ids made from its number: a run that is killed goes on where it
was when it is started again, and posts nothing twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from uuid import UUID

import django
from tqdm import tqdm

CHUNK = 10_000
WORKERS = 2
AT, ON = datetime(2026, 1, 2, tzinfo=UTC), date(2026, 1, 2)


def open_citizens(count: int) -> int:
    """Open so many accounts; return the first id (the others follow it)."""
    from ledger.accounts import open_accounts

    first = 0
    for start in tqdm(range(0, count, 100_000), desc="accounts", leave=False):
        ids = open_accounts(
            [f"bulk:{count}:{n:08}" for n in range(start, min(start + 100_000, count))],
            account_class="tranche",
            at=AT,
        )
        first = first or min(ids.values())
    return first


def post_all(size: int, *, fund: int, first: int, kill_after: int | None = None) -> float:
    """Post everything by two processes; return the seconds.

    With `kill_after`: kill them (-9) when so many transfers are posted, start them again, and count
    the time of both.
    """
    started = time.perf_counter()
    if kill_after is not None:
        _post(size, fund, first, kill_after)
    _post(size, fund, first, None)
    return time.perf_counter() - started


def _post(size: int, fund: int, first: int, kill_after: int | None) -> None:
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-W",
                "ignore",
                "-m",
                "benchmarks.bulk",
                *map(str, (size, fund, first, n)),
            ],
            stdout=subprocess.PIPE,
        )
        for n in range(WORKERS)
    ]
    with tqdm(total=size, desc="transfers", leave=False) as bar:
        for worker in workers:
            assert worker.stdout
            for _ in worker.stdout:
                bar.update(CHUNK)
                if kill_after is not None and bar.n * WORKERS >= kill_after:
                    for each in workers:
                        each.kill()
            if worker.wait() and kill_after is None:
                raise RuntimeError("a worker failed")


def work(size: int, fund: int, first: int, number: int) -> None:
    """Post every chunk of this worker; print a line for each."""
    django.setup()
    from ledger.posting import NewBooking, NewTransfer, post

    for chunk in range(number, size // CHUNK, WORKERS):
        base = (0xB << 100) + (size << 40) + chunk * CHUNK
        booking = UUID(int=(0xC << 100) + (size << 40) + chunk)
        post(
            NewBooking(booking, "top_up", f"run:{size}", "bulk", ON),
            [
                NewTransfer(UUID(int=base + n), fund, first + chunk * CHUNK + n, 100)
                for n in range(CHUNK)
            ],
            at=AT,
        )
        print(chunk, flush=True)


RAW = """
    CREATE TABLE bulk_raw_account (id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0)
        WITH (fillfactor = 70);
    CREATE TABLE bulk_raw_transfer (id uuid PRIMARY KEY, created timestamptz NOT NULL);
    CREATE TABLE bulk_raw_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        transfer_id uuid NOT NULL, account_id bigint NOT NULL, amount bigint NOT NULL);
    CREATE INDEX ON bulk_raw_entry (account_id, id);
    CREATE UNLOGGED TABLE bulk_raw_staging (id uuid, account_id bigint, amount bigint);
"""


def raw(size: int, url: str) -> float:
    """The yardstick: COPY, INSERT ... SELECT and UPDATE in one transaction, without any guard.

    Returns the seconds.
    """
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(RAW)
        cursor.execute(
            "INSERT INTO bulk_raw_account SELECT n FROM generate_series(0, %s) n", [size]
        )
        connection.commit()
        started = time.perf_counter()
        with cursor.copy("COPY bulk_raw_staging FROM STDIN") as copy:
            for n in range(1, size + 1):
                copy.write_row((UUID(int=n), n, 100))
        cursor.execute("INSERT INTO bulk_raw_transfer SELECT id, now() FROM bulk_raw_staging")
        cursor.execute(
            "INSERT INTO bulk_raw_entry (transfer_id, account_id, amount) "
            "SELECT id, account_id, amount FROM bulk_raw_staging "
            "UNION ALL SELECT id, 0, -amount FROM bulk_raw_staging"
        )
        cursor.execute(
            "UPDATE bulk_raw_account a SET balance = a.balance + s.amount "
            "FROM bulk_raw_staging s WHERE a.id = s.account_id"
        )
        cursor.execute("UPDATE bulk_raw_account SET balance = balance - %s WHERE id = 0", [size])
        connection.commit()
        seconds = time.perf_counter() - started
        cursor.execute(
            "DROP TABLE bulk_raw_account, bulk_raw_transfer, bulk_raw_entry, bulk_raw_staging"
        )
    return seconds


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")
    work(*map(int, sys.argv[1:5]))
