"""The drill: back to a moment before a mistake, from a base backup and the archive of what came after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from ledger.balances import balance
from ledger.models import Booking, Seal
from ledger.publishing import PUBLISHED
from ledger.reports import trial_balance
from ledger.tending import tend
from tests.ledger.books import AT, move, open_books
from tests.ledger.commands import told
from tests.servers import Copy, ask, await_, on, our_server

ARCHIVED = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"


@pytest.fixture
def primary(own_database: str, settings: Settings, tmp_path: Path) -> Iterator[Copy]:
    """A server of our own that archives what it writes."""
    settings.LEDGER_SEALS_DIR = str(tmp_path / "seals")
    server = Copy(our_server())
    try:
        server.keep_archive()
        yield server
    finally:
        server.remove()


def archive_all(server: Copy) -> None:
    """Wait until everything that the server wrote is in its archive."""
    (segment,) = ask(server, "SELECT pg_walfile_name(pg_switch_wal())")
    await_(lambda: ask(server, ARCHIVED, segment) == (True,))


def test_books_go_back_to_a_moment_and_go_on(primary: Copy, settings: Settings) -> None:
    published = Path(settings.LEDGER_SEALS_DIR) / PUBLISHED
    with on(primary):
        books = open_books(fund_cents=100_000)
        kept = move(books.fund, books.fatima, 300)
        backup = Copy(primary.url("postgres"), start=False)
        after_the_backup = move(books.fund, books.fatima, 20)
        tend(at=AT)
        then = trial_balance()
        moment: datetime = ask(primary, "SELECT clock_timestamp()")[0]
        mistake = move(books.fund, books.fatima, 50_000)
        tend(at=AT)
        archive_all(primary)
    primary.kill()

    try:
        backup.recover(primary.archive, until=moment)
        with on(backup):
            assert trial_balance() == then
            assert set(Booking.objects.values_list("pk", flat=True)) >= {kept, after_the_backup}
            assert not Booking.objects.filter(pk=mistake).exists()
            assert told("check_ledger").endswith("0 findings")
            assert "seal 2 is gone" in told("verify_ledger", fails=True)

            # The loss is known and told: publish anew from the last seal that both have.
            published.write_text(published.read_text().splitlines(keepends=True)[0])
            move(books.fund, books.fatima, 5)
            (new,) = tend(at=AT)
            assert (new.number, new.count) == (2, 1)
            assert Seal.objects.count() == 2
            assert balance(books.fatima) == 325
            assert told("verify_ledger").endswith("2 compared with those published, 0 findings")
    finally:
        backup.remove()
