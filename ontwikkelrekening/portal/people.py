"""Who is looking: the citizen behind an account code, for a greeting and for the access log."""

from __future__ import annotations

from ontwikkelrekening.citizens.identity import NoIdentity, identity_behind
from ontwikkelrekening.citizens.models import Citizen


def citizen_of(account: str) -> Citizen:
    return Citizen.objects.get(account_code=account)


def given_name(account: str) -> str:
    """The name to greet with; empty for someone whose data was erased."""
    try:
        return identity_behind(account).given_name
    except NoIdentity:
        return ""
