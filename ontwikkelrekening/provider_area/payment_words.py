"""When a claim is paid, in words: what is known, and nothing that is only hoped."""

from __future__ import annotations

from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from providers.models import Claim
from providers.states import ClaimState


def expected(claim: Claim) -> str:
    match claim.state:
        case ClaimState.SUBMITTED:
            return _("after assessment")
        case ClaimState.IN_REVIEW:
            return _("after a person has looked at it")
        case ClaimState.APPROVED:
            return _("in the next payment")
        case ClaimState.IN_FILE:
            return _("on its way as %(reference)s") % {"reference": claim.payment_reference}
        case ClaimState.PAID:
            return _("paid on %(day)s as %(reference)s") % {
                "day": format_date(localtime(claim.paid_at), "d-m-Y") if claim.paid_at else "",
                "reference": claim.payment_reference,
            }
    return _("none")
