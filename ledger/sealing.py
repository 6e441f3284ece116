"""Sealing: a signed Merkle root over the transfers that no late commit can join any more.

A worker does this, never a posting. The horizon is exact: `pg_snapshot_xmin` is below every
transaction still running, so what lies under it is decided for good, however long another takes.
Where the key comes from is the caller's business; it is not in the database.
"""

from __future__ import annotations

import fcntl
import json
from datetime import UTC, datetime
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction
from django.db.models import QuerySet

from ledger.errors import named_errors
from ledger.models import Seal
from ledger.verifier import GENESIS, UNREADABLE, root_of, seal_digest, split

RANGE_MAX = 65_536
PUBLISHED = "seals.jsonl"
LINE_MAX = 4_096  # bytes of a published seal, with room


def public_key_of(key: Ed25519PrivateKey) -> str:
    """The half of the key that goes out, in hex."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def seal(*, key: Ed25519PrivateKey, at: datetime, range_max: int = RANGE_MAX) -> list[Seal]:
    """Seal what is settled, range by range; return the new seals.

    A range that is not full is the last: what settles meanwhile is for the next time, or this would
    make a seal of every few transfers for as long as anybody posts.
    """
    seals = []
    while made := _seal_next(key, at=at, range_max=range_max):
        seals.append(made)
        if made.count < range_max:
            break
    return seals


def _seal_next(key: Ed25519PrivateKey, *, at: datetime, range_max: int) -> Seal | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock_seals()")
        last = Seal.objects.defer("leaves").order_by("-number").first()
        place = (last.last_xid, last.last_seq) if last else (0, 0)
        cursor.execute("SELECT * FROM ledger_next_leaves(%s, %s, %s)", [*place, range_max])
        leaves, count, last_xid, last_seq = cursor.fetchone()
        if not count:
            return None
        made = Seal(
            number=last.number + 1 if last else 1,
            count=count,
            last_xid=last_xid,
            last_seq=last_seq,
            root=root_of(split(leaves)),
            previous=last.digest if last else GENESIS,
            leaves=leaves,
            sealed_at=at,
        )
        made.digest = seal_digest(as_json(made))
        made.signature = key.sign(bytes(made.digest))
        hashes = [made.root, made.previous, made.digest, made.signature, made.leaves]
        cursor.execute(
            "SELECT ledger_add_seal(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [made.number, count, last_xid, last_seq, *map(bytes, hashes), at],
        )
        # As it is kept, without its leaves: two megabytes; who asks for them reads them.
        return Seal.objects.defer("leaves").get(number=made.number)


def as_json(seal: Seal) -> dict[str, Any]:
    """A seal as it is published, without its leaves."""
    return {
        "number": seal.number,
        "count": seal.count,
        "last_xid": seal.last_xid,
        "last_seq": seal.last_seq,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous).hex(),
        "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(),
        "digest": bytes(seal.digest or b"").hex(),
        "signature": bytes(seal.signature or b"").hex(),
    }


class NotPublished(Exception):
    """The published file does not end with a seal of these books: somebody has to look first."""


def publish(folder: Path) -> int:
    """Append the seals that are not in the published file yet; return how many.

    Seals already there are never touched: whoever holds a copy of the file can compare. What a
    crash left of a line is cut off and written anew. Raises NotPublished, with nothing written, when
    the file does not end with a seal of these books; and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / PUBLISHED).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last, end = last_line(file)
        new = seals_after(last)
        lines = [json.dumps(as_json(seal)).encode() + b"\n" for seal in new]
        file.truncate(end)
        file.writelines(lines)
    return len(lines)


def seals_after(last: bytes) -> QuerySet[Seal]:
    """The seals after that of the last published line; raises NotPublished."""
    seals = Seal.objects.defer("leaves").order_by("number")
    if not last:
        return seals
    try:
        published = json.loads(last)
        number, digest = int(published["number"]), bytes.fromhex(published["digest"])
    except UNREADABLE:
        raise NotPublished(f"the last line of {PUBLISHED} is no seal: {last[:60]!r}") from None
    if not seals.filter(number=number, digest=digest).exists():
        raise NotPublished(
            f"{PUBLISHED} ends with a seal {number} that these books do not have; "
            "verify_ledger says from which seal they differ"
        )
    return seals.filter(number__gt=number)


def last_line(file: BinaryIO) -> tuple[bytes, int]:
    """The last whole line, and where it ends."""
    size = file.seek(0, SEEK_END)
    file.seek(max(size - LINE_MAX, 0))
    whole, _, torn = file.read().rpartition(b"\n")
    return whole.rpartition(b"\n")[2], size - len(torn)


def begin_era() -> int:
    """Let a server that counts its transactions from low again count on above the books'.

    Returns what is added to its count. Run as owner; on a server that is far enough it does nothing.
    """
    with named_errors(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_begin_era()")
        (offset,) = cursor.fetchone()
    return int(offset)
