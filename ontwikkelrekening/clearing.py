"""Throwing away what nobody can use any more: once a night, in sets, so that nothing waits for it long."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet
from oauth2_provider.models import AccessToken

from providers.models import RateMinute

ROWS_IN_A_SET = 5_000


def clear(*, at: datetime) -> int:
    """Delete the sessions, access tokens and counted calls that are over; return how many."""
    this_minute = int(at.timestamp()) // 60
    return (
        _delete(Session.objects.filter(expire_date__lt=at))
        + _delete(AccessToken.objects.filter(expires__lt=at))
        + _delete(RateMinute.objects.filter(minute__lt=this_minute))
    )


def _delete(rows: QuerySet[Model]) -> int:
    deleted = 0
    while found := list(rows.values_list("pk", flat=True)[:ROWS_IN_A_SET]):
        deleted += rows.filter(pk__in=found).delete()[0]
    return deleted
