"""Schemes, their dated policies, the decisions taken under them, and what follows from those."""

from ontwikkelrekening.eligibility.models.decisions import (
    Decision,
    Deviation,
    Extension,
    Outcome,
)
from ontwikkelrekening.eligibility.models.objections import (
    Objection,
    ObjectionMove,
    ObjectionState,
)
from ontwikkelrekening.eligibility.models.policies import (
    Policy,
    PolicyParameter,
    PolicyState,
    Scheme,
)
from ontwikkelrekening.eligibility.models.replays import Difference, Replay
from ontwikkelrekening.eligibility.models.simulations import Simulation, SimulationChunk

__all__ = [
    "Decision",
    "Deviation",
    "Difference",
    "Extension",
    "Objection",
    "ObjectionMove",
    "ObjectionState",
    "Outcome",
    "Policy",
    "PolicyParameter",
    "PolicyState",
    "Replay",
    "Scheme",
    "Simulation",
    "SimulationChunk",
]
