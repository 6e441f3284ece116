"""The terms an enrolment is paid on, from the policy of the scheme that pays first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.errors import UnableToAgree
from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.policies import NoPolicy, in_force


class NoTerms(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(_("No rules are in force on this date for the credit you have."))


def terms_for(schemes: Sequence[Scheme], *, on: date) -> Parameters:
    """The parameters in force of the first scheme that has a policy, its own or one it follows."""
    for scheme in dict.fromkeys(schemes):
        for candidate in (scheme, _followed(scheme)):
            if candidate is not None and (parameters := _in_force(candidate, on=on)):
                return parameters
    raise NoTerms


def _in_force(scheme: Scheme, *, on: date) -> Parameters | None:
    try:
        return in_force(scheme, on=on)[1]
    except NoPolicy:
        return None


def _followed(scheme: Scheme) -> Scheme | None:
    fund = Fund.objects.filter(scheme=scheme).select_related("follows").first()
    return fund.follows if fund else None
