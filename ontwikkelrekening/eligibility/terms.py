"""The reimbursement terms that an enrolment is stamped with when the citizen agrees. Pure."""

from __future__ import annotations

from ontwikkelrekening.eligibility.parameters import Parameters, Terms


def instalments(
    category: str, *, cents: int, sessions: int, parameters: Parameters
) -> list[dict[str, str | int]]:
    """How `cents` is paid for something of this category; the parts add up to the cent.

    Per session when the policy says so, else in the parts the policy names; what cannot be divided
    goes into the last part. What is due after completion carries the attendance that counts as such.
    """
    terms: Terms = getattr(parameters, f"terms_{category}")
    if "session" in terms:
        return _per_session(cents, sessions=max(1, min(sessions, cents)))
    if len(terms) == 1:
        (after,) = terms
        return [_part("whole", cents, after, parameters)]
    start = cents * terms["start"] // 100
    parts = [("start", start), ("completion", cents - start)]
    return [_part(after, part, after, parameters) for after, part in parts if part]


def _part(name: str, cents: int, after: str, parameters: Parameters) -> dict[str, str | int]:
    part: dict[str, str | int] = {"instalment": name, "cents": cents, "after": after}
    if after == "completion":
        part["attendance_min"] = parameters.attendance_min_percent
    return part


def _per_session(cents: int, *, sessions: int) -> list[dict[str, str | int]]:
    each, rest = divmod(cents, sessions)
    return [
        {
            "instalment": f"session-{number}",
            "cents": each + (rest if number == sessions else 0),
            "after": "session",
        }
        for number in range(1, sessions + 1)
    ]
