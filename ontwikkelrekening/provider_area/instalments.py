"""The instalments of an enrolment as its provider sees them: claimed, to be claimed, or not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ontwikkelrekening.provider_area.words import AFTER
from ontwikkelrekening.tables.table import Text
from providers.claiming.submitting import Instalment
from providers.models import Claim, Enrolment
from providers.states import COUNT_NO_MORE, EnrolmentState
from providers.words import instalment


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment and the last `claim` of it, if any. The rules judge a claim, not this."""

    name: str
    words: str
    after: Text
    cents: int
    claim: Claim | None
    takes_claims: bool

    @property
    def is_free(self) -> bool:
        """No claim of it stands: none was made, or it was refused, taken back or recovered."""
        return self.claim is None or self.claim.state in COUNT_NO_MORE


def instalments_of(enrolment: Enrolment, *, on: date) -> list[Line]:
    claims = sorted(
        enrolment.claims.order_by("submitted_at"),
        key=lambda claim: claim.state not in COUNT_NO_MORE,
    )
    last = {claim.instalment: claim for claim in claims}  # the one that stands comes last
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
            claim=last.get(each.name),
            takes_claims=takes_claims,
        )
        for each in found
        if each is not None
    ]
