"""Every look at a citizen's data is written down and shown to that citizen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ontwikkelrekening.citizens.models import AccessLog, Citizen, Purpose


def log_look(citizen: Citizen, *, actor: str, purpose: Purpose, at: datetime) -> None:
    """Record who looked, when and what for."""
    AccessLog.objects.create(citizen=citizen, actor=actor, purpose=purpose, at=at)


def log_looks(codes: Iterable[str], *, actor: str, purpose: Purpose, at: datetime) -> None:
    """Record a look at each of the citizens with these account codes; nobody is left of the erased."""
    known = Citizen.objects.filter(account_code__in=set(codes), erased_at=None)
    AccessLog.objects.bulk_create(
        AccessLog(citizen_id=citizen, actor=actor, purpose=purpose, at=at)
        for citizen in known.values_list("pk", flat=True)
    )


def log_audit(codes: Iterable[str], *, actor: str, at: datetime) -> None:
    """Record that an auditor read a page about these citizens, who are known there by these codes."""
    log_looks(codes, actor=actor, purpose=Purpose.AUDIT, at=at)
