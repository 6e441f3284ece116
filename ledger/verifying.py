"""Verifying the books against their seals, from the database: which row is not what was sealed?

Only the rows are read from the database; every hash is made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from django.db import connection

from ledger.checking import Finding
from ledger.models import Seal
from ledger.sealing import as_json, split
from ledger.verifier import GENESIS, leaf_hash, root_of, wrong_with_seal

RANGE = """
    SELECT id::text, content FROM ledger_leaf
    WHERE (xid, seq) > (%s, %s) AND (xid, seq) <= (%s, %s) ORDER BY xid, seq
"""
CHECK = "the books are as they were sealed"


def verify_ledger(
    public_key: bytes, *, published: dict[int, str] | None = None
) -> Iterator[tuple[Seal, list[Finding]]]:
    """Verify seal after seal; yield each with what is wrong, the transfers by name."""
    previous, place = GENESIS.hex(), (0, 0)
    for number in Seal.objects.order_by("number").values_list("number", flat=True):
        seal = Seal.objects.get(pk=number)
        wrong = wrong_with_seal(as_json(seal), previous=previous, public_key=public_key)
        if (
            published
            and published.get(number, bytes(seal.digest).hex()) != bytes(seal.digest).hex()
        ):
            wrong.append(f"{seal} is not the one that was published")
        wrong += _wrong_in_range(seal, place)
        yield seal, [Finding(CHECK, detail) for detail in wrong]
        previous, place = bytes(seal.digest).hex(), (seal.last_xid, seal.last_seq)


def _wrong_in_range(seal: Seal, after: tuple[int, int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(RANGE, [*after, seal.last_xid, seal.last_seq])
        rows = cursor.fetchall()
    ids = [row[0] for row in rows]
    now = [leaf_hash(row[1]) for row in rows]
    sealed = split(seal.leaves)
    wrong = []
    if root_of(sealed) != bytes(seal.root) or len(sealed) != seal.count:
        wrong.append(f"{seal}: its leaves are not those of its root")
    if now == sealed:
        return wrong
    if len(now) < len(sealed):
        wrong.append(f"{seal}: {len(sealed) - len(now)} transfers are missing")
    known, present = set(sealed), set(now)
    changed = [f"{seal}: transfer {id_} is not as it was sealed"
               for id_, leaf in zip(ids, now, strict=True) if leaf not in known]  # fmt: skip
    missing = len(sealed) - sum(leaf in present for leaf in sealed) - len(changed)
    if missing > 0:
        wrong.append(_where_missing(seal, ids, now, sealed))
    return wrong + changed


def _where_missing(seal: Seal, ids: list[str], now: list[bytes], sealed: list[bytes]) -> str:
    """Name the place of the first missing transfer by its neighbour."""
    for index, (leaf, known) in enumerate(zip_longest(now, sealed)):
        if leaf != known and known not in set(now):
            before = f"after transfer {ids[index - 1]}" if index else "at its beginning"
            return f"{seal}: a transfer is missing {before} (place {index + 1})"
    return f"{seal}: transfers are missing"
