"""Every look at a citizen's data is written down and shown to that citizen."""

from __future__ import annotations

from datetime import datetime

from ontwikkelrekening.citizens.models import AccessLog, Citizen, Purpose


def log_look(citizen: Citizen, *, actor: str, purpose: Purpose, at: datetime) -> None:
    """Record who looked, when and what for."""
    AccessLog.objects.create(citizen=citizen, actor=actor, purpose=purpose, at=at)
