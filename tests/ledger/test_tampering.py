"""What a superuser with the guards switched off may try, and how the books then name it.

Every attack is tried on the same closed, rolled-up, sealed books and undone again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import Settings

from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.exports.evidence import write_evidence
from ledger.publishing import publish
from ledger.rolling_up import roll_up
from ledger.sealing import public_key_of, seal
from ledger.tending import tend
from ledger.verifier import Evidence
from ledger.verifying import verify_ledger
from tests.ledger.books import AT, Names, move, name, open_books

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = bytes.fromhex(public_key_of(KEY))
MARCH = date(2026, 3, 15)
FIRST = "(SELECT seq FROM ledger_transfer ORDER BY seq LIMIT 1)"
BOOKING = FIRST.replace("seq", "booking_id", 1)
LAST = "(SELECT seq FROM ledger_transfer ORDER BY seq DESC LIMIT 1)"
DROPPED = {
    "TABLE ledger_seal": "ledger_seal_digest_key",
    "TABLE ledger_transfer": "ledger_transfer_pkey",
    "DOMAIN ledger_free": "slot_is_never_overdrawn",
}
COLUMNS = "booking_id, debit_account_id, credit_account_id, amount, effective_on, booked_at"


@dataclass(frozen=True)
class Attack:
    """What is done, and what the findings must say of it."""

    statement: str
    finding: str


TRANSFERS = [
    Attack(f"UPDATE ledger_transfer SET amount = amount + 1 WHERE seq = {FIRST}", "not as it was"),
    Attack(
        f"UPDATE ledger_transfer SET effective_on = '2026-01-31' WHERE seq = {FIRST}",
        "not as it was",
    ),
    Attack(
        "UPDATE ledger_transfer SET debit_account_id = credit_account_id, "
        f"credit_account_id = debit_account_id WHERE seq = {FIRST}",
        "not as it was",
    ),
    Attack(
        f"UPDATE ledger_transfer SET credit_account_id = debit_account_id WHERE seq = {FIRST}",
        "every transfer has its two accounts",
    ),
    Attack(  # two rows in each other's place
        "UPDATE ledger_transfer t SET (xid, seq) = (SELECT xid, seq FROM ledger_transfer o WHERE "
        "o.seq = 2 * first - t.seq + 1) FROM (SELECT min(seq) AS first FROM ledger_transfer) f "
        "WHERE t.seq IN (first, first + 1)",
        "not as it was",
    ),
    Attack(
        f"DELETE FROM ledger_transfer WHERE seq = {FIRST}", "missing at its beginning (place 1)"
    ),
    Attack(f"DELETE FROM ledger_transfer WHERE seq = {LAST}", "booking"),
    Attack(
        f"INSERT INTO ledger_transfer ({COLUMNS}, seq, xid) SELECT "
        f"{COLUMNS}, seq, -1 FROM ledger_transfer WHERE seq = {FIRST}",
        "transfer -1-",
    ),
    Attack(
        f"INSERT INTO ledger_transfer ({COLUMNS}, seq, xid) SELECT "
        f"{COLUMNS}, seq, 2^60 FROM ledger_transfer WHERE seq = {FIRST}",
        "transfer 1152921504606846976-",
    ),
    Attack("UPDATE ledger_booking SET description = 'a gift'", "not as it was"),
    Attack("UPDATE ledger_booking SET cause = 'claim:other'", "not as it was"),
    Attack("UPDATE ledger_booking SET booked_at = booked_at - interval '1 day'", "dated alike"),
    Attack("UPDATE ledger_booking SET xid = xid + 1", "dated alike"),
    Attack(f"DELETE FROM ledger_booking WHERE id = {BOOKING}", "not as it was"),
    Attack(
        "INSERT INTO ledger_booking VALUES (gen_random_uuid(), 'claim', 'x', 'x', now(), now(), 1)",
        "every booking has a transfer",
    ),
]
ACCOUNTS = [
    Attack("UPDATE ledger_account SET code = 'x' WHERE id = %(fatima)s", "not as it was"),
    Attack(
        "UPDATE ledger_account SET account_class_id = 'payable' WHERE id = %(fatima)s",
        "not as it was",
    ),
    Attack("UPDATE ledger_account SET may_overdraw = true WHERE id = %(fatima)s", "not as it was"),
    Attack(
        "UPDATE ledger_account SET normal_side = 'debit' WHERE id = %(fatima)s", "side of their"
    ),
    Attack("UPDATE ledger_accountclass SET normal_side = 'debit'", "side of their class"),
    Attack(
        "UPDATE ledger_total SET credits = credits + 1 WHERE account_id = %(fatima)s", "shows 0 / "
    ),
    Attack(
        "UPDATE ledger_total SET debits = credits + 1 WHERE account_id = %(fatima)s", "is overdrawn"
    ),
    Attack(
        "UPDATE ledger_total SET debits = debits + 1, credits = credits + 1 "
        "WHERE account_id IN (%(fatima)s, %(henk)s)",
        "shows 1 / ",
    ),
    Attack(
        "DELETE FROM ledger_account WHERE id = %(fatima)s", "every transfer has its two accounts"
    ),
    *(
        Attack(f"DELETE FROM ledger_account WHERE {accounts}", "not as it was")
        for accounts in ("id = %(fatima)s", "account_class_id = 'treasury'")  # credited, debited
    ),
    Attack("UPDATE ledger_total SET floor = 0 WHERE account_id = %(fatima)s", "floor"),
    Attack("UPDATE ledger_total SET hot = true WHERE account_id = %(fatima)s", "floor"),
    Attack("DELETE FROM ledger_total WHERE account_id = %(fatima)s", "floor"),
    Attack("UPDATE ledger_slot SET free = free + 1 WHERE number = 0", "free and"),
    Attack("UPDATE ledger_slot SET spent = spent - 1 WHERE number = 0", "free and"),
    Attack("UPDATE ledger_slot SET free = -1 WHERE number = 1", "free and"),
    Attack("DELETE FROM ledger_slot", "0 free and 0 spent in 0 slots"),
    Attack("DELETE FROM ledger_slot WHERE number = 15", "in 15 slots"),
    Attack(
        "INSERT INTO ledger_slot (account_id, number, free, spent) VALUES (%(henk)s, 0, 0, 0)",
        "in 1 slots",
    ),
    Attack(
        "INSERT INTO ledger_slot (account_id, number, free, spent) VALUES (0, 0, 0, 0)",
        "account 0: 0 free",
    ),
    Attack(
        "WITH moved AS (UPDATE ledger_account SET may_overdraw = true WHERE account_class_id = "
        "'in_transit' RETURNING id) UPDATE ledger_total SET floor = 0 FROM moved WHERE id = account_id",
        "may be overdrawn when it may: in_transit",
    ),
    Attack("UPDATE ledger_accountclass SET may_overdraw = true", "may be overdrawn when it may"),
    Attack(
        "INSERT INTO ledger_total (account_id, debits, credits, floor, hot) "
        "VALUES (0, 5, 5, 1, false)",
        "account 0 shows 5 / 5",
    ),
    Attack(
        "INSERT INTO ledger_daytotal (account_id, effective_on, booked_on, debits, credits) "
        "VALUES (0, '2026-03-02', '2026-03-02', 1, 1)",
        "account 0 of 2026-03-02",
    ),
    Attack("UPDATE ledger_daytotal SET credits = credits + 1", "day totals"),
    Attack("DELETE FROM ledger_daytotal", "day totals"),
]
PERIODS = [
    Attack("UPDATE ledger_opening SET debits = debits + 1", "at the end of 2026-03-15"),
    Attack("DELETE FROM ledger_opening WHERE account_id = %(fatima)s", "at the end of 2026-03-15"),
    Attack(
        "INSERT INTO ledger_opening (account_id, closed_through, debits, credits) "
        "VALUES (0, '2026-03-15', 1, 1)",
        "account 0 at the end of 2026-03-15",
    ),
    Attack("UPDATE ledger_books SET closed_through = null", "closed through no date"),
    Attack("UPDATE ledger_books SET closed_through = '2025-12-31'", "closed through 2025-12-31"),
    Attack("UPDATE ledger_books SET closed_xid = closed_xid + 1", "closed from transaction"),
    Attack("UPDATE ledger_books SET rolled_to = 0", "shows"),
    Attack("UPDATE ledger_books SET rolled_to = rolled_to + 1000000", "rolled up to"),
    Attack("UPDATE ledger_books SET sealed_to = 0", "sealed to 0"),
]
SEALS = [
    Attack("UPDATE ledger_seal SET root = sha256(root) WHERE number = 1", "seal 1: its digest"),
    Attack("UPDATE ledger_seal SET count = count + 1 WHERE number = 1", "seal 1: its digest"),
    Attack("UPDATE ledger_seal SET sealed_at = now() WHERE number = 1", "seal 1: its digest"),
    Attack("UPDATE ledger_seal SET last_xid = 1 WHERE number = 1", "seal 1: its digest"),
    Attack("UPDATE ledger_seal SET signature = digest || digest", "seal 1: its signature"),
    Attack("UPDATE ledger_seal SET signature = ''", "seal 1: its signature"),
    Attack("UPDATE ledger_seal SET previous = sha256(previous)", "seal 1: it does not follow"),
    Attack("UPDATE ledger_seal SET digest = sha256(digest) WHERE number = 1", "seal 2: it does"),
    Attack("UPDATE ledger_seal SET leaves = sha256(leaves)", "seal 1: the leaves"),
    Attack("UPDATE ledger_seal SET leaves = 'x'", "seal 1: the leaves"),
    Attack(
        "UPDATE ledger_seal SET leaves = substr(leaves, 33) || substr(leaves, 1, 32)",
        "seal 1: the leaves",
    ),
    Attack("UPDATE ledger_seal SET leaves = leaves || substr(leaves, 1, 32)", "seal 1: the leaves"),
    Attack("UPDATE ledger_seal SET number = number + 10", "seal 11: its digest"),
    Attack("DELETE FROM ledger_seal WHERE number = 1", "seal 2: it does not follow"),
    Attack("DELETE FROM ledger_seal WHERE number = 4", "sealed to"),
]


@pytest.fixture
def books(own_database: str, settings: Settings, tmp_path: Path) -> Names:
    settings.LEDGER_SEALS_DIR = tmp_path
    books = open_books(fund_cents=100_000)
    for cents in range(1, 6):
        move(books.fund, books.fatima, cents)
    move(books.fund, books.henk, 300)
    seal(key=KEY, at=AT, range_max=3)
    close_period(through=MARCH)
    move(books.fund, books.henk, 2, on=date(2026, 4, 1))
    roll_up()
    seal(key=KEY, at=AT)
    move(books.fund, books.henk, 3, on=date(2026, 4, 1))
    return books


@contextmanager
def tampered(attack: Attack, books: Names) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for thing, constraint in DROPPED.items():
            cursor.execute(f"ALTER {thing} DROP CONSTRAINT {constraint}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(attack.statement, {"fatima": books.fatima, "henk": books.henk})
        yield
        transaction.set_rollback(True)


def findings() -> list[str]:
    found = [*check_ledger()]
    for _, wrong in verify_ledger([PUBLIC]):
        found += wrong
    return [f"{finding.check}: {finding.detail}" for finding in found]


def test_every_change_is_found_and_named(books: Names) -> None:
    assert findings() == []
    unseen = []
    for attack in TRANSFERS + ACCOUNTS + PERIODS + SEALS:
        with tampered(attack, books):
            found = findings()
            if not any(attack.finding in finding for finding in found):
                unseen.append((attack.statement, found))

    assert unseen == []
    assert findings() == []


def test_the_commands_end_with_one_and_name_it(books: Names, tmp_path: Path) -> None:
    publish(tmp_path)
    for command, options in (("check_ledger", {}), ("verify_ledger", {"key": [PUBLIC.hex()]})):
        out = StringIO()
        call_command(command, stdout=out, **options)
        assert " 0 findings" in out.getvalue()
        with (
            tampered(ACCOUNTS[5], books),
            pytest.raises(SystemExit, match="1"),
        ):
            call_command(command, stdout=out, **options)
        assert "tranche:" in out.getvalue()


def test_the_newest_seals_are_missed_beside_the_published_file(
    books: Names, tmp_path: Path
) -> None:
    publish(tmp_path)
    out = StringIO()

    with tampered(SEALS[-1], books), pytest.raises(SystemExit, match="1"):
        call_command("verify_ledger", key=[PUBLIC.hex()], stdout=out)

    assert "seal 4 is gone" in out.getvalue()


def test_a_published_file_that_is_not_there_is_missed(books: Names, tmp_path: Path) -> None:
    """As with another folder in the settings: nothing would be compared."""
    out = StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("verify_ledger", key=[PUBLIC.hex()], stdout=out)

    assert f"{tmp_path / 'seals.jsonl'} is not there" in out.getvalue()


@pytest.mark.django_db
def test_before_anything_is_sealed_no_file_is_missed() -> None:
    out = StringIO()

    call_command("verify_ledger", key=[PUBLIC.hex()], stdout=out)

    assert " 0 findings" in out.getvalue()


def test_a_new_folder_gets_all_seals_and_that_is_said(
    books: Names,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ledger.tending.sealing_key", lambda: KEY)
    tend(at=AT)
    (record,) = caplog.records
    assert record.getMessage() == f"{tmp_path} did not have 4 older seals: published too"

    caplog.clear()
    move(books.fund, books.fatima, 1, on=date(2026, 4, 1))
    assert len(tend(at=AT)) == 1
    assert not caplog.records


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options", [{"key": ["xyz"]}, {"key": ["00"]}, {"published": Path("nowhere")}]
)
def test_a_question_that_cannot_be_asked_so_ends_with_two(options: dict[str, object]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("verify_ledger", **options)

    assert error.value.returncode == 2


def test_a_half_written_seal_is_published_anew(books: Names, tmp_path: Path) -> None:
    publish(tmp_path)
    file = tmp_path / "seals.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])

    assert publish(tmp_path) == 1
    assert file.read_bytes() == whole
    assert publish(tmp_path) == 0


def test_a_period_that_was_opened_again_is_seen(own_database: str, tmp_path: Path) -> None:
    """Openings gone, the date taken back, a transfer slipped in, and all of it closed anew."""
    books = open_books(fund_cents=1_000)
    on_the_day = date(2026, 3, 31)
    move(books.fund, books.fatima, 1, on=on_the_day)
    close_period(through=on_the_day)
    move(books.fund, books.fatima, 1, on=date(2026, 4, 1))
    seal(key=KEY, at=AT)
    assert not findings()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_opening")
        cursor.execute("UPDATE ledger_books SET closed_through = NULL, closed_xid = 0")
    late = move(books.fund, books.henk, 500, on=on_the_day)
    close_period(through=on_the_day)
    move(books.fund, books.henk, 1, on=date(2026, 4, 1))

    expected = f"transfer {name(late)} of 2026-03-31 was booked after the books were closed"
    for sealed in (0, 1):  # whether the next seal is there already or not
        assert any(expected in finding for finding in findings())
        file = tmp_path / f"{sealed}.jsonl"
        write_evidence(file)
        with file.open() as lines:
            assert [expected in each for each in Evidence([PUBLIC]).read(lines)] == [True]
        seal(key=KEY, at=AT)


@pytest.mark.parametrize("offset", [0, 1_000])
def test_a_transfer_from_before_a_closing_may_be_sealed_after_it(
    own_database: str, offset: int
) -> None:
    books = open_books()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_books SET xid_offset = %s", [offset])
    move(books.treasury, books.fund, 1_000)
    with transaction.atomic():
        move(books.fund, books.fatima, 1)
        close_period(through=date(2026, 3, 31))
    move(books.fund, books.fatima, 1, on=date(2026, 4, 1))

    seal(key=KEY, at=AT, range_max=2)

    assert not findings()
