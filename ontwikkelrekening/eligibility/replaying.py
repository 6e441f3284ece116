"""Decide every decision ever taken again, from its stored facts and policy version, and compare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from ontwikkelrekening.eligibility.deciding import packed, packed_grants
from ontwikkelrekening.eligibility.models import Decision, Outcome, Policy
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.policies import parameters_of
from ontwikkelrekening.eligibility.rules import Facts, decide

# The JSON columns arrive as PostgreSQL writes them, which is how json.dumps does: they are compared
# as text, and only the facts are parsed.
DECISIONS = """
    SELECT d.id, d.policy_id, d.outcome, d.priority, d.amount, d.facts, d.trace, d.grants,
           v.grants AS deviated
    FROM eligibility_decision d
    LEFT JOIN eligibility_deviation v ON v.result_id = d.id
    ORDER BY d.id
"""
CHUNK = 2000


class Difference(NamedTuple):
    """Something in a stored decision that the rules do not say today."""

    decision_id: UUID
    field: str
    stored: object
    replayed: object

    def __str__(self) -> str:
        return f"{self.decision_id} {self.field}: stored {self.stored}, replayed {self.replayed}"


def replay() -> Iterator[tuple[int, list[Difference]]]:
    """Per chunk how many were replayed and what differs; constant memory, one streaming query."""
    used = Policy.objects.filter(Exists(Decision.objects.filter(policy=OuterRef("pk"))))
    parameters = {policy.pk: parameters_of(policy) for policy in used}
    with transaction.atomic(), connection.cursor() as plain:
        plain.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        with connection.connection.cursor("replay") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(DECISIONS)
            while rows := cursor.fetchmany(CHUNK):
                yield (
                    len(rows),
                    [difference for row in rows for difference in _compare(row, parameters)],
                )


def _compare(row: tuple[Any, ...], parameters: dict[int, Parameters]) -> Iterator[Difference]:
    id_, policy_id, outcome, priority, amount, facts, trace, grants, deviated = row
    result = decide(Facts(**json.loads(facts)), parameters[policy_id])
    expected, replayed_outcome = packed_grants(result), str(result.outcome)
    if deviated is not None:  # a person set other sums; the steps are still the rules'
        expected, replayed_outcome = deviated, Outcome.GRANTED.value
    compared: tuple[tuple[str, object, object], ...] = (
        ("outcome", outcome, replayed_outcome),
        ("priority", priority, result.priority),
        ("grants", grants, expected),
        ("amount", amount, sum(cents for _, cents in json.loads(expected))),
        ("trace", trace, packed(result)),
    )
    for field, stored, replayed in compared:
        if stored != replayed:
            yield Difference(id_, field, stored, replayed)
