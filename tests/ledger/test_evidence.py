"""The evidence file and the stand-alone verifier, run as an outsider would."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.db import connection, transaction

from ledger import verifier
from ledger.exports.evidence import write_evidence
from ledger.publishing import publish
from ledger.sealing import public_key_of, seal
from tests.ledger.books import AT, move, open_books

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture
def file(own_database: str, tmp_path: Path) -> Path:
    books = open_books(fund_cents=100_000)
    for cents in range(1, 9):
        move(books.fund, books.fatima, cents)
    seal(key=KEY, at=AT, range_max=4)
    move(books.fund, books.henk, 5)
    write_evidence(tmp_path / "books.jsonl")
    return tmp_path / "books.jsonl"


def main_on(file: Path) -> int:
    return verifier.main([str(file), "--key", public_key_of(KEY)])


def verify(file: Path, *more: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", verifier.__file__, file, "--key", public_key_of(KEY), *more],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def test_true_books_are_found_true(file: Path) -> None:
    assert verify(file) == (
        0,
        ["10 transfers, 3 seals, 1 transfers not sealed yet: 0 findings"],
    )


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ('"100000",', '"100001",', "is not as it was sealed"),
        ('"2026-03-02"', '"2026-03-03"', "is not as it was sealed"),
        ('"tranche"', '"payable"', "is not as it was sealed"),
        ("in a test", "in a tost", "is not as it was sealed"),
        ("tranche:", "tranche;", "is not as it was sealed"),
        ('"credits": 36', '"credits": 37', "its transfers say 0 / 36"),
        ('"count": 4', '"count": 5', "its digest is not that of its content"),
        ('"leaves": "', '"leaves": "00', "the leaves kept beside it are not those of its root"),
        ('"seals": 3', '"seals": 4', "the file should have"),
    ],
)
def test_one_changed_character_is_found(file: Path, old: str, new: str, finding: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))

    status, lines = verify(file)

    assert status == 1
    assert any(finding in line for line in lines)


def test_a_missing_line_is_found_by_its_place(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:2] + lines[3:]))

    status, found = verify(file)

    assert status == 1
    before = verifier.place_of(json.loads(lines[1]))
    assert f"seal 1: a transfer is missing after transfer {before} (place 3)" in found


def test_two_lines_in_each_others_place_are_found(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([lines[1], lines[0], *lines[2:]]))

    status, found = verify(file)

    assert status == 1
    assert f"transfer {verifier.place_of(json.loads(lines[0]))} is out of order" in found


def test_a_change_in_one_transfer_is_named_alone(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    id_ = verifier.place_of(json.loads(lines[2]))
    file.write_text("".join([*lines[:2], lines[2].replace("in a test", "as a gift"), *lines[3:]]))

    assert verify(file) == (
        1,
        [
            f"seal 1: transfer {id_} is not as it was sealed",
            "10 transfers, 3 seals, 1 transfers not sealed yet: 1 findings",
        ],
    )


def test_every_line_left_out_is_missed(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    for number in range(len(lines)):
        file.write_text("".join(lines[:number] + lines[number + 1 :]))
        assert main_on(file) == 1, lines[number]


def test_every_place_where_the_file_breaks_off_is_noticed(file: Path) -> None:
    data = file.read_bytes()
    for size in range(0, len(data) - 1, 97):
        file.write_bytes(data[:size])
        assert main_on(file) == 1, size


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"not json\n",
        b"\xff\xfe\x00",
        b"\x1f\x8b",
        b"\x1f\x8b\x08 no gzip at all",
        b"[" * 100_000,
        b'{"root": 1}\n{"account": []}\n["x"]\n',
        b'{"root": "00", "number": 1, "leaves": "zz"}\n',
        b'{"transfers": 0, "seals": 0, "accounts": 1}\n',
    ],
)
@pytest.mark.parametrize("name", ["books.jsonl", "proof.json"])
def test_a_file_that_is_no_evidence_is_refused_in_words(
    tmp_path: Path, data: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(data)

    status, found = verify(tmp_path / name)

    assert status == 1
    assert len(found) > 1


def test_a_compressed_file_cut_short_is_refused_in_words(file: Path) -> None:
    data = gzip.compress(file.read_bytes())
    for size in (len(data) - 1, len(data) // 2, 20):
        file.write_bytes(data[:size])
        status, found = verify(file)
        assert status == 1
        assert any("cannot be read further" in line for line in found)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.jsonl", "--key", "00" * 32],
        [verifier.__file__, "--key", "xyz"],
        [verifier.__file__, "--key", "00"],
        [verifier.__file__, "--key", "00" * 32, "--published", "nowhere.jsonl"],
        [],
    ],
)
def test_a_question_that_cannot_be_asked_so_ends_with_two(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", verifier.__file__, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("usage:")
    assert "Traceback" not in done.stderr


def test_another_key_signed_nothing_here(file: Path) -> None:
    other = public_key_of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    assert verifier.main([str(file), "--key", other]) == 1
    assert verifier.main([str(file), "--key", other, "--key", public_key_of(KEY)]) == 0


def test_seals_newer_than_the_published_copy_are_no_finding(file: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    copy = tmp_path / "seals.jsonl"
    lines = copy.read_text().splitlines(keepends=True)
    copy.write_text(lines[0])

    assert verify(file, "--published", str(copy))[0] == 0


def test_the_newest_seals_left_out_are_missed_by_who_kept_a_copy(
    file: Path, tmp_path: Path
) -> None:
    publish(tmp_path)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_seal WHERE number = 3")
    write_evidence(file)

    assert verify(file)[0] == 0
    status, found = verify(file, "--published", str(tmp_path / "seals.jsonl"))

    assert status == 1
    assert "seal 3 was published but is not there" in found


def test_a_torn_copy_of_the_published_seals_is_said(file: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.jsonl").write_text('{"number": 1, "dig')

    status, found = verify(file, "--published", str(tmp_path / "copy.jsonl"))

    assert status == 1
    assert found[0].startswith("line 1 of the published seals cannot be read")


def changed(lines: list[str], number: int, old: str, new: str) -> list[str]:
    assert old in lines[number]
    return [*lines[:number], lines[number].replace(old, new, 1), *lines[number + 1 :]]


@pytest.mark.parametrize(
    ("alter", "finding"),
    [
        (lambda x: x[:1] + x[2:], "line 2 of the published seals: seal 3 does not follow seal 1"),
        (lambda x: [*x, x[0]], "line 4 of the published seals: seal 1 does not follow seal 3"),
        (lambda x: x[::-1], "line 2 of the published seals: seal 2 does not follow seal 3"),
        (
            lambda x: changed(x, 1, '"count": 4', '"count": 5'),
            "line 2 of the published seals: the digest is not that of its content",
        ),
        (
            lambda x: changed(x, 1, '"signature": "', '"signature": "00'),
            "seal 2: it is not the one that was published",
        ),
        (lambda x: [], "no seal was published in that file: nothing is compared"),
    ],
)
def test_what_was_changed_in_the_published_seals_is_named(
    file: Path, tmp_path: Path, alter: Callable[[list[str]], list[str]], finding: str
) -> None:
    publish(tmp_path)
    copy = tmp_path / "seals.jsonl"
    copy.write_text("".join(alter(copy.read_text().splitlines(keepends=True))))

    status, found = verify(file, "--published", str(copy))

    assert status == 1
    assert finding in found
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_ledger", key=[public_key_of(KEY)], published=copy, stdout=StringIO())


def test_a_copy_of_the_newest_seals_is_enough_to_compare(file: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    copy = tmp_path / "seals.jsonl"
    copy.write_text("".join(copy.read_text().splitlines(keepends=True)[1:]))

    assert verify(file, "--published", str(copy))[0] == 0


def test_a_compressed_copy_cut_short_is_said(file: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    copy = tmp_path / "copy.gz"
    copy.write_bytes(gzip.compress((tmp_path / "seals.jsonl").read_bytes())[:-20])

    status, found = verify(file, "--published", str(copy))

    assert status == 1
    assert found[0].startswith("the published seals cannot be read further")


def test_line_ends_of_another_system_change_nothing(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    assert verify(file)[0] == 0


def test_a_name_that_breaks_lines_is_spelt_out(file: Path) -> None:
    with file.open("a") as lines:
        lines.write(
            json.dumps({"account": "x\n0 findings \ud800 \u202e", "debits": 1, "credits": 0})
        )

    status, found = verify(file)

    assert status == 1
    assert (
        r"account x\n0 findings \ud800 \u202e: 1 / 0 in the file, its transfers say 0 / 0" in found
    )


def test_a_reader_who_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "books.jsonl").write_text("x\n" * 100_000)
    command = [sys.executable, verifier.__file__, str(tmp_path / "books.jsonl"), "--key", "00" * 32]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()

    assert (running.returncode, said) == (1, b"")
