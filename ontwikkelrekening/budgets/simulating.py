"""The worker's side of a simulation: what is on the accounts, for the rules to decide with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ontwikkelrekening.budgets.topping_up import general_credit
from ontwikkelrekening.eligibility.models import SimulationChunk
from ontwikkelrekening.eligibility.simulating import codes_of, simulate_chunk


@transaction.atomic
def run_chunk(subject: str, *, at: datetime) -> None:
    """Decide one chunk (`<simulation>:<number>`) under both policies; done stays done."""
    simulation_id, number = subject.split(":")
    chunk = (
        SimulationChunk.objects.select_for_update(of=("self",))
        .select_related("simulation__draft__scheme", "simulation__current")
        .get(simulation_id=UUID(simulation_id), number=int(number))
    )
    if chunk.done_at is not None:
        return
    simulation = chunk.simulation
    codes = codes_of(chunk)
    balances = general_credit(codes, scheme=simulation.draft.scheme, on=simulation.on)
    simulate_chunk(chunk, codes=codes, balances=balances, at=at)
