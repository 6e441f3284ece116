"""Moving a course, enrolment or claim to its next state, with who did it and when.

The only module that changes a `state`. The caller holds the lock on the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from providers.models import Claim, Course, Enrolment, StateChange
from providers.states import CLAIM, COURSE, ENROLMENT, Transitions, after
from providers.webhooks.announcing import PLURALS, announce

Subject = Course | Enrolment | Claim
TABLES: dict[type[Subject], tuple[str, Transitions]] = {
    Course: ("course", COURSE),
    Enrolment: ("enrolment", ENROLMENT),
    Claim: ("claim", CLAIM),
}


def move(subject: Subject, event: str, *, actor: str, at: datetime, **changes: Any) -> None:
    """Move one subject, writing `changes` to its other fields; raises IllegalMove."""
    move_all([subject], event, actor=actor, at=at, **changes)


def move_all(
    subjects: Sequence[Subject], event: str, *, actor: str, at: datetime, **changes: Any
) -> None:
    """Move subjects of one kind that share a state: two statements, however many there are."""
    if not subjects:
        return
    model = type(subjects[0])
    name, transitions = TABLES[model]
    moved = [_change(name, transitions, subject, event, actor, at) for subject in subjects]
    for subject, change in zip(subjects, moved, strict=True):
        for field, value in {**changes, "state": change.to_state}.items():
            setattr(subject, field, value)
    (target,) = {change.to_state for change in moved}
    model._default_manager.filter(pk__in=[subject.pk for subject in subjects]).update(
        state=target, **changes
    )
    StateChange.objects.bulk_create(moved)
    if name in PLURALS:
        announce(name, cast("Sequence[Enrolment | Claim]", subjects), target, at=at)


def _change(
    name: str, transitions: Transitions, subject: Subject, event: str, actor: str, at: datetime
) -> StateChange:
    return StateChange(
        subject=name,
        subject_id=subject.pk,
        event=event,
        from_state=subject.state,
        to_state=after(transitions, event, subject.state),
        actor=actor,
        at=at,
    )
