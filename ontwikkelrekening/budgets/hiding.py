"""Counts of people by tens, so that no figure points at a person, nor the difference of two figures.

Every count is rounded down to tens before anything else is done with it. So what is published says
only in which ten a count lies, however many downloads of however many days are compared: a change
of one ten is 1 to 19 people. Rounding down keeps the order: a part is never more than its whole.

Hidden is a count under ten; one that is the same as everyone's, and what was used where it is the same
as what was granted, for then hardly anybody is left out. That too follows from the tens alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 10


@dataclass(frozen=True, slots=True)
class Count:
    """People who were granted credit, and those of them who used it; None is not shown."""

    granted: int | None
    used: int | None


def in_tens(counts: tuple[int, int]) -> tuple[int, int]:
    granted, used = counts
    return granted - granted % SMALLEST, used - used % SMALLEST


def hide(groups: Mapping[str, tuple[int, int]], everyone: tuple[int, int]) -> dict[str, Count]:
    """What may be shown of (granted, used) per group; groups may overlap."""
    whole = in_tens(everyone)
    return {name: _alone(in_tens(counts), whole) for name, counts in groups.items()}


def hide_total(everyone: tuple[int, int]) -> Count:
    """What may be shown of everyone together."""
    return _count(*in_tens(everyone))


def _alone(counts: tuple[int, int], everyone: tuple[int, int]) -> Count:
    """By this group's own figures and those of everyone."""
    own = _count(*counts)
    if counts[0] == everyone[0]:
        return Count(None, None)
    return Count(own.granted, None if counts[1] == everyone[1] else own.used)


def _count(granted: int, used: int) -> Count:
    return Count(granted or None, used if 0 < used < granted else None)
