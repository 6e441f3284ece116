#!/usr/bin/env python3
"""Verify an evidence file of the books, or a proof, with nothing but Python's standard library.

    python verifier.py evidence.jsonl.gz --key 3b6a27bc… [--published seals.jsonl]
    python verifier.py proof.json --key 3b6a27bc…

Every transfer is a JSON array of text. Its leaf is SHA-256 of a zero byte and those bytes. The
leaves of a range make a Merkle tree as in RFC 6962 (a node is SHA-256 of a one byte and its two
children; a lone node moves up as it is). A seal's digest is SHA-256 of the JSON array of its
number, count, last xid and seq, root, the digest before it and its moment; the digest is signed
with Ed25519 (RFC 8032). Nothing here trusts the database or the program that wrote the file.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

GENESIS = bytes(32)
Seal = dict[str, Any]


def leaf_hash(content: str) -> bytes:
    """The leaf of one transfer, from its text."""
    return hashlib.sha256(b"\0" + content.encode()).digest()


def content_of(fields: Sequence[str]) -> str:
    """The text of a transfer, from its fields."""
    return json.dumps(list(fields), ensure_ascii=False)


def tree_of(leaves: list[bytes]) -> list[list[bytes]]:
    """The levels of the Merkle tree, from its leaves up to the root alone."""
    tree = [leaves]
    while len(leaves) > 1:
        sha256, pairs = hashlib.sha256, iter(leaves)
        above = [
            sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)
        ]
        leaves = above + leaves[len(above) * 2 :]
        tree.append(leaves)
    return tree


def root_of(leaves: list[bytes]) -> bytes:
    """The Merkle root of at least one leaf."""
    return tree_of(leaves)[-1][0]


def path_of(tree: list[list[bytes]], index: int) -> list[tuple[str, bytes]]:
    """The neighbours from a leaf up to the root, each with the side it stands on."""
    path = []
    for level in tree:
        neighbour = index ^ 1
        if len(level) > 1 and neighbour < len(level):
            path.append(("left" if neighbour < index else "right", level[neighbour]))
        index //= 2
    return path


def root_by_path(leaf: bytes, path: Iterable[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its neighbours lead to."""
    for side, neighbour in path:
        pair = neighbour + leaf if side == "left" else leaf + neighbour
        leaf = hashlib.sha256(b"\1" + pair).digest()
    return leaf


def seal_digest(seal: Seal) -> bytes:
    """What the next seal refers to and the signature covers."""
    fields = ("number", "count", "last_xid", "last_seq", "root", "previous", "sealed_at")
    return hashlib.sha256(json.dumps([str(seal[name]) for name in fields]).encode()).digest()


# --- Ed25519, after RFC 8032 section 6: slow and plain ------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def _x(y: int, sign: int) -> int:
    if y >= P:
        raise ValueError("not a point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point")
    return P - x if x & 1 != sign else x


def _decode(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = _x(y, number >> 255)
    return x, y, 1, x * y % P


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Point = (_x(BASE_Y, 0), BASE_Y, 1, _x(BASE_Y, 0) * BASE_Y % P)


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether this Ed25519 signature of the message was made with the key's other half."""
    try:
        r, a = _decode(signature[:32]), _decode(public_key)
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little")
    left, right = _times(s, BASE), _add(r, _times(h % ORDER, a))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P
        or (left[1] * right[2] - right[1] * left[2]) % P
    )


# --- a seal, a proof, a whole file ---------------------------------------------------------------


def wrong_with_seal(seal: Seal, *, previous: str | None, public_key: bytes) -> list[str]:
    """What is wrong with a seal in itself and with its link to the one before it."""
    name = f"seal {seal['number']}"
    digest = seal_digest(seal)
    findings = []
    if digest.hex() != seal["digest"]:
        findings.append(f"{name}: its digest is not that of its content")
    if previous is not None and seal["previous"] != previous:
        findings.append(f"{name}: it does not follow the seal before it")
    if not is_signed(digest, bytes.fromhex(seal["signature"]), public_key):
        findings.append(f"{name}: its signature is not of this key")
    return findings


