"""Verifying the books against their seals, from the database: which row is not what was sealed?

Only the rows are read from the database; every hash is made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from django.db import connection

from ledger.checking import Finding
from ledger.models import Seal
from ledger.publishing import PUBLISHED, NotPublished, as_json, last_line, seals_after
from ledger.verifier import (
    GENESIS,
    MOST_NAMED,
    as_published,
    booked_late,
    leaf_hash,
    split,
    wrong_in_range,
    wrong_with_leaves,
    wrong_with_seal,
)

RANGE = """
    SELECT xid || '-' || seq, content FROM ledger_leaves(%s, %s, %s, %s, NULL)
"""
BOOKED_LATE = """
    SELECT xid || '-' || seq, effective_on::text FROM ledger_transfer
    WHERE xid >= %s AND effective_on <= %s ORDER BY xid, seq LIMIT %s
"""
CHECK = "the books are as they were sealed"


def verify_ledger(
    public_keys: Sequence[bytes], *, published: dict[int, str] | None = None
) -> Iterator[tuple[Seal, list[Finding]]]:
    """Verify seal after seal; yield each with what is wrong, the transfers by name."""
    previous, place = GENESIS.hex(), (0, 0)
    closing: tuple[int, date | None] = (0, None)
    for number in Seal.objects.order_by("number").values_list("number", flat=True):
        seal = Seal.objects.get(pk=number)
        known = as_json(seal)
        wrong = wrong_with_seal(known, previous=previous, public_keys=public_keys)
        if (published or {}).get(number, as_published(known)) != as_published(known):
            wrong.append(f"{seal}: it is not the one that was published")
        wrong += _wrong_in_range(seal, place)
        if closing != (closing := (seal.closed_xid, seal.closed_through)):
            wrong += _booked_late(*closing)
        yield seal, [Finding(CHECK, detail) for detail in wrong]
        previous, place = known["digest"], (seal.last_xid, seal.last_seq)


def unpublished(folder: Path) -> int | None:
    """How many seals wait to be published; None when the file there is not of these books."""
    try:
        with (folder / PUBLISHED).open("rb") as file:
            last, _ = last_line(file)
        return seals_after(last).count()
    except FileNotFoundError:
        return Seal.objects.count()
    except (NotPublished, OSError):
        return None


def _booked_late(xid: int, through: date | None) -> list[str]:
    """What was booked from that transaction on, sealed or not, with a date that was closed then."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKED_LATE, [xid, through, MOST_NAMED])
        return [booked_late(place, day, str(through)) for place, day in cursor.fetchall()]


def _wrong_in_range(seal: Seal, after: tuple[int, int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(RANGE, [*after, seal.last_xid, seal.last_seq])
        rows = cursor.fetchall()
    places, now = [row[0] for row in rows], [leaf_hash(row[1]) for row in rows]
    sealed = split(seal.leaves)
    return wrong_with_leaves(as_json(seal), sealed) + wrong_in_range(str(seal), places, now, sealed)
