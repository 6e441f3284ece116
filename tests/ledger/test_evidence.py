"""The evidence file and the stand-alone verifier, run as an outsider would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import verifier
from ledger.exports.evidence import write_evidence
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


def verify(file: Path) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", verifier.__file__, file, "--key", public_key_of(KEY)],
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
        ('"3", ', '"4", ', "a transfer up to"),
        ('"2026-03-02"', '"2026-03-03"', "a transfer up to"),
        (
            '"debits": 0, "credits": 36',
            '"debits": 0, "credits": 37',
            "its transfers say 0 / 36",
        ),
        ('"count": 4', '"count": 5', "its digest is not that of its content"),
    ],
)
def test_one_changed_character_is_found(file: Path, old: str, new: str, finding: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))

    status, lines = verify(file)

    assert status == 1
    assert any(finding in line for line in lines)


def test_a_missing_line_is_found(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:2] + lines[3:]))

    status, found = verify(file)

    assert status == 1
    assert "seal 1: it covers 4 transfers, the file has 3" in found
