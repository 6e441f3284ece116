"""The tables of states as diagrams, so the docs cannot say anything else than the code."""

from __future__ import annotations

from django.db import models
from django.utils.translation import override

from providers.states import (
    CLAIM,
    COURSE,
    ENROLMENT,
    ClaimState,
    CourseState,
    EnrolmentState,
    Transitions,
)

HEAD = """# States

Drawn by `manage.py draw_states` from `providers/states.py`. Every move is written with who made it
and when (`StateChange`); there is no other way to change a state.
"""
TABLES: list[tuple[str, type[models.TextChoices], Transitions]] = [
    ("Course", CourseState, COURSE),
    ("Enrolment", EnrolmentState, ENROLMENT),
    ("Claim", ClaimState, CLAIM),
]


def drawing() -> str:
    """The page docs/states.md."""
    with override("nl"):
        return "\n".join([HEAD, *(_section(*table) for table in TABLES)])


def _section(name: str, states: type[models.TextChoices], transitions: Transitions) -> str:
    moves = [
        f"    {source} --> {target}: {event}"
        for event, edges in transitions.items()
        for source, target in edges.items()
    ]
    words = [f"| `{value}` | {label} |" for value, label in states.choices]
    lines = [f"## {name}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {states.values[0]}", *moves, "```", ""]
    lines += ["| state | in Dutch |", "|---|---|", *words, ""]
    return "\n".join(lines)