def wrong_with_proof(proof: dict[str, Any], *, public_key: bytes) -> list[str]:
    """What is wrong with the proof that transfers are in sealed ranges."""
    findings = []
    seals = {seal["number"]: seal for seal in proof["seals"]}
    for seal in seals.values():
        findings += wrong_with_seal(seal, previous=None, public_key=public_key)
    for line in proof["transfers"]:
        path = [(side, bytes.fromhex(value)) for side, value in line["path"]]
        root = root_by_path(leaf_hash(content_of(line["content"])), path)
        if line["seal"] not in seals or root.hex() != seals[line["seal"]]["root"]:
            findings.append(f"transfer {line['content'][0]} is not in seal {line['seal']}")
    return findings


class Evidence:
    """Reads an evidence file line by line; memory grows with the accounts, not the transfers."""

    def __init__(self, public_key: bytes, published: dict[int, str] | None = None) -> None:
        self.public_key = public_key
        self.published = published or {}
        self.findings: list[str] = []
        self.leaves: list[bytes] = []
        self.previous = GENESIS.hex()
        self.last = (0, 0)
        self.transfers = self.seals = 0
        self.moved: dict[str, tuple[int, int]] = {}

    def read(self, lines: Iterable[str]) -> list[str]:
        """Verify all lines; return what is wrong."""
        for line in lines:
            entry = json.loads(line)
            if isinstance(entry, list):
                self._transfer(entry, line.rstrip("\n"))
            elif "root" in entry:
                self._seal(entry)
            elif "account" in entry:
                self._account(entry)
        self.findings += [f"seal {n} was published but is not there" for n in self.published]
        self.findings += [f"account {code} is not in the file" for code in self.moved]
        return self.findings

    def _transfer(self, fields: list[str], content: str) -> None:
        place = (int(fields[10]), int(fields[11]))
        if place <= self.last:
            self.findings.append(f"transfer {fields[0]} is out of order")
        self.last = place
        self.leaves.append(leaf_hash(content))
        self.transfers += 1
        cents = int(fields[9])
        debits, credited = self.moved.get(fields[7], (0, 0))
        self.moved[fields[7]] = debits + cents, credited
        debits, credited = self.moved.get(fields[8], (0, 0))
        self.moved[fields[8]] = debits, credited + cents

    def _seal(self, seal: Seal) -> None:
        name = f"seal {seal['number']}"
        self.seals += 1
        self.findings += wrong_with_seal(seal, previous=self.previous, public_key=self.public_key)
        if len(self.leaves) != seal["count"]:
            self.findings.append(
                f"{name}: it covers {seal['count']} transfers, the file has {len(self.leaves)}"
            )
        elif root_of(self.leaves).hex() != seal["root"]:
            self.findings.append(f"{name}: a transfer up to {self.last} was changed")
        if self.published and self.published.pop(seal["number"], None) != seal["digest"]:
            self.findings.append(f"{name}: it is not the one that was published")
        self.previous = seal["digest"]
        self.leaves = []

    def _account(self, account: dict[str, Any]) -> None:
        code = account["account"]
        debits, credited = self.moved.pop(code, (0, 0))
        if (debits, credited) != (account["debits"], account["credits"]):
            self.findings.append(
                f"account {code}: {account['debits']} / {account['credits']} in the file, "
                f"its transfers say {debits} / {credited}"
            )
        left = credited - debits if account["normal_side"] == "credit" else debits - credited
        if left < 0 and not account["may_overdraw"]:
            self.findings.append(f"account {code} is overdrawn by {-left} cents")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", help="an evidence file (.jsonl or .jsonl.gz) or a proof (.json)")
    parser.add_argument("--key", required=True, help="the public key, as it was published (hex)")
    parser.add_argument("--published", help="the file of seals as it was published")
    options = parser.parse_args(arguments)
    key = bytes.fromhex(options.key)
    opener = gzip.open if options.file.endswith(".gz") else open
    with opener(options.file, "rt", encoding="utf-8") as file:
        if options.file.endswith(".json"):
            proof = json.load(file)
            findings = wrong_with_proof(proof, public_key=key)
            done = f"{len(proof['transfers'])} transfers in {len(proof['seals'])} seals"
        else:
            published = {}
            if options.published:
                with open(options.published, encoding="utf-8") as known:
                    published = {s["number"]: s["digest"] for s in map(json.loads, known)}
            evidence = Evidence(key, published)
            findings = evidence.read(file)
            done = (
                f"{evidence.transfers} transfers, {evidence.seals} seals, "
                f"{len(evidence.leaves)} transfers not sealed yet"
            )
    for finding in findings:
        sys.stdout.write(finding + "\n")
    sys.stdout.write(f"{done}: {len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
