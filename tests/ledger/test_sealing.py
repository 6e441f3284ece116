"""Seals: nothing is skipped, nothing is changed unseen, and nobody has to take our word for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from ledger import verifier
from ledger.eras import begin_era
from ledger.models import Seal, Transfer
from ledger.posting import NewTransfer, UnableToPost, post
from ledger.proving import NotAsSealed, NotSealedYet, prove, prove_statement
from ledger.publishing import NotPublished, publish
from ledger.sealing import AnotherKey, public_key_of, seal
from ledger.verifying import RANGE, unpublished, verify_ledger
from tests.ledger.attacks import COLUMNS
from tests.ledger.books import AT, Names, booking, move, name, open_books, place
from tests.racing import Beside

pytestmark = pytest.mark.usefixtures("own_database")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = bytes.fromhex(public_key_of(KEY))


def seal_all(range_max: int = 4) -> list[Seal]:
    return seal(key=KEY, at=AT, range_max=range_max)


def findings() -> list[str]:
    return [finding.detail for _, found in verify_ledger([PUBLIC]) for finding in found]


def tamper(statement: str, *values: UUID | bytes) -> None:
    """Change the books as a superuser could: with the guards switched off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)


@pytest.fixture
def books(own_database: str) -> Names:
    return open_books(fund_cents=100_000)


@pytest.fixture
def transfers(books: Names) -> list[UUID]:
    return [move(books.fund, books.fatima, 100 + n) for n in range(9)]


def test_every_transfer_is_sealed_once(transfers: list[UUID]) -> None:
    seals = seal_all()

    assert [made.count for made in seals] == [4, 4, 2]
    assert seal_all() == []
    assert not findings()


def test_what_is_posted_while_sealing_is_for_the_next_time(
    books: Names, transfers: list[UUID]
) -> None:
    """Or a worker would seal every few transfers apart for as long as anybody posts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION post_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM ledger_post(gen_random_uuid(), 'top_up', 'test', 'test', '2026-03-02', now(),
                    {books.fund}, {books.fatima}, 1);
                RETURN NULL;
            END $$;
            CREATE TRIGGER post_more AFTER INSERT ON ledger_seal
                FOR EACH ROW WHEN (NEW.number < 9) EXECUTE FUNCTION post_more()
            """
        )

    assert [made.count for made in seal_all()] == [4, 4, 4, 1]
    assert [made.count for made in seal_all()] == [1]
    assert not findings()


def test_a_transaction_larger_than_a_range_is_sealed_whole(books: Names) -> None:
    post(
        booking(),
        [NewTransfer(books.fund, books.fatima, n + 1) for n in range(10)],
        at=AT,
    )

    assert sum(made.count for made in seal_all()) == 11
    assert not findings()


def test_verifying_a_seal_looks_up_its_accounts_and_never_reads_them_all(books: Names) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {RANGE}", [0, 0, 2**62, 2**62])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Join" not in plan.replace("Nested Loop Left Join", "")


def test_seals_are_not_kept_with_their_leaves(transfers: list[UUID]) -> None:
    made = seal_all()[0]

    assert made.get_deferred_fields() == {"leaves"}
    assert len(made.leaves) == 4 * verifier.HASH


def test_a_transfer_that_commits_late_is_never_skipped(books: Names) -> None:
    move(books.fund, books.fatima, 1)  # deals the fund's credit out, so nobody waits below
    seal_all()
    posted, may_commit = Event(), Event()

    def post_late() -> None:
        with transaction.atomic():
            move(books.fund, books.fatima, 1)
            posted.set()
            may_commit.wait(10)
        connection.close()

    late = Thread(target=post_late)
    late.start()
    posted.wait(10)
    early = [move(books.fund, books.henk, 1) for _ in range(3)]

    assert seal_all() == []  # the open transaction came first: what followed has to wait for it
    may_commit.set()
    late.join()

    assert sum(made.count for made in seal_all(range_max=100)) == 4
    assert len(prove([place(id_) for id_ in early])["transfers"]) == 3
    assert not findings()


def test_what_is_not_committed_is_not_sealed(books: Names) -> None:
    seal_all()
    with transaction.atomic():
        move(books.fund, books.fatima, 1)

        assert seal_all() == []


def test_one_changed_cent_is_found_and_named(transfers: list[UUID]) -> None:
    seal_all()

    tamper("UPDATE ledger_transfer SET amount = amount + 1 WHERE booking_id = %s", transfers[5])

    assert findings() == [f"seal 2: transfer {name(transfers[5])} is not as it was sealed"]


