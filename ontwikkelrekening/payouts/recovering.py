"""Recovering a claim: what its provider gives back is the citizen's again, or its fund's.

Deciding is `providers.claiming.recovering`; here a payment that was prepared stands in the way, and what of
the reservation nobody can claim any more goes back as after any course that ended.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ontwikkelrekening.budgets.releasing import release_rests
from ontwikkelrekening.payouts.models import PayoutLine, PayoutState
from providers import claiming
from providers.claiming.recovering import UnableToRecover
from providers.models import Claim, Recovery
from providers.states import EnrolmentState


class StandsInBatch(UnableToRecover):
    sentence = "This claim is in a payment batch that was prepared. Withdraw the batch first."


@transaction.atomic
def agree(recovery: Recovery, *, by: str, at: datetime) -> Claim:
    """A second person decides the recovery. Raises a subclass of UnableToRecover, or IllegalMove."""
    claim = claiming.agree_to_recovery(recovery, by=by, at=at)
    # Asked under the lock on the claim: whoever prepares a batch has taken it in now, or never will.
    if PayoutLine.objects.filter(claim=claim, stands=True, payout__state=PayoutState.OPEN).exists():
        raise StandsInBatch
    if claim.enrolment.state != EnrolmentState.REDEEMED:
        release_rests([claim.enrolment], reason="recovered", cause=f"claim:{claim.pk}", at=at)
    return claim
