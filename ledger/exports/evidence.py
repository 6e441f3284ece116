"""Evidence: every transfer, seal and account total, for the stand-alone `verifier.py`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from ledger.exports.movements import rows
from ledger.models import Seal
from ledger.sealing import as_json

LEAVES = "SELECT xid, seq, content FROM ledger_leaf ORDER BY xid, seq"
ACCOUNTS = """
    SELECT a.code, a.normal_side, a.may_overdraw, t.debits, t.credits
    FROM ledger_totals((SELECT coalesce(array_agg(id), '{}') FROM ledger_account)) t
    JOIN ledger_account a ON a.id = t.account_id
    WHERE t.debits <> 0 OR t.credits <> 0
"""


def write_evidence(file: Path) -> None:
    """Write all of the books, gzipped when the name ends in .gz."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "wt", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    seals = Seal.objects.defer("leaves").order_by("number").iterator(chunk_size=1_000)
    seal = next(seals, None)
    for xid, seq, content in rows(LEAVES):
        yield str(content)
        if seal and (xid, seq) == (seal.last_xid, seal.last_seq):
            yield json.dumps(as_json(seal))
            seal = next(seals, None)
    if seal:  # its last transfer is not there: the verifier says so
        yield json.dumps(as_json(seal))
        yield from (json.dumps(as_json(later)) for later in seals)
    for code, normal_side, may_overdraw, debits, credits_ in rows(ACCOUNTS):
        yield json.dumps(
            {
                "account": code,
                "normal_side": normal_side,
                "may_overdraw": may_overdraw,
                "debits": debits,
                "credits": credits_,
            }
        )