@pytest.mark.parametrize(
    "change",
    [
        "effective_on = effective_on - 1",
        "booked_at = booked_at + interval '1 second'",
        "debit_account_id = (SELECT min(id) FROM ledger_account)",
    ],
)
def test_any_changed_field_is_found_and_named(transfers: list[UUID], change: str) -> None:
    seal_all()

    tamper(f"UPDATE ledger_transfer SET {change} WHERE booking_id = %s", transfers[0])

    assert findings() == [f"seal 1: transfer {name(transfers[0])} is not as it was sealed"]


def test_a_changed_booking_is_found_by_its_transfers(transfers: list[UUID]) -> None:
    seal_all()

    tamper("UPDATE ledger_booking SET description = 'a gift' WHERE id = %s", transfers[0])

    assert findings() == [f"seal 1: transfer {name(transfers[0])} is not as it was sealed"]


def test_a_missing_row_is_found_by_its_place(transfers: list[UUID]) -> None:
    seal_all()

    tamper("DELETE FROM ledger_transfer WHERE booking_id = %s", transfers[1])

    assert findings() == [
        f"seal 1: a transfer is missing after transfer {name(transfers[0])} (place 3)"
    ]


def test_a_row_slipped_into_a_sealed_range_is_found_and_named(transfers: list[UUID]) -> None:
    seal_all()
    xid, seq = place(transfers[4])

    tamper(
        f"INSERT INTO ledger_transfer ({COLUMNS}) SELECT booking_id, debit_account_id, "
        "credit_account_id, amount, effective_on, booked_at, -seq, xid FROM ledger_transfer "
        "WHERE booking_id = %s",
        transfers[4],
    )

    assert findings() == [f"seal 2: transfer {xid}--{seq} was not there when this was sealed"]


def test_leaves_and_root_changed_along_break_digest_and_signature(transfers: list[UUID]) -> None:
    seal_all()
    tamper("UPDATE ledger_transfer SET amount = amount + 1 WHERE booking_id = %s", transfers[8])
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaves FROM ledger_next_leaves(%s, %s, 4)", _place_before(3))
        leaves = bytes(cursor.fetchone()[0])
    root = verifier.root_of([leaves[:32], leaves[32:]])

    tamper("UPDATE ledger_seal SET leaves = %s, root = %s WHERE number = 3", leaves, root)

    assert findings() == [
        "seal 3: its digest is not that of its content",
        "seal 3: its signature is not of this key",
    ]


def _place_before(number: int) -> list[int]:
    before = Seal.objects.get(pk=number - 1)
    return [before.last_xid, before.last_seq]


def test_a_seal_taken_out_breaks_the_chain(transfers: list[UUID]) -> None:
    seal_all()

    tamper("DELETE FROM ledger_seal WHERE number = 2")

    assert "seal 3: it does not follow the seal before it" in findings()


def test_a_seal_of_another_key_is_refused(transfers: list[UUID]) -> None:
    seal(key=Ed25519PrivateKey.generate(), at=AT)

    assert findings() == ["seal 1: its signature is not of this key"]


def test_nothing_is_sealed_with_another_key_than_the_last_seal_has(
    books: Names, transfers: list[UUID]
) -> None:
    seal_all()
    move(books.fund, books.henk, 1)

    with pytest.raises(AnotherKey, match="seal 3 was not signed with this key"):
        seal(key=Ed25519PrivateKey.generate(), at=AT)

    assert Seal.objects.count() == 3
    assert len(seal_all()) == 1
    assert not findings()


def test_a_key_that_is_lost_gives_way_to_another_when_that_is_meant(
    books: Names, transfers: list[UUID]
) -> None:
    seal_all()
    other = Ed25519PrivateKey.generate()
    for further in True, False:
        move(books.fund, books.henk, 1)
        assert len(seal(key=other, at=AT, with_another_key=further)) == 1

    both = [PUBLIC, bytes.fromhex(public_key_of(other))]
    assert findings() == [f"seal {n}: its signature is not of this key" for n in (4, 5)]
    assert not [finding for _, found in verify_ledger(both) for finding in found]
    with pytest.raises(AnotherKey):
        seal_all()


