"""The tables of the money: funds and credit, and the rounds that divide it."""

from ontwikkelrekening.budgets.models.credit import (
    BESIDE_A_COURSE,
    Agreement,
    ContributionFile,
    Fund,
    FunderKind,
    FundSum,
    ReturnRule,
    TopUpChunk,
    TopUpRun,
    Tranche,
    TrancheQuerySet,
)
from ontwikkelrekening.budgets.models.pauses import Pause
from ontwikkelrekening.budgets.models.rounds import (
    Admission,
    Application,
    Assessment,
    Division,
    LastGrant,
    Placing,
    Refusal,
    Round,
    RoundState,
)

__all__ = [
    "BESIDE_A_COURSE",
    "Admission",
    "Agreement",
    "Application",
    "Assessment",
    "ContributionFile",
    "Division",
    "Fund",
    "FundSum",
    "FunderKind",
    "LastGrant",
    "Pause",
    "Placing",
    "Refusal",
    "ReturnRule",
    "Round",
    "RoundState",
    "TopUpChunk",
    "TopUpRun",
    "Tranche",
    "TrancheQuerySet",
]
