"""Proofs that a transfer, or all of a statement, lies in sealed ranges; `verifier.py` checks them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from ledger.models import Seal
from ledger.publishing import as_json
from ledger.verifier import leaf_hash, path_of, split, tree_of

LEAVES = """
    SELECT xid, seq, content FROM ledger_leaf
    WHERE (xid, seq) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])) ORDER BY xid, seq
"""
OF_ACCOUNTS = """
    SELECT e.xid, e.seq, a.code,
           (sum(e.debit) OVER account)::bigint, (sum(e.credit) OVER account)::bigint
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
    WHERE e.account_id = ANY (%s::bigint[]) AND e.xid < (SELECT sealed_to FROM ledger_books)
    WINDOW account AS (PARTITION BY a.code)
"""


class NotSealedYet(Exception):
    """A transfer is newer than the last seal; the worker has not come by yet."""


class NotAsSealed(Exception):
    """A transfer is not what was sealed: someone changed it."""


def prove(places: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The proof for the transfers at these places (xid and seq): each with its path to a root, and the seals.

    Raises NotSealedYet or NotAsSealed.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [[xid for xid, _ in places], [seq for _, seq in places]])
        found = cursor.fetchall()
    lines = []
    seals: list[Seal] = []
    tree: list[list[bytes]] = []
    index: dict[bytes, int] = {}
    for xid, seq, content in found:
        if not seals or (xid, seq) > (seals[-1].last_xid, seals[-1].last_seq):
            seals.append(_seal_over(xid, seq))
            tree = tree_of(split(seals[-1].leaves))
            index = {leaf: number for number, leaf in enumerate(tree[0])}
        leaf = leaf_hash(content)
        if leaf not in index:
            raise NotAsSealed(f"transfer {xid}-{seq} is not what {seals[-1]} has")
        path = [(side, hash_.hex()) for side, hash_ in path_of(tree, index[leaf])]
        lines.append({"content": json.loads(content), "seal": seals[-1].number, "path": path})
    return {"transfers": lines, "seals": [as_json(seal) for seal in seals]}


def prove_statement(account_ids: Sequence[int]) -> dict[str, Any]:
    """The proof for every sealed transfer of these accounts, with the totals they come to.

    The totals are the books' word: a row left out shows as long as the reader knows them. One query
    gives them and the transfers: a seal that is made between two would part them.
    """
    with connection.cursor() as cursor:
        cursor.execute(OF_ACCOUNTS, [list(account_ids)])
        sides = cursor.fetchall()
    places = {(xid, seq) for xid, seq, *_ in sides}
    totals = {code: (debits, credits_) for _, _, code, debits, credits_ in sides}
    accounts = [
        {"account": code, "debits": debits, "credits": credits_}
        for code, (debits, credits_) in totals.items()
    ]
    return prove(list(places)) | {"accounts": accounts}


def _seal_over(xid: int, seq: int) -> Seal:
    seal = (
        Seal.objects.filter(Q(last_xid__gt=xid) | Q(last_xid=xid, last_seq__gte=seq))
        .order_by("last_xid", "last_seq")
        .first()
    )
    if seal is None:
        raise NotSealedYet(f"transaction {xid} is newer than the last seal")
    return seal