def test_seals_made_again_after_the_fact_differ_from_the_published_ones(
    transfers: list[UUID], tmp_path: Path
) -> None:
    seal_all()
    publish(tmp_path)
    tamper("UPDATE ledger_transfer SET amount = amount + 1 WHERE booking_id = %s", transfers[0])
    tamper("DELETE FROM ledger_seal")
    seal_all()
    published = {
        line["number"]: line["digest"]
        for line in map(json.loads, (tmp_path / "seals.jsonl").read_text().splitlines())
    }

    found = [f.detail for _, fs in verify_ledger([PUBLIC], published=published) for f in fs]

    assert found == [f"seal {n}: it is not the one that was published" for n in (1, 2, 3)]


def test_seals_are_published_once_in_order(books: Names, tmp_path: Path) -> None:
    for _ in range(2):
        move(books.fund, books.fatima, 1)
        seal_all()
        publish(tmp_path)
        publish(tmp_path)

    lines = [json.loads(line) for line in (tmp_path / "seals.jsonl").read_text().splitlines()]

    assert [line["number"] for line in lines] == [1, 2]
    assert lines[1]["previous"] == lines[0]["digest"]


def lose_the_last(books: Names) -> None:
    tamper("DELETE FROM ledger_seal WHERE number = 3")


def seal_another_last(books: Names) -> None:
    lose_the_last(books)
    move(books.fund, books.henk, 7)
    seal_all()


def seal_another_and_more(books: Names) -> None:
    seal_another_last(books)
    for _ in range(4):
        move(books.fund, books.henk, 1)
    seal_all()


@pytest.mark.parametrize("change", [lose_the_last, seal_another_last, seal_another_and_more])
@pytest.mark.parametrize("torn", [b"", b'{"number": 4, "cou'])
def test_nothing_is_published_behind_a_seal_that_these_books_do_not_have(
    books: Names,
    transfers: list[UUID],
    tmp_path: Path,
    change: Callable[[Names], None],
    torn: bytes,
) -> None:
    """As after a failover to a standby that lost the last seals, or a restore of an older dump."""
    seal_all()
    publish(tmp_path)
    file = tmp_path / "seals.jsonl"
    file.write_bytes(before := file.read_bytes() + torn)

    change(books)

    with pytest.raises(NotPublished, match="ends with a seal 3 that these books do not have"):
        publish(tmp_path)
    assert file.read_bytes() == before
    assert unpublished(tmp_path) is None


def test_seals_that_wait_to_be_published_are_counted(
    transfers: list[UUID], books: Names, tmp_path: Path
) -> None:
    assert unpublished(tmp_path / "nowhere") == 0
    seal_all()
    assert unpublished(tmp_path) == 3
    publish(tmp_path)
    assert unpublished(tmp_path) == 0
    move(books.fund, books.henk, 1)
    seal_all()
    assert unpublished(tmp_path) == 1
    assert unpublished(Path(verifier.__file__)) is None  # no folder


def test_a_proof_of_one_transfer_holds_for_anyone(transfers: list[UUID], tmp_path: Path) -> None:
    seal_all()
    proof = prove([place(transfers[3])])

    assert not verifier.wrong_with_proof(proof, public_keys=[PUBLIC])
    assert run_verifier(proof, tmp_path) == (0, "1 transfers in 1 seals: 0 findings\n")


def test_a_proof_of_something_else_does_not_hold(transfers: list[UUID], tmp_path: Path) -> None:
    seal_all()
    proof = prove([place(transfers[3])])
    proof["transfers"][0]["content"][verifier.CENTS] = "1000000"

    status, output = run_verifier(proof, tmp_path)

    assert status == 1
    assert output.startswith(f"transfer {name(transfers[3])} is not in seal")


def test_a_whole_statement_is_proven(books: Names, transfers: list[UUID]) -> None:
    seal_all()
    move(books.fund, books.fatima, 5)  # not sealed yet, so not in the proof

    proof = prove_statement([books.fatima])

    assert {line["content"][0] for line in proof["transfers"]} == set(map(str, transfers))
    assert len(proof["seals"]) == 3
    assert not verifier.wrong_with_proof(proof, public_keys=[PUBLIC])


