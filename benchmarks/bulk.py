"""Bulk: SIZE transfers from one fund to as many citizens, in chunks shared by two processes.

Every chunk is one booking with ids made from its number: a run that is killed goes on where it
was when it is started again, and posts nothing twice.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
from django.db import connections
from tqdm import tqdm

from ledger.accounts import open_accounts
from ledger.models import Booking
from ledger.posting import NewBooking, NewTransfer, post

CHUNK = 10_000
WORKERS = 2
AT, ON = datetime(2026, 1, 2, tzinfo=UTC), date(2026, 1, 2)
fork = multiprocessing.get_context("fork")  # a worker of the product has its modules loaded too


def open_citizens(count: int) -> int:
    """Open so many accounts; return the first id (the others follow it)."""
    first = 0
    for start in tqdm(range(0, count, 100_000), desc="accounts", leave=False):
        ids = open_accounts(
            [f"bulk:{count}:{n:08}" for n in range(start, min(start + 100_000, count))],
            account_class="tranche",
            at=AT,
        )
        first = first or min(ids.values())
    return first


def post_all(size: int, *, fund: int, first: int, kill_after: int | None = None) -> None:
    """Post what is not posted yet, by two processes.

    With `kill_after`: kill them (-9) when so many transfers are posted, and start them again.
    """
    if kill_after is not None:
        _share(size, fund, first, kill_after=kill_after)
    _share(size, fund, first)


def post_again(size: int, *, fund: int, first: int) -> None:
    """Post every chunk once more, which changes nothing."""
    _share(size, fund, first, again=True)


def _share(
    size: int, fund: int, first: int, *, again: bool = False, kill_after: int | None = None
) -> None:
    """Start the workers; each tells of a chunk that is done by a byte in one pipe."""
    connections.close_all()  # or they would share it
    heard, told = os.pipe()
    workers = [
        fork.Process(target=_work, args=(size, fund, first, number, again, told))
        for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    os.close(told)
    posted = 0
    with open(heard, "rb", buffering=0) as pipe, tqdm(total=size, leave=False) as bar:
        try:
            while chunks := pipe.read(1024):
                posted += len(chunks) * CHUNK
                bar.update(len(chunks) * CHUNK)
                if kill_after is not None and posted >= kill_after:
                    break
            else:
                for worker in workers:
                    worker.join()
        finally:
            for worker in workers:
                worker.kill()
    if kill_after is None and any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed")


def _work(size: int, fund: int, first: int, number: int, again: bool, told: int) -> None:
    """Post the chunks of this worker that are not there yet; or all of them again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who waits for us ends us
    gc.freeze()  # as the product's workers do
    mine = {
        chunk: UUID(int=(0xC << 100) + (size << 40) + chunk)
        for chunk in range(number, size // CHUNK, WORKERS)
    }
    found = Booking.objects.filter(pk__in=mine.values())
    done = set() if again else set(found.values_list("pk", flat=True))
    for chunk, booking in mine.items():
        if booking in done:
            continue
        start = chunk * CHUNK
        post(
            NewBooking(booking, "top_up", f"run:{size}", "bulk", ON),
            [NewTransfer(fund, first + start + n, 100) for n in range(CHUNK)],
            at=AT,
        )
        os.write(told, b".")


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
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(RAW)
        cursor.execute(
            "INSERT INTO bulk_raw_account SELECT n FROM generate_series(0, %s) n", [size]
        )
        connection.commit()
        started = time.perf_counter()
        with cursor.copy("COPY bulk_raw_staging FROM STDIN") as copy:
            for start in tqdm(range(1, size + 1, CHUNK), desc="yardstick", leave=False):
                for n in range(start, start + CHUNK):
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
