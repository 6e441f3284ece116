"""Assessing a claim with what only the scheme knows: which other courses the same account follows."""

from __future__ import annotations

from datetime import datetime

from ontwikkelrekening.budgets.models import BESIDE_A_COURSE, Agreement
from providers import claiming
from providers.models import Claim, Doubt
from providers.states import EnrolmentState

FOLLOWED = [EnrolmentState.REDEEMED, EnrolmentState.FINISHED]


def assess(subject: str, *, at: datetime) -> None:
    """Approve the claim with this id, or pick it for review; a decided claim stays as it is."""
    claiming.assess(subject, at=at, look=_look_beside)


def _look_beside(claim: Claim) -> Doubt | None:
    """Childcare and travel need a course whose code is handed in: from its start it cannot be cancelled."""
    care = claim.enrolment
    if care.course.category not in BESIDE_A_COURSE:
        return None
    accounts = Agreement.objects.filter(enrolment=care).values("account_code")
    followed = Agreement.objects.courses_running(on=care.starts_on).filter(
        account_code__in=accounts, enrolment__state__in=FOLLOWED
    )
    return None if followed.exists() else Doubt.NO_COURSE
