"""A hot standby: what only reads gives the same there, and when the primary is gone it goes on.

The servers are copies of the tests' own, over Unix sockets, each in a folder that is removed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, InternalError, connection, connections
from pytest_django import Settings

from ledger.accounts import open_accounts
from ledger.balances import balance, balances, balances_on, totals
from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.eras import begin_era
from ledger.models import Booking, Seal
from ledger.proving import prove, prove_statement
from ledger.publishing import PUBLISHED, NotPublished
from ledger.reports import balance_sheet, statement, trial_balance
from ledger.rolling_up import roll_up
from ledger.tending import tend
from tests.ledger.books import AT, ON, Names, move, open_books, place
from tests.ledger.commands import told
from tests.servers import (
    Copy,
    Pair,
    ask,
    await_,
    catch_up,
    follow_in_step,
    on,
    our_server,
    promote,
    set_up,
)

ROOT = Path(__file__).resolve().parents[2]
AUDITOR = "ontwikkelrekening_auditor"
YEAR = ("--from", "2026-01-01", "--through", "2026-12-31")
FORMATS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("csv", "parquet", "hledger", "beancount", "xaf"), YEAR),
    "evidence": (),
}
APPLIED = "SELECT FROM ledger_booking WHERE id = %s"
TOTALS = "SELECT * FROM ledger_total ORDER BY account_id"


@pytest.fixture
def pair(own_database: str, settings: Settings, tmp_path: Path) -> Iterator[Pair]:
    settings.LEDGER_SEALS_DIR = str(tmp_path / "seals")
    pair = Pair(our_server())
    try:
        with on(pair.primary):
            yield pair
    finally:
        pair.remove()


@pytest.fixture
def books(pair: Pair) -> Names:
    """A closed year, sealed transfers, a later recording, and something after the last seal."""
    books = open_books()
    move(books.treasury, books.fund, 100_000, kind="fund", on=date(2025, 12, 1))
    close_period(through=date(2025, 12, 31))
    for cents in range(1, 9):
        move(books.fund, books.fatima, cents)
    move(books.fund, books.fatima, 100, at=AT + timedelta(days=2))
    tend(at=AT)
    move(books.fatima, books.fatimas_course, 9, kind="reserve")
    return books


def everything(books: Names, folder: Path) -> dict[str, object]:
    """All that the ledger can be asked."""
    ids = [books.fund, books.fatima, books.fatimas_course, books.treasury]
    folder.mkdir()
    for form, dates in FORMATS.items():
        call_command("export_ledger", form, str(folder / form), *dates, stdout=StringIO())
    sealed = next(line for line in statement([books.fatima], limit=9) if line.kind == "top_up")
    page = statement(ids, limit=5)
    return {
        "balance": [balance(books.fatima), totals(books.fund)],
        "balances": balances(ids),
        "many balances": balances(ids * 9),
        "balances on a date": balances_on(ids, on=ON),
        "as known then": balances_on(ids, on=ON, known_on=ON),
        "statement": [page, statement(ids, limit=5, before=page[-1].cursor)],
        "trial balance": [trial_balance(), trial_balance(on=ON)],
        "balance sheet": [balance_sheet(), balance_sheet(on=date(2025, 12, 31))],
        "checks": check_ledger(),
        "check_ledger": told("check_ledger"),
        "verify_ledger": told("verify_ledger"),
        "proofs": [prove([place(sealed.booking_id)]), prove_statement([books.fatima])],
        **{form: (folder / form).read_bytes() for form in FORMATS},
    }


def as_the_auditor(pair: Pair, *command: str) -> None:
    """Run a command on the standby as a process of its own, as operations.md has it."""
    url = pair.standby.url(connection.settings_dict["NAME"]).replace("postgres:@", f"{AUDITOR}:@")
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_that_reads_gives_the_same_on_a_standby(
    pair: Pair, books: Names, tmp_path: Path
) -> None:
    there = everything(books, tmp_path / "primary")
    catch_up(pair.standby, pair.primary)

    with on(pair.standby):
        here = everything(books, tmp_path / "standby")

    assert ask(pair.standby, "SELECT pg_is_in_recovery()") == (True,)
    assert here == there
    assert here["checks"] == []
    for command in (
        ["check_ledger"],
        ["verify_ledger", "--published", str(tmp_path / "seals" / PUBLISHED)],
        ["export_ledger", "csv", os.devnull],
    ):
        as_the_auditor(pair, *command)


def test_a_standby_refuses_to_post_and_nothing_is_lost(pair: Pair, books: Names) -> None:
    new = uuid4()
    catch_up(pair.standby, pair.primary)
    acts: list[Callable[[], object]] = [
        lambda: move(books.fund, books.fatima, 10, id=new),
        lambda: move(books.fatima, books.henk, 10, id=new),
        lambda: open_accounts(["tranche:new"], account_class="tranche", at=AT),
        lambda: close_period(through=date(2026, 3, 31)),
        lambda: tend(at=AT),
        roll_up,
        begin_era,
    ]

    with on(pair.standby):
        before = trial_balance()
        for act in acts:
            with pytest.raises(InternalError, match=r"during recovery|read-only transaction"):
                act()
        assert trial_balance() == before
    move(books.fund, books.fatima, 10, id=new)
    catch_up(pair.standby, pair.primary)
    with on(pair.standby):
        assert Booking.objects.filter(pk=new).exists()


def test_what_was_answered_is_there_when_a_synchronous_standby_takes_over(
    pair: Pair, books: Names
) -> None:
    follow_in_step(pair.primary, "remote_apply")
    with psycopg.connect(
        pair.standby.url(connection.settings_dict["NAME"]), autocommit=True
    ) as standby:
        for _ in range(20):  # what was answered is read there at once
            new = move(books.fund, books.henk, 1)
            assert standby.execute(APPLIED, [new]).rowcount == 1
    follow_in_step(pair.primary, "on")
    answered: list[UUID] = []
    asked: list[UUID] = []

    def post_until_it_fails() -> None:
        try:
            while True:
                asked.append(uuid4())
                move(books.fund, books.fatima, 1, id=asked[-1])
                answered.append(asked[-1])
        except DatabaseError:
            connections.close_all()

    writer = Thread(target=post_until_it_fails)
    writer.start()
    await_(lambda: len(answered) > 50)
    pair.primary.kill()
    writer.join()
    promote(pair.standby)

    with on(pair.standby):
        assert Booking.objects.filter(pk__in=answered).count() == len(answered)
        for booking in asked:  # who got no answer asks again
            move(books.fund, books.fatima, 1, id=booking)
        assert balance(books.fatima) == sum(range(1, 9)) + 100 - 9 + len(asked)
        last = Seal.objects.latest("number")
        (new_seal,) = tend(at=AT)
        assert (new_seal.number, new_seal.previous) == (last.number + 1, last.digest)
        assert new_seal.count == 1 + 20 + len(asked)
        assert told("verify_ledger").endswith("2 compared with those published, 0 findings")


def test_what_an_asynchronous_standby_lost_is_missed_and_does_not_come_back(
    pair: Pair, books: Names, settings: Settings
) -> None:
    catch_up(pair.standby, pair.primary)
    set_up(pair.standby, "primary_conninfo", "")  # the network is cut
    await_(lambda: ask(pair.primary, "SELECT count(*) FROM pg_stat_replication") == (0,))
    lost = move(books.fund, books.fatima, 500)
    tend(at=AT)
    pair.primary.kill()
    promote(pair.standby)
    published = Path(settings.LEDGER_SEALS_DIR) / PUBLISHED

    with on(pair.standby):
        assert not Booking.objects.filter(pk=lost).exists()
        assert "seal 2 is gone" in told("verify_ledger", fails=True)
        move(books.fund, books.fatima, 7)
        with pytest.raises(NotPublished, match="ends with a seal 2 that these books do not have"):
            tend(at=AT)
        assert "is not the one that was published" in told("verify_ledger", fails=True)

        # The loss is known and told: publish anew from the last seal that both have.
        published.write_text(published.read_text().splitlines(keepends=True)[0])
        tend(at=AT)
        assert told("verify_ledger").endswith("2 compared with those published, 0 findings")
        now = trial_balance()

    pair.primary.start()  # the old one, as if nothing had happened
    assert Booking.objects.filter(pk=lost).exists()
    assert "is not the one that was published" in told("verify_ledger", fails=True)
    connections.close_all()

    pair.primary.stop()
    pair.primary.rewind(pair.standby.url("postgres"))
    pair.primary.start()
    catch_up(pair.primary, pair.standby)
    assert not Booking.objects.filter(pk=lost).exists()
    assert trial_balance() == now
    assert told("verify_ledger").endswith("2 compared with those published, 0 findings")


def test_with_one_of_two_synchronous_standbys_postings_go_on_and_with_none_they_wait(
    pair: Pair, books: Names
) -> None:
    third = Copy(pair.primary.url("postgres"), standby="third")
    try:
        set_up(pair.primary, "synchronous_standby_names", "ANY 1 (second, third)")
        quorum = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
        await_(lambda: ask(pair.primary, quorum) == (2,))
        connections.close_all()
        third.kill()
        answered = [move(books.fund, books.fatima, 1) for _ in range(10)]
        catch_up(pair.standby, pair.primary)
        with on(pair.standby):
            assert Booking.objects.filter(pk__in=answered).count() == len(answered)

        pair.standby.kill()
        waits = Thread(target=post_apart, args=[books])
        waits.start()
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        await_(lambda: ask(pair.primary, asleep) == (1,))
        set_up(pair.primary, "synchronous_standby_names", "")
        waits.join(timeout=20)
        assert not waits.is_alive()
        assert balance(books.henk) == 1
    finally:
        third.remove()


def post_apart(books: Names) -> None:
    """Post from a thread of its own."""
    move(books.fund, books.henk, 1)
    connections.close_all()


def test_vacuum_ends_a_long_read_on_a_standby_or_waits_for_it_or_leaves_its_rows(
    pair: Pair, books: Names
) -> None:
    def clean_up() -> None:
        """Leave old rows on the primary and remove them; the next commit sends that."""
        move(books.fund, books.henk, 1)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ledger_total")
        move(books.fund, books.henk, 1)

    def reading() -> psycopg.Connection:
        reader = psycopg.connect(pair.standby.url(connection.settings_dict["NAME"]))
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute(TOTALS)
        return reader

    set_up(pair.standby, "max_standby_streaming_delay", "0")
    catch_up(pair.standby, pair.primary)
    with reading() as reader:
        clean_up()
        catch_up(pair.standby, pair.primary)
        with pytest.raises(psycopg.Error, match="conflict with recovery"):
            reader.execute(TOTALS)

    set_up(pair.standby, "max_standby_streaming_delay", "30min")
    with reading() as reader:
        before = reader.execute(TOTALS).fetchall()
        clean_up()
        waits = "SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup'"
        await_(lambda: ask(pair.standby, waits) == ("RecoveryConflictSnapshot",))
        assert reader.execute(TOTALS).fetchall() == before
    catch_up(pair.standby, pair.primary)

    set_up(pair.standby, "max_standby_streaming_delay", "0")
    set_up(pair.standby, "hot_standby_feedback", "on")
    with reading() as reader:
        before = reader.execute(TOTALS).fetchall()
        feedback = "SELECT bool_or(backend_xmin IS NOT NULL) FROM pg_stat_replication"
        await_(lambda: ask(pair.primary, feedback) == (True,))
        clean_up()
        catch_up(pair.standby, pair.primary)
        assert reader.execute(TOTALS).fetchall() == before
