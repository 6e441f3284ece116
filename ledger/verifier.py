#!/usr/bin/env python3
"""Verify an evidence file of the books, or a proof, with nothing but Python's standard library.

    python verifier.py evidence.jsonl.gz --key 3b6a27bc… [--published seals.jsonl]
    python verifier.py proof.json --key 3b6a27bc…

It names what is wrong and ends with 0 (all true), 1 (something is wrong) or 2 (it was not asked
rightly). Nothing here trusts the database or the program that wrote the file.

Every transfer is a JSON array of text (`FIELDS`). Its leaf is SHA-256 of a zero byte and those
bytes. The leaves of a range make a Merkle tree as in RFC 6962 (a node is SHA-256 of a one byte and
its two children; a lone node moves up as it is). A seal's digest is SHA-256 of the JSON array of
its number, count, last xid and seq, root, the digest before it, its moment, and of the last closing
before it the day and the xid from which no transfer has that day or an earlier one; the digest is
signed with Ed25519 (RFC 8032). An evidence file has the transfers in order, each range followed by its
seal and the leaves it was made of; then every account with its totals; then a line that counts them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

GENESIS = bytes(32)
HASH = 32
FIELDS = (
    "booking", "kind", "cause", "description", "effective_on", "booked_at",
    "debit", "debit_class", "debit_side", "debit_may_overdraw",
    "credit", "credit_class", "credit_side", "credit_may_overdraw",
    "cents", "xid", "seq",
)  # fmt: skip
ON, DEBIT, CREDIT, CENTS = map(FIELDS.index, ("effective_on", "debit", "credit", "cents"))
MOST_NAMED = 100  # of one range: a longer list helps nobody
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)
CUT_SHORT = (OSError, EOFError, zlib.error)
Seal = dict[str, Any]


# --- a transfer and its leaf ---------------------------------------------------------------------


def leaf_hash(content: str) -> bytes:
    """The leaf of one transfer, from its text."""
    return hashlib.sha256(b"\0" + content.encode()).digest()


def content_of(fields: Sequence[str]) -> str:
    """The text of a transfer, from its fields."""
    return json.dumps(list(fields), ensure_ascii=False, separators=(",", ":"))


def place_of(fields: Sequence[str]) -> str:
    """The place of a transfer in the books, which is its name: its xid and its seq."""
    return "-".join(fields[-2:])


# --- the Merkle tree of a range, after RFC 6962 --------------------------------------------------


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


def split(leaves: bytes | memoryview) -> list[bytes]:
    """Leaves that were stored one after the other, as a list of hashes."""
    leaves = bytes(leaves)
    return [leaves[start : start + HASH] for start in range(0, len(leaves), HASH)]


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


# --- a seal --------------------------------------------------------------------------------------


def seal_digest(seal: Seal) -> bytes:
    """What the next seal refers to and the signature covers."""
    fields = (
        *("number", "count", "last_xid", "last_seq", "root", "previous", "sealed_at"),
        *("closed_through", "closed_xid"),
    )
    return hashlib.sha256(json.dumps([str(seal[name]) for name in fields]).encode()).digest()


def as_published(seal: Seal) -> str:
    """What has to be the same in a seal and in its published copy: with the digest all of it."""
    return f"{seal['digest']} {seal['signature']}"


def wrong_with_seal(seal: Seal, *, previous: str | None, public_keys: Sequence[bytes]) -> list[str]:
    """What is wrong with a seal in itself and with its link to the one before it.

    The books have more keys than one where theirs was changed.
    """
    name = f"seal {seal['number']}"
    digest = seal_digest(seal)
    findings = []
    if digest.hex() != seal["digest"]:
        findings.append(f"{name}: its digest is not that of its content")
    if previous is not None and seal["previous"] != previous:
        findings.append(f"{name}: it does not follow the seal before it")
    signature = bytes.fromhex(seal["signature"])
    if not any(is_signed(digest, signature, key) for key in public_keys):
        findings.append(f"{name}: its signature is not of this key")
    return findings


def wrong_with_leaves(seal: Seal, sealed: list[bytes]) -> list[str]:
    """Whether the leaves that are kept beside a seal are those of its root."""
    if len(sealed) == seal["count"] and sealed and root_of(sealed).hex() == seal["root"]:
        return []
    return [f"seal {seal['number']}: the leaves kept beside it are not those of its root"]


# --- a range of transfers beside what was sealed of it -------------------------------------------


def differences(places: list[str], now: list[bytes], sealed: list[bytes]) -> Iterator[str]:
    """Name every transfer of a range that is not what was sealed, walking both lists in order."""
    known, present = set(sealed), set(now)
    here = there = 0
    while here < len(now) or there < len(sealed):
        strange = here < len(now) and now[here] not in known
        gone = there < len(sealed) and sealed[there] not in present
        if strange and gone:
            yield f"transfer {places[here]} is not as it was sealed"
            here, there = here + 1, there + 1
        elif strange:
            yield f"transfer {places[here]} was not there when this was sealed"
            here += 1
        elif gone:
            after = f"after transfer {places[here - 1]}" if here else "at its beginning"
            yield f"a transfer is missing {after} (place {there + 1})"
            there += 1
        elif now[here : here + 1] == sealed[there : there + 1]:
            here, there = here + 1, there + 1
        elif here < len(now):
            yield f"transfer {places[here]} is there twice, or out of order"
            here += 1
        else:
            yield f"a transfer was sealed twice, or out of order (place {there + 1})"
            there += 1


def wrong_in_range(
    name: str, places: list[str], now: list[bytes], sealed: list[bytes]
) -> list[str]:
    """The differences of a range, with the name of its seal; at most so many as help."""
    if now == sealed:
        return []
    found = [f"{name}: {difference}" for difference in differences(places, now, sealed)]
    more = [f"{name}: and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    return found[:MOST_NAMED] + more


def booked_late(place: str, day: str, through: str) -> str:
    """What is wrong with a transfer that has a date of a period that was closed before it."""
    return f"transfer {place} of {day} was booked after the books were closed through {through}"


# --- a proof -------------------------------------------------------------------------------------


def wrong_with_proof(proof: dict[str, Any], *, public_keys: Sequence[bytes]) -> list[str]:
    """What is wrong with the proof that transfers are in sealed ranges."""
    findings = [] if proof["transfers"] else ["the proof is of no transfer at all"]
    known: set[str] = set()
    seals = {seal["number"]: seal for seal in proof["seals"]}
    for seal in seals.values():
        findings += wrong_with_seal(seal, previous=None, public_keys=public_keys)
    for line in proof["transfers"]:
        place = place_of(line["content"])
        if place in known:
            findings.append(f"transfer {place} is there twice")
        known.add(place)
        path = [(side, bytes.fromhex(value)) for side, value in line["path"]]
        root = root_by_path(leaf_hash(content_of(line["content"])), path)
        if line["seal"] not in seals or root.hex() != seals[line["seal"]]["root"]:
            findings.append(f"transfer {place} is not in seal {line['seal']}")
    for account in proof.get("accounts", ()):
        findings += _wrong_with_total(account, [line["content"] for line in proof["transfers"]])
    return findings


def _wrong_with_total(account: dict[str, Any], transfers: list[list[str]]) -> list[str]:
    code, debits, credits_ = account["account"], account["debits"], account["credits"]
    moved = [
        sum(int(fields[CENTS]) for fields in transfers if fields[side] == code)
        for side in (DEBIT, CREDIT)
    ]
    if moved == [debits, credits_]:
        return []
    said = f"account {code}: {debits} / {credits_} in the proof"
    return [f"{said}, its transfers say {moved[0]} / {moved[1]}"]


# --- the seals as they were published ------------------------------------------------------------


def read_published(lines: Iterable[str]) -> tuple[dict[int, str], list[str]]:
    """The published seals by number (`as_published`), and which lines are not as they were.

    A copy may begin anywhere; from there every seal follows the one before it.
    """
    known: dict[int, str] = {}
    findings = []
    last: Seal | None = None
    try:
        for number, line in enumerate(lines, 1):
            where = f"line {number} of the published seals"
            try:
                seal = json.loads(line)
                known.setdefault(seal["number"], as_published(seal))
                if seal_digest(seal).hex() != seal["digest"]:
                    findings.append(f"{where}: the digest is not that of its content")
                if last and not _follows(seal, last):
                    findings.append(
                        f"{where}: seal {seal['number']} does not follow seal {last['number']}"
                    )
                last = seal
            except UNREADABLE:
                findings.append(f"{where} cannot be read: {line[:60]!r}")
    except CUT_SHORT as error:
        findings.append(f"the published seals cannot be read further: {error}")
    return known, findings


def _follows(seal: Seal, last: Seal) -> bool:
    return bool((seal["number"], seal["previous"]) == (last["number"] + 1, last["digest"]))


# --- an evidence file ----------------------------------------------------------------------------


class Evidence:
    """Reads an evidence file line by line; memory grows with the accounts, not the transfers."""

    def __init__(
        self, public_keys: Sequence[bytes], published: dict[int, str] | None = None
    ) -> None:
        self.public_keys = public_keys
        self.published = dict(published or {})  # what is left of it at the end is missing
        self.findings: list[str] = []
        # Of the whole file.
        self.transfers = self.seals = self.accounts = 0
        self.counted: dict[str, int] | None = None  # the same three, by its last line
        self.closings: set[tuple[int, str]] = set()
        self.moved: dict[str, tuple[int, int]] = {}  # by account, until its own line comes
        self.what: dict[str, tuple[str, ...]] = {}  # an account's class, side and may_overdraw
        # Of the range since the last seal.
        self.places: list[str] = []
        self.leaves: list[bytes] = []
        self.dates: list[tuple[int, str, str]] = []  # xid, effective date and place
        # Of the seal and of the transfer before.
        self.previous = GENESIS.hex()
        self.last = (0, 0)

    def read(self, lines: Iterable[str]) -> list[str]:
        """Verify all lines; return what is wrong."""
        try:
            for number, line in enumerate(lines, 1):
                self._line(number, line.rstrip("\r\n"))
        except CUT_SHORT as error:
            self.findings.append(f"the file cannot be read further: {error}")
        self._end()
        return self.findings

    def _line(self, number: int, line: str) -> None:
        try:
            entry = json.loads(line)
            if isinstance(entry, list):
                self._transfer(entry, line)
            elif "root" in entry:
                self._seal(entry)
            elif "account" in entry:
                self._account(entry)
            else:
                self.counted = {name: entry[name] for name in ("transfers", "seals", "accounts")}
        except UNREADABLE:
            self.findings.append(f"line {number} cannot be read: {line[:60]}")

    def _end(self) -> None:
        self._judge_dates()
        found = {"transfers": self.transfers, "seals": self.seals, "accounts": self.accounts}
        if self.counted is None:
            self.findings.append("the file breaks off: its last line is not there")
        elif self.counted != found:
            self.findings.append(f"the file should have {self.counted}, it has {found}")
        if self.transfers and not self.seals:
            self.findings.append("there is no seal: nothing here is proven")
        self.findings += [f"seal {n} was published but is not there" for n in self.published]
        self.findings += [f"account {code} is not in the file" for code in self.moved]

    def _transfer(self, fields: list[str], content: str) -> None:
        if len(fields) != len(FIELDS):
            raise ValueError("not a transfer")
        *_, cents, xid, seq = fields
        if (int(xid), int(seq)) <= self.last:
            self.findings.append(f"transfer {place_of(fields)} is out of order")
        self.last = int(xid), int(seq)
        self.places.append(place_of(fields))
        self.dates.append((int(xid), fields[ON], self.places[-1]))
        self.leaves.append(leaf_hash(content))
        self.transfers += 1
        self._move(fields[DEBIT : DEBIT + 4], int(cents), 0)
        self._move(fields[CREDIT : CREDIT + 4], 0, int(cents))

    def _move(self, account: list[str], debit: int, credit: int) -> None:
        code, *rest = account
        debits, credits_ = self.moved.get(code, (0, 0))
        self.moved[code] = debits + debit, credits_ + credit
        what = tuple(map(sys.intern, rest))
        if self.what.setdefault(code, what) != what:
            self.findings.append(f"account {code} was {self.what[code]} and is {what}")

    def _seal(self, seal: Seal) -> None:
        name, sealed = f"seal {seal['number']}", split(bytes.fromhex(seal["leaves"]))
        self.seals += 1
        self.findings += wrong_with_seal(seal, previous=self.previous, public_keys=self.public_keys)
        self.findings += wrong_with_leaves(seal, sealed)
        self.findings += wrong_in_range(name, self.places, self.leaves, sealed)
        if self.published.pop(seal["number"], as_published(seal)) != as_published(seal):
            self.findings.append(f"{name}: it is not the one that was published")
        if seal["closed_through"]:
            self.closings.add((seal["closed_xid"], seal["closed_through"]))
        self._judge_dates()
        self.previous = seal["digest"]
        self.places, self.leaves = [], []

    def _judge_dates(self) -> None:
        """Name what was booked after a closing with a date that it closed.

        The first seal after a closing tells of it, and a transfer after it is in no earlier one.
        """
        found = [
            booked_late(place, day, through)
            for xid, day, place in self.dates
            for start, through in self.closings
            if xid >= start and day <= through
        ]
        self.findings += found[:MOST_NAMED]
        self.dates = []

    def _account(self, account: dict[str, Any]) -> None:
        code = account["account"]
        debits, credits_ = self.moved.pop(code, (0, 0))
        self.accounts += 1
        if (debits, credits_) != (account["debits"], account["credits"]):
            self.findings.append(
                f"account {code}: {account['debits']} / {account['credits']} in the file, "
                f"its transfers say {debits} / {credits_}"
            )
        _, side, may_overdraw = self.what.get(code, ("", "", "true"))
        left = credits_ - debits if side == "credit" else debits - credits_
        if left < 0 and may_overdraw != "true":
            self.findings.append(f"account {code} is overdrawn by {-left} cents")


# --- the command line ----------------------------------------------------------------------------


def _verify_proof(file: TextIO, keys: Sequence[bytes]) -> tuple[list[str], str]:
    try:
        proof = json.load(file)
        findings = wrong_with_proof(proof, public_keys=keys)
        return findings, f"{len(proof['transfers'])} transfers in {len(proof['seals'])} seals"
    except (*UNREADABLE, *CUT_SHORT) as error:
        return [f"this is no proof: {error!r}"], "nothing proven"


def _verify_evidence(
    file: TextIO, keys: Sequence[bytes], published: TextIO | None
) -> tuple[list[str], str]:
    known, findings = read_published(published) if published else ({}, [])
    evidence = Evidence(keys, known)
    findings += evidence.read(file)
    if published and evidence.seals and not known:
        findings.append("no seal was published in that file: nothing is compared")
    return findings, (
        f"{evidence.transfers} transfers, {evidence.seals} seals, "
        f"{len(evidence.leaves)} transfers not sealed yet"
    )


def _public_key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != HASH:
        raise ValueError("a public key has 32 bytes")
    return key


def open_text(name: str | os.PathLike[str]) -> TextIO:
    """A file to read, plain or gzipped; bytes that are no text become a mark that fits no leaf."""
    with open(name, "rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    opener = gzip.open if zipped else open
    return opener(name, "rt", encoding="utf-8", errors="replace", newline="\n")


def printable(text: str) -> str:
    """The text on one line: what ends a line, turns it around or cannot be printed is spelt out."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )


def _say(lines: Sequence[str]) -> None:
    try:
        for line in lines:
            sys.stdout.write(printable(line) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on; the exit code still says it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", help="an evidence file (.jsonl or .jsonl.gz) or a proof (.json)")
    parser.add_argument(
        "--key",
        required=True,
        action="append",
        type=_public_key,
        help="the public key, as it was published (hex); once for each, where it was changed",
    )
    parser.add_argument("--published", help="the file of seals as it was published")
    options = parser.parse_args(arguments)
    try:
        file = open_text(options.file)
        published = open_text(options.published) if options.published else None
    except OSError as error:
        parser.error(str(error))
    if options.file.endswith(".json"):
        findings, done = _verify_proof(file, options.key)
    else:
        findings, done = _verify_evidence(file, options.key, published)
    _say([*findings, f"{done}: {len(findings)} findings"])
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