def forge(proof: dict[str, Any], how: str) -> None:
    lines = proof["transfers"]
    if how == "another amount":
        lines[0]["content"][verifier.CENTS] = "1000000"
    elif how == "another's path":
        lines[0]["path"], lines[1]["path"] = lines[1]["path"], lines[0]["path"]
    elif how == "a path turned round":
        lines[0]["path"] = [
            ["left" if side == "right" else "right", value] for side, value in lines[0]["path"]
        ]
    elif how == "no path":
        lines[0]["path"] = []
    elif how == "a seal that is not there":
        lines[0]["seal"] = 99
    elif how == "another root":
        proof["seals"][0]["root"] = verifier.leaf_hash(
            verifier.content_of(lines[0]["content"])
        ).hex()
    elif how == "a row left out":
        del lines[0]
    elif how == "a row doubled":
        lines.append(lines[0])
    elif how == "another total":
        proof["accounts"][0]["credits"] += 1


@pytest.mark.parametrize(
    ("how", "finding"),
    [
        ("another amount", "is not in seal 1"),
        ("another's path", "is not in seal 1"),
        ("a path turned round", "is not in seal 1"),
        ("no path", "is not in seal 1"),
        ("a seal that is not there", "is not in seal 99"),
        ("another root", "seal 1: its digest is not that of its content"),
        ("a row left out", "in the proof, its transfers say"),
        ("a row doubled", "is there twice"),
        ("another total", "in the proof, its transfers say"),
    ],
)
def test_a_forged_statement_does_not_hold(
    books: Names, transfers: list[UUID], tmp_path: Path, how: str, finding: str
) -> None:
    seal_all()
    proof = json.loads(json.dumps(prove_statement([books.fatima])))
    status, output = run_verifier(proof, tmp_path)
    assert status == 0, output

    forge(proof, how)
    status, output = run_verifier(proof, tmp_path)

    assert status == 1
    assert finding in output


def test_a_transfer_that_is_not_sealed_yet_has_no_proof(books: Names) -> None:
    new = move(books.fund, books.fatima, 5)

    with pytest.raises(NotSealedYet):
        prove([place(new)])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount = 1 WHERE booking_id = %s",
        "DELETE FROM ledger_booking WHERE id = %s",
        *(
            f"DELETE FROM ledger_account USING ledger_transfer t WHERE booking_id = %s AND id = {side}"
            for side in ("t.debit_account_id", "t.credit_account_id")
        ),
    ],
)
def test_a_changed_transfer_has_no_proof(transfers: list[UUID], statement: str) -> None:
    seal_all()
    tamper(statement, transfers[0])

    with pytest.raises(NotAsSealed):
        prove([place(transfers[0])])


def test_a_restored_server_posts_nothing_below_the_seals_until_a_new_era(
    books: Names, transfers: list[UUID]
) -> None:
    """As after a dump and restore: the server counts its transactions from low again."""
    tamper("UPDATE ledger_transfer SET xid = xid + 1000000000")
    tamper("UPDATE ledger_books SET xid_offset = 1000000000")
    seal_all()
    tamper("UPDATE ledger_books SET xid_offset = 0")

    with pytest.raises(UnableToPost, match="begin a new era"):
        move(books.fund, books.fatima, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_begin_era()")
    move(books.fund, books.fatima, 1)

    assert [made.count for made in seal_all()] == [1]
    assert Transfer.objects.count() == sum(made.count for made in Seal.objects.all())
    assert not findings()


def next_xid() -> int:
    """One past the last transaction that has ended on this server, whoever's it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def test_an_era_begins_when_the_next_transaction_would_be_the_last_one_again(
    transfers: list[UUID],
) -> None:
    known, begun = 0, -1
    while known != begun:  # or another database of this server ended a transaction meanwhile
        with transaction.atomic():
            known = next_xid()
            tamper(f"UPDATE ledger_transfer SET xid = {known} WHERE booking_id = %s", transfers[0])
            begun = begin_era()
            ended_meanwhile = next_xid() != known
            transaction.set_rollback(True)
        assert begun == known or ended_meanwhile


def test_a_server_that_is_far_enough_begins_no_era(books: Names) -> None:
    """Nor while somebody has a transaction open that began before the last posting."""
    began, may_end = Event(), Event()

    def stay() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            began.set()
            may_end.wait(60)

    staying = Beside(stay)
    assert began.wait(60)
    move(books.fund, books.fatima, 100)
    seal_all()

    assert begin_era() == 0
    may_end.set()
    assert staying.outcome() == "done"


def run_verifier(proof: object, folder: Path) -> tuple[int, str]:
    file = folder / "proof.json"
    file.write_text(json.dumps(proof))
    done = subprocess.run(
        [sys.executable, "-I", "-S", verifier.__file__, str(file), "--key", PUBLIC.hex()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout
