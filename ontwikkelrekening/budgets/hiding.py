"""Hiding small counts, so that no figure points at a person, nor the difference of two figures.

A count is shown when it, what is left of everyone beside it, and what of the granted did not use
are each at least ten. What is hidden could still follow from a total less what is shown; so where a
column hides anything, it hides two groups at least and ten people at least between them: the
smallest groups that could be shown go along, with their whole row.
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


def hide(groups: Mapping[str, tuple[int, int]], everyone: tuple[int, int]) -> dict[str, Count]:
    """What may be shown of (granted, used) per group; groups may overlap."""
    shown = {name: _alone(counts, everyone) for name, counts in groups.items()}
    while (name := _to_go_along(groups, shown)) is not None:
        shown[name] = Count(None, None)
    return shown


def hide_total(everyone: tuple[int, int]) -> Count:
    """What may be shown of everyone together."""
    return _count(*everyone)


def _alone(counts: tuple[int, int], everyone: tuple[int, int]) -> Count:
    """By this group's own figures and those of everyone else."""
    others = _count(everyone[0] - counts[0], everyone[1] - counts[1])
    own = _count(*counts)
    granted = None if others.granted is None else own.granted
    return Count(granted, None if others.used is None or granted is None else own.used)


def _count(granted: int, used: int) -> Count:
    if granted < SMALLEST:
        return Count(None, None)
    return Count(granted, used if used >= SMALLEST and granted - used >= SMALLEST else None)


def _to_go_along(groups: Mapping[str, tuple[int, int]], shown: Mapping[str, Count]) -> str | None:
    """The next group to hide, so that what a column hides does not follow from the rest."""
    columns = (
        {name: count.granted for name, count in shown.items()},
        {name: count.used for name, count in shown.items()},
    )
    for number, column in enumerate(columns):
        hidden = [groups[name][number] for name, count in column.items() if count is None]
        rest = [name for name, count in column.items() if count is not None]
        if hidden and rest and (len(hidden) < 2 or sum(hidden) < SMALLEST):
            return min(rest, key=lambda name: (groups[name][number], name))
    return None
