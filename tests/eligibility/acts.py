"""Short ways to the situations that tests begin in."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from ontwikkelrekening.citizens.registering import NewCitizen, register
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.deciding import confirm_refusal, decide_many
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.policies import in_force
from tests.eligibility.conftest import AT, ON


def decided(
    scheme: Scheme,
    *people: NewCitizen,
    on: date = ON,
    at: datetime = AT,
    balances: dict[str, int] | None = None,
) -> list[Decision]:
    """Register people and decide for them, in their order."""
    codes = register(people, at=at).codes
    policy, parameters = in_force(scheme, on=on)
    made = decide_many(
        codes, policy=policy, parameters=parameters, on=on, balances=balances or {}, at=at,
        run=uuid.uuid4(),
    )  # fmt: skip
    return [Decision.objects.get(pk=each.id) for each in made]


def refused(scheme: Scheme, person: NewCitizen, *, by: str = "rosa") -> Decision:
    """A refusal that a person has confirmed."""
    (decision,) = decided(scheme, person)
    confirm_refusal(decision, by=by, at=AT)
    return decision


def replaced(decision: Decision, *, by: str = "sam") -> Decision:
    """What takes a decision's place after an objection to it."""
    objection = objecting.file(decision, words="Dit klopt niet.", on=ON, at=AT)
    objecting.acknowledge(objection, committee=False, by=by, at=AT)
    return objecting.replace(objection, answer="Een nieuw besluit.", by=by, at=AT)
