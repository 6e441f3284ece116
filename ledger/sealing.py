"""Sealing: a signed Merkle root over the transfers that no late commit can join any more.

A worker does this, never a posting. The horizon is exact: `pg_snapshot_xmin` is below every
transaction still running, so what lies under it is decided for good, however long another takes.
Where the key comes from is the caller's business; it is not in the database. All seals are signed
with one key, or each reader would need to know from where on another counts.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction

from ledger.models import Books, Seal
from ledger.publishing import as_json
from ledger.verifier import GENESIS, root_of, seal_digest, split

RANGE_MAX = 65_536


class AnotherKey(Exception):
    """The last seal was not signed with this key: nothing is sealed."""

    def __init__(self, last: Seal) -> None:
        super().__init__(
            f"{last} was not signed with this key: nothing is sealed until the secret is that of"
            " these books again"
        )


def public_key_of(key: Ed25519PrivateKey) -> str:
    """The half of the key that goes out, in hex."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def seal(
    *,
    key: Ed25519PrivateKey,
    at: datetime,
    range_max: int = RANGE_MAX,
    with_another_key: bool = False,
) -> list[Seal]:
    """Seal what is settled, range by range; return the new seals.

    A range that is not full is the last: what settles meanwhile is for the next time, or this would
    make a seal of every few transfers for as long as anybody posts. Raises AnotherKey when the last
    seal was not signed with this key, unless that is meant.
    """
    seals = []
    while made := _seal_next(key, at, range_max, with_another_key):
        seals.append(made)
        if made.count < range_max:
            break
    return seals


def _seal_next(
    key: Ed25519PrivateKey, at: datetime, range_max: int, with_another_key: bool
) -> Seal | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock_seals()")
        last = Seal.objects.defer("leaves").order_by("-number").first()
        if last and not with_another_key and not _signed(last, key):
            raise AnotherKey(last)
        place = (last.last_xid, last.last_seq) if last else (0, 0)
        cursor.execute("SELECT * FROM ledger_next_leaves(%s, %s, %s)", [*place, range_max])
        leaves, count, last_xid, last_seq = cursor.fetchone()
        if not count:
            return None
        books = Books.objects.get()
        made = Seal(
            number=last.number + 1 if last else 1,
            count=count,
            last_xid=last_xid,
            last_seq=last_seq,
            root=root_of(split(leaves)),
            previous=last.digest if last else GENESIS,
            leaves=leaves,
            sealed_at=at,
            closed_through=books.closed_through,
            closed_xid=books.closed_xid,
        )
        made.digest = seal_digest(as_json(made))
        made.signature = key.sign(bytes(made.digest))
        hashes = [made.root, made.previous, made.digest, made.signature, made.leaves]
        cursor.execute(
            "SELECT ledger_add_seal(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                *(made.number, count, last_xid, last_seq, *map(bytes, hashes)),
                *(at, books.closed_through, books.closed_xid),
            ],
        )
        # As it is kept, without its leaves: two megabytes; who asks for them reads them.
        return Seal.objects.defer("leaves").get(number=made.number)


def _signed(seal: Seal, key: Ed25519PrivateKey) -> bool:
    try:
        key.public_key().verify(bytes(seal.signature), bytes(seal.digest))
    except InvalidSignature:
        return False
    return True
