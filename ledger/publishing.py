"""Seals as everybody reads them, and the file in which they are published.

Nothing here signs: who exports or verifies needs no cryptography but the standard library's.
"""

from __future__ import annotations

import fcntl
import json
from datetime import UTC
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet

from ledger.models import Seal
from ledger.verifier import UNREADABLE

PUBLISHED = "seals.jsonl"
LINE_MAX = 4_096  # bytes of a published seal, with room


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
        "closed_through": str(seal.closed_through or ""),
        "closed_xid": seal.closed_xid,
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
