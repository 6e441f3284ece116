"""Decide every decision ever taken again, from its stored facts and policy version, and compare.

Not those on somebody who was erased: their facts are gone. A decision that was erased while its citizen
was not, differs.

Chunk by chunk, each in a transaction of its own that also writes how far it is and what differed: killed
in the middle it goes on where it was, and no difference is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from ontwikkelrekening.eligibility.deciding import packed, packed_grants
from ontwikkelrekening.eligibility.models import Difference, Outcome, Policy, Replay
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import Facts, decide

# The JSON columns arrive as PostgreSQL writes them, which is how json.dumps does: they are compared
# as text, and only the facts are parsed.
DECISIONS = """
    SELECT d.id, d.policy_id, d.outcome, d.priority, d.amount,
           d.facts::text, d.trace::text, d.grants::text, v.grants::text AS deviated,
           d.erased_on, CASE WHEN d.erased_on IS NOT NULL THEN (
               SELECT c.erased_at FROM citizens_citizen c WHERE c.account_code = d.account_code
           ) END
    FROM eligibility_decision d
    LEFT JOIN eligibility_deviation v ON v.result_id = d.id
    WHERE d.id > %s ORDER BY d.id LIMIT %s
"""
CHUNK = 5000
BEFORE_ALL = UUID(int=0)


class _Stored(NamedTuple):
    """A decision as it is stored, in JSON where it is; `erased_at` is of its citizen."""

    id: UUID
    policy_id: int
    outcome: str
    priority: int
    amount: int
    facts: str
    trace: str
    grants: str
    deviated: str | None
    erased_on: date | None
    erased_at: datetime | None


@transaction.atomic
def begin(*, at: datetime, anew: bool = False) -> Replay:
    """The replay that was not finished, to go on with; or a new one."""
    unfinished = None if anew else Replay.objects.filter(finished_at=None).order_by("-pk").first()
    return unfinished or Replay.objects.create(started_at=at)


def replay(run: Replay) -> Iterator[int]:
    """Go on with a replay; yields how many decisions it came past, chunk by chunk, till there are none."""
    parameters: dict[int, Parameters] = {}
    while done := _next_chunk(run, parameters):
        yield done


def finish(run: Replay, *, at: datetime) -> None:
    """All were done."""
    Replay.objects.filter(pk=run.pk, finished_at=None).update(finished_at=at)


@transaction.atomic
def _next_chunk(run: Replay, parameters: dict[int, Parameters]) -> int:
    """Two processes on one replay take turns here, each with the chunk after the other's."""
    state = Replay.objects.select_for_update().get(pk=run.pk)
    with connection.cursor() as cursor:
        cursor.execute(DECISIONS, [state.last_id or BEFORE_ALL, CHUNK])
        rows = list(map(_Stored._make, cursor.fetchall()))
    if not rows:
        return 0
    for policy in Policy.objects.filter(pk__in={row.policy_id for row in rows} - set(parameters)):
        parameters[policy.pk] = parameters_of(policy)
    Difference.objects.bulk_create(
        difference for row in rows for difference in _compare(run, row, parameters)
    )
    state.last_id = rows[-1].id
    left_out = sum(row.erased_on is not None for row in rows)
    state.left_out += left_out
    state.replayed += len(rows) - left_out
    state.save(update_fields=["last_id", "left_out", "replayed"])
    return len(rows)


def _compare(run: Replay, row: _Stored, parameters: dict[int, Parameters]) -> Iterator[Difference]:
    for field, stored, replayed in _compared(row, parameters):
        if stored != replayed:
            yield Difference(
                replay=run,
                decision_id=row.id,
                field=field,
                stored=str(stored),
                replayed=str(replayed),
            )


def _compared(
    row: _Stored, parameters: dict[int, Parameters]
) -> tuple[tuple[str, object, object], ...]:
    """Of each field: its name, what is stored and what it should be."""
    if row.erased_on is not None:
        return (("erased_on", row.erased_on, row.erased_on if row.erased_at else None),)
    result = decide(Facts(**json.loads(row.facts)), parameters[row.policy_id])
    expected, outcome = packed_grants(result), str(result.outcome)
    if row.deviated is not None:  # a person set other sums; the steps are still the rules'
        expected, outcome = row.deviated, Outcome.GRANTED.value
    return (
        ("outcome", row.outcome, outcome),
        ("priority", row.priority, result.priority),
        ("grants", row.grants, expected),
        ("amount", row.amount, sum(cents for _, cents in json.loads(expected))),
        ("trace", row.trace, packed(result)),
    )
