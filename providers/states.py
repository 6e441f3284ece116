"""The states of a course, an enrolment and a claim, and every move between them.

One table each; `manage.py draw_states` draws them for docs/states.md.
"""

from __future__ import annotations

from django.db import models


class CourseState(models.TextChoices):
    DRAFT = "draft", "concept"
    PUBLISHED = "published", "gepubliceerd"
    WITHDRAWN = "withdrawn", "ingetrokken"


class EnrolmentState(models.TextChoices):
    AGREED = "agreed", "afgesproken"  # the citizen holds a code
    REDEEMED = "redeemed", "ingeschreven"  # the provider handed the code in
    CANCELLED = "cancelled", "geannuleerd"
    LAPSED = "lapsed", "vervallen"  # the code was never used
    FINISHED = "finished", "afgerond"  # the term has passed; the rest was released


class ClaimState(models.TextChoices):
    SUBMITTED = "submitted", "ingediend"
    IN_REVIEW = "in_review", "in controle"
    APPROVED = "approved", "goedgekeurd"
    REFUSED = "refused", "afgewezen"
    WITHDRAWN = "withdrawn", "ingetrokken"
    IN_FILE = "in_file", "in betaalbestand"
    PAID = "paid", "betaald"


class IllegalMove(Exception):
    """An event that the present state does not allow."""

    def __init__(self, event: str, state: str) -> None:
        super().__init__(f"'{event}' is not possible in the state '{state}'.")


Transitions = dict[str, dict[str, str]]

COURSE: Transitions = {
    "publish": {
        CourseState.DRAFT: CourseState.PUBLISHED,
        CourseState.WITHDRAWN: CourseState.PUBLISHED,
    },
    "withdraw": {CourseState.PUBLISHED: CourseState.WITHDRAWN},
    "revise": {
        CourseState.DRAFT: CourseState.DRAFT,
        CourseState.WITHDRAWN: CourseState.WITHDRAWN,
    },
}
ENROLMENT: Transitions = {
    "redeem": {EnrolmentState.AGREED: EnrolmentState.REDEEMED},
    "cancel": {
        EnrolmentState.AGREED: EnrolmentState.CANCELLED,
        EnrolmentState.REDEEMED: EnrolmentState.CANCELLED,
    },
    "lapse": {EnrolmentState.AGREED: EnrolmentState.LAPSED},
    "finish": {EnrolmentState.REDEEMED: EnrolmentState.FINISHED},
}
CLAIM: Transitions = {
    "approve": {
        ClaimState.SUBMITTED: ClaimState.APPROVED,
        ClaimState.IN_REVIEW: ClaimState.APPROVED,
    },
    "pick": {ClaimState.SUBMITTED: ClaimState.IN_REVIEW},
    "refuse": {ClaimState.IN_REVIEW: ClaimState.REFUSED},
    "withdraw": {
        ClaimState.SUBMITTED: ClaimState.WITHDRAWN,
        ClaimState.IN_REVIEW: ClaimState.WITHDRAWN,
    },
    "take_up": {ClaimState.APPROVED: ClaimState.IN_FILE},
    "settle": {ClaimState.IN_FILE: ClaimState.PAID},
    "return": {ClaimState.IN_FILE: ClaimState.APPROVED},
}


def after(transitions: Transitions, event: str, state: str) -> str:
    """The state that `event` leads to; raises IllegalMove when it leads nowhere."""
    try:
        return transitions[event][state]
    except KeyError:
        raise IllegalMove(event, state) from None
