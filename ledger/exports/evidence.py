"""Evidence: every transfer, seal and account total, for the stand-alone `verifier.py`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ledger.exports.movements import rows
from ledger.models import Seal
from ledger.publishing import as_json

LEAVES = "SELECT xid, seq, content FROM ledger_leaves(%s, %s, %s, 0, %s)"
FIRST, END = -(2**63), 2**63 - 1
PAGE = 20_000
ACCOUNTS = """
    SELECT a.code, t.debits, t.credits
    FROM ledger_now t JOIN ledger_account a ON a.id = t.account_id
    WHERE t.debits <> 0 OR t.credits <> 0
"""


def write_evidence(file: Path) -> None:
    """Write all of the books, gzipped when the name ends in .gz."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "wt", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    transfers = seals = accounts = 0
    known = Seal.objects.order_by("number").iterator(chunk_size=8)
    seal = next(known, None)
    for xid, seq, content in _leaves():
        while seal and (xid, seq) > (seal.last_xid, seal.last_seq):
            yield _seal(seal)
            seal, seals = next(known, None), seals + 1
        yield content
        transfers += 1
    for last in chain([seal] if seal else [], known):
        yield _seal(last)
        seals += 1
    for code, debits, credits_ in rows(ACCOUNTS):
        yield json.dumps({"account": code, "debits": debits, "credits": credits_})
        accounts += 1
    yield json.dumps({"transfers": transfers, "seals": seals, "accounts": accounts})


def _leaves() -> Iterator[tuple[int, int, str]]:
    place = FIRST, 0
    while page := list(rows(LEAVES, *place, END, PAGE)):
        yield from page
        place = page[-1][:2]


def _seal(seal: Seal) -> str:
    return json.dumps(as_json(seal) | {"leaves": bytes(seal.leaves).hex()})
