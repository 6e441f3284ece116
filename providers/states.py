"""The states of a course, an enrolment and a claim, and every move between them.

One table each; `manage.py draw_states` draws them for docs/states.md.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CourseState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class EnrolmentState(models.TextChoices):
    AGREED = "agreed", _("agreed")  # the citizen holds a code
    REDEEMED = "redeemed", _("enrolled")  # the provider handed the code in
    CANCELLED = "cancelled", _("cancelled")
    LAPSED = "lapsed", _("lapsed")  # the code was never used
    FINISHED = "finished", _("finished")  # the term has passed; the rest was released


class ClaimState(models.TextChoices):
    SUBMITTED = "submitted", _("submitted")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    IN_FILE = "in_file", _("in a payment file")
    PAID = "paid", _("paid")
    RECOVERED = "recovered", _("recovered")


# What such a claim asked can be claimed again.
COUNT_NO_MORE = (ClaimState.REFUSED, ClaimState.WITHDRAWN, ClaimState.RECOVERED)


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
    "return": {
        ClaimState.IN_FILE: ClaimState.APPROVED,
        ClaimState.PAID: ClaimState.APPROVED,
    },
    "recover": {
        ClaimState.APPROVED: ClaimState.RECOVERED,
        ClaimState.PAID: ClaimState.RECOVERED,
    },
}


def after(transitions: Transitions, event: str, state: str) -> str:
    """The state that `event` leads to; raises IllegalMove when it leads nowhere."""
    try:
        return transitions[event][state]
    except KeyError:
        raise IllegalMove(event, state) from None
