"""A run of chunks that is killed in the middle goes on where it was, and posts nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from ledger.accounts import open_accounts
from ledger.balances import balance, balances
from ledger.checking import check_ledger
from ledger.models import Booking, Transfer
from tests.ledger.books import AT, open_books

CHUNKS, CHUNK = 40, 25
RUN = f"""
import sys
from uuid import UUID
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from ledger.posting import NewBooking, NewTransfer, post
from tests.ledger.books import AT, ON
fund, first = map(int, sys.argv[2:])
for chunk in range({CHUNKS}):
    post(
        NewBooking(UUID(int=chunk), "top_up", "run:1", "bulk", ON),
        [NewTransfer(fund, first + n, 7) for n in range({CHUNK})],
        at=AT,
    )
    print(chunk, flush=True)
"""


def run(database: str, fund: int, first: int, *, kill_after: int | None = None) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", RUN, database, str(fund), str(first)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert process.stdout
    for line in process.stdout:
        if kill_after is not None and int(line) == kill_after:
            process.send_signal(signal.SIGKILL)
    assert process.wait() == (0 if kill_after is None else -signal.SIGKILL)


@pytest.mark.usefixtures("own_database")
def test_a_killed_run_is_resumed_and_posts_nothing_twice(own_database: str) -> None:
    books = open_books(fund_cents=CHUNKS * CHUNK * 7)
    ids = open_accounts([f"bulk:{n:02}" for n in range(CHUNK)], account_class="tranche", at=AT)
    first = min(ids.values())
    connection.close()

    run(own_database, books.fund, first, kill_after=5)
    time.sleep(0.2)  # the server notices the dead client
    assert Booking.objects.filter(cause="run:1").count() < CHUNKS
    connection.close()
    run(own_database, books.fund, first)

    assert Transfer.objects.count() == 1 + CHUNKS * CHUNK
    assert set(balances(list(ids.values())).values()) == {CHUNKS * 7}
    assert balance(books.fund) == 0
    assert not check_ledger()
