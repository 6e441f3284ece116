"""The instalments of an enrolment as its provider sees them: claimed, to be claimed, or not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ontwikkelrekening.provider_area.words import AFTER
from ontwikkelrekening.tables.table import Text
from providers.claiming.submitting import Instalment
from providers.models import Claim, Enrolment
from providers.states import EnrolmentState
from providers.words import instalment


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment; `claim` is the one that stands, if any. The rules judge a claim, not this."""

    name: str
    words: str
    after: Text
    cents: int
    claim: Claim | None
    may_be_claimed: bool


def instalments_of(enrolment: Enrolment, *, on: date) -> list[Line]:
    standing = {claim.instalment: claim for claim in enrolment.claims.standing()}
    takes_claims = enrolment.state == EnrolmentState.REDEEMED and (
        enrolment.starts_on <= on <= enrolment.claim_until
    )
    found = (Instalment.of(enrolment, term["instalment"]) for term in enrolment.terms)
    return [
        Line(
            name=each.name,
            words=instalment(each.name),
            after=AFTER[each.after],
            cents=each.cents,
            claim=standing.get(each.name),
            may_be_claimed=takes_claims and each.name not in standing,
        )
        for each in found
        if each is not None
    ]
