"""What a policy version changes with respect to the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ontwikkelrekening.eligibility.models import Policy, PolicyParameter, PolicyState


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter that is new, gone or has another value; None where it is not set."""

    key: str
    before: object
    after: object
    ground: str


def previous_version(policy: Policy) -> Policy | None:
    """The version of the same scheme numbered just before this one, but for those that never held."""
    return (
        Policy.objects.filter(scheme_id=policy.scheme_id, version__lt=policy.version)
        .exclude(state=PolicyState.SUPERSEDED)
        .select_related("scheme")
        .order_by("-version")
        .first()
    )


def changes(before: Policy, parameters: Sequence[PolicyParameter]) -> list[Change]:
    """The parameters whose value differs, by key."""
    old = {x.key: x for x in PolicyParameter.objects.filter(policy=before)}
    new = {x.key: x for x in parameters}
    return [
        Change(key, _value(old.get(key)), _value(new.get(key)), (new.get(key) or old[key]).ground)
        for key in sorted(old.keys() | new.keys())
        if _value(old.get(key)) != _value(new.get(key))
    ]


def _value(parameter: PolicyParameter | None) -> object:
    return parameter.value if parameter else None
