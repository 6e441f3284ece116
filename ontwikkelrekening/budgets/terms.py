"""The terms an enrolment is paid on, from the policy of the scheme that pays first.

Credit outlives its scheme: after the end its terms are those of the version that held last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.errors import UnableToAgree
from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.policies import NoPolicy, held_last


class NoTerms(UnableToAgree):
    def __init__(self) -> None:
        super().__init__(_("No rules are in force on this date for the credit you have."))


def terms_for(schemes: Sequence[Scheme], *, on: date) -> Parameters:
    """The parameters of the first scheme that has had a policy, its own or one it follows.

    Raises NoTerms.
    """
    for scheme in dict.fromkeys(schemes):
        for candidate in (scheme, _followed(scheme)):
            if candidate is not None and (parameters := _held_last(candidate, on=on)):
                return parameters
    raise NoTerms


def _held_last(scheme: Scheme, *, on: date) -> Parameters | None:
    try:
        return held_last(scheme, on=on)
    except NoPolicy:
        return None


def _followed(scheme: Scheme) -> Scheme | None:
    fund = Fund.objects.filter(scheme=scheme).select_related("follows").first()
    return fund.follows if fund else None
