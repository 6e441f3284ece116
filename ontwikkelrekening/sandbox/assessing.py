"""Claims in the sandbox: judged as the code that was asked for says, by the acts of the product."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ontwikkelrekening.budgets import assessing
from ontwikkelrekening.sandbox.outcomes import Outcome, outcome_of
from providers import claiming
from providers.claiming.assessing import approve_and_book, lock_claim, pick
from providers.models import Claim, Doubt
from providers.states import ClaimState

SANDBOX, SECOND = "sandbox", "sandbox-second"  # a refusal takes two
REASON = "You asked the sandbox for a refusal."


@transaction.atomic
def assess(subject: str, *, at: datetime) -> None:
    """What the product does for the work `claim.assess`; a decided claim stays as it is."""
    claim = lock_claim(UUID(subject))
    outcome = outcome_of(claim.enrolment_id)
    if outcome is None:
        assessing.assess(subject, at=at)
    elif claim.state == ClaimState.SUBMITTED:
        _judge(claim, outcome, at=at)


def _judge(claim: Claim, outcome: Outcome, *, at: datetime) -> None:
    if outcome == Outcome.APPROVE:
        approve_and_book(claim, actor=SANDBOX, at=at)
        return
    pick(claim, because=Doubt.SANDBOX, actor=SANDBOX, at=at)
    if outcome == Outcome.REFUSE:
        claiming.refuse(claim, by=SANDBOX, reason=REASON, at=at)
        claiming.confirm_refusal(claim, by=SECOND, at=at)
