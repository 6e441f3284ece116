"""What the commands about a scheme and its money share: to find it, or say that it is not there."""

from __future__ import annotations

from django.core.management.base import CommandError

from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.eligibility.models import Scheme


def find_scheme(code: str) -> Scheme:
    scheme = Scheme.objects.filter(code=code).first()
    if scheme is None:
        raise CommandError(f"There is no scheme {code}.")
    return scheme


def find_fund(code: str) -> Fund:
    """The fund of the scheme with this code."""
    fund = Fund.objects.select_related("scheme").filter(scheme__code=code).first()
    if fund is None:
        raise CommandError(f"There is no funder {code}.")
    return fund
