"""Try a draft policy on everyone against the one in force: cost, winners, losers, per group.

Nobody is stored: each chunk leaves totals only. Chunks are work for any number of workers; one that
is done again changes nothing.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.facts import facts_for, needed
from ontwikkelrekening.eligibility.models import Policy, Simulation, SimulationChunk
from ontwikkelrekening.eligibility.parameters import GROUPS, Parameters
from ontwikkelrekening.eligibility.policies import in_force
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import Facts, decide
from providers.outbox import enqueue_many

WORK = "policy.simulate"
CHUNK = 2000
NO_GROUP = "none"
EVERYONE = "everyone"
ROWS = (*GROUPS, NO_GROUP, EVERYONE)

CREATE_CHUNKS = """
    INSERT INTO eligibility_simulationchunk (simulation_id, number, first_code, last_code)
    SELECT %s, number, min(account_code), max(account_code)
    FROM (
        SELECT account_code, (row_number() OVER (ORDER BY account_code) - 1) / %s AS number
        FROM citizens_citizen WHERE ended_at IS NULL
    ) AS numbered
    GROUP BY number
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What changes for one group; amounts in cents. Someone in two groups counts in both."""

    group: str
    people: int = 0
    granted_now: int = 0
    granted_then: int = 0
    cents_now: int = 0
    cents_then: int = 0
    winners: int = 0
    losers: int = 0

    @property
    def difference_cents(self) -> int:
        return self.cents_then - self.cents_now


@dataclass(frozen=True, slots=True)
class Progress:
    chunks: int
    done: int

    @property
    def finished(self) -> bool:
        return self.done == self.chunks

    @property
    def percent(self) -> int:
        return 100 * self.done // self.chunks if self.chunks else 100


@transaction.atomic
def start(draft: Policy, *, on: date, by: str, at: datetime) -> Simulation:
    """Queue the comparison of a draft with the policy in force on that day."""
    current, _ = in_force(draft.scheme, on=on)
    parameters_of(draft)  # an incomplete draft stops here, with its first problem
    simulation = Simulation.objects.create(
        id=uuid.uuid4(), draft=draft, current=current, on=on, started_by=by, started_at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(CREATE_CHUNKS, [simulation.pk, CHUNK])
    numbers = simulation.chunks.values_list("number", flat=True)
    enqueue_many(WORK, [f"{simulation.pk}:{number}" for number in numbers], at=at)
    return simulation


def progress(simulation: Simulation) -> Progress:
    """How far it is."""
    chunks = simulation.chunks.all()
    return Progress(chunks.count(), chunks.exclude(done_at=None).count())


def lines(simulation: Simulation) -> list[Line]:
    """The result so far, per group, everyone last."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for chunk in simulation.chunks.exclude(done_at=None).values_list("totals", flat=True):
        for group, counts in (chunk or {}).items():
            totals[group].update(counts)
    return [Line(group, **totals[group]) for group in ROWS]


@transaction.atomic
def simulate_chunk(
    chunk: SimulationChunk, *, codes: list[str], balances: Mapping[str, int], at: datetime
) -> None:
    """Decide everyone in a chunk under both policies, for a year in which nobody was granted yet."""
    simulation = chunk.simulation
    now, then = parameters_of(simulation.current), parameters_of(simulation.draft)
    facts = facts_for(
        codes,
        on=simulation.on,
        scheme=simulation.draft.scheme,
        kinds=needed(now, then),
        balances=balances,
    )
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for each in facts.values():
        _count(totals, each._replace(already_granted=False), now, then)
    chunk.totals = totals
    chunk.done_at = at
    chunk.save(update_fields=["totals", "done_at"])


def codes_of(chunk: SimulationChunk) -> list[str]:
    """The accounts in a chunk's range."""
    people = Citizen.objects.filter(
        account_code__range=(chunk.first_code, chunk.last_code), ended_at=None
    )
    return list(people.values_list("account_code", flat=True))


def _count(
    totals: dict[str, Counter[str]], facts: Facts, now: Parameters, then: Parameters
) -> None:
    before, after = decide(facts, now), decide(facts, then)
    cents_now, cents_then = before.cents, after.cents
    counts = {
        "people": 1,
        "granted_now": int(cents_now > 0),
        "granted_then": int(cents_then > 0),
        "cents_now": cents_now,
        "cents_then": cents_then,
        "winners": int(cents_then > cents_now),
        "losers": int(cents_then < cents_now),
    }
    for group in {*before.groups, *after.groups} or {NO_GROUP}:
        totals[group].update(counts)
    totals[EVERYONE].update(counts)
