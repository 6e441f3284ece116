"""Signals about providers and courses: what was counted, for people to look at. They decide nothing.

Each kind is one statement over the whole set, with its thresholds, its reason and its sentence. Nothing
is kept, so a signal is gone once what it counted is. None counts by citizen, and none adds up others:
two signals of a provider are two things to look at, and no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.timezone import localdate

from ontwikkelrekening.audit.signals import claims, courses, payments
from ontwikkelrekening.audit.signals.kinds import Kind, Signal
from ontwikkelrekening.audit.signals.thresholds import THRESHOLDS
from providers.models import Provider

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (*courses.KINDS, *claims.KINDS, *payments.KINDS)
}
NAMED = """
    SELECT provider.name AS provider, signal.*
    FROM ({signals}) signal JOIN providers_provider provider ON provider.id = signal.provider_id
"""


def look_for(
    kinds: Iterable[Kind], *, at: datetime, provider: Provider | None = None
) -> list[Signal]:
    """The signals of these kinds as things stand at that moment: of one provider, or of all."""
    asked = THRESHOLDS | {
        "at": at,
        "on": localdate(at),
        "zone": settings.TIME_ZONE,
        "provider": provider and provider.pk,
    }
    return [signal for kind in kinds for signal in _of(kind, asked)]


def _of(kind: Kind, asked: dict[str, Any]) -> Iterator[Signal]:
    with connection.cursor() as cursor:
        cursor.execute(NAMED.format(signals=kind.sql), asked)
        columns = [column.name for column in cursor.description or ()]
        for row in cursor:
            yield _signal(kind, **dict(zip(columns, row, strict=True)))


def _signal(
    kind: Kind,
    *,
    provider: str,
    provider_id: UUID,
    since: datetime,
    course: str = "",
    **figures: object,
) -> Signal:
    return Signal(kind, provider_id, provider, course, since, figures)
