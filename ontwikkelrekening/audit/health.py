"""What a machine asks: does the process live, is it ready for work, and the counts to watch."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ledger.verifying import unpublished
from providers.models import Claim, Delivery, Enrolment, OutboxMessage

logger = logging.getLogger(__name__)

OPEN_FOR_MAX = timedelta(minutes=5)
UNPUBLISHED = "Seals that are not in the published file; -1 when it is not of these books."


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; it says nothing of what lies behind it."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: database and migrations; a late queue is said, not refused."""
    checks = readiness(at=timezone.now())
    ready = checks["database"] == "ok" and checks["migrations"] == "ok"
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def readiness(*, at: datetime) -> dict[str, str | int | None]:
    try:
        missing = _missing_migrations()
        oldest = _oldest_open()
        may_write = _may_write()
    except DatabaseError:
        logger.exception("the database does not answer")
        return {"database": "no answer", "migrations": "unknown", "queue": "unknown"}
    if not may_write:
        return {"database": "read-only", "migrations": "unknown", "queue": "unknown"}
    waiting = int((at - oldest).total_seconds()) if oldest else 0
    return {
        "database": "ok",
        "migrations": f"{missing} missing" if missing else "ok",
        "queue": "late" if waiting > OPEN_FOR_MAX.total_seconds() else "ok",
        "oldestOpenSeconds": max(waiting, 0),
    }


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _may_write() -> bool:
    """Not so on a standby, or when someone made the database read-only."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone() == ("off",))


def _oldest_open() -> datetime | None:
    """The oldest message that was due and is still open: how far the workers are behind."""
    found: datetime | None = OutboxMessage.objects.filter(done_at=None).aggregate(
        oldest=Min("due_at")
    )["oldest"]
    return found


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts for Prometheus; counts only, nothing of anybody."""
    try:
        lines = _lines()
    except DatabaseError:
        logger.exception("the database does not answer")
        return HttpResponse("no answer of the database\n", status=503, content_type="text/plain")
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4")


def _lines() -> list[str]:
    at = timezone.now()
    open_, failed = _outbox()
    oldest = _oldest_open()
    waiting = max((at - oldest).total_seconds(), 0) if oldest else 0
    return [
        *_gauge("outbox_open", "Work that is queued and not done.", {"": open_}),
        *_gauge("outbox_failed", "Work that failed at least once and is not done.", {"": failed}),
        *_gauge("outbox_oldest_seconds", "How long the oldest due work waits.", {"": int(waiting)}),
        *_gauge("webhooks_oldest_seconds", "How long the oldest due event waits.", {"": _mail(at)}),
        *_gauge("seals_unpublished", UNPUBLISHED, {"": _unpublished()}),
        *_gauge("claims", "Claims by state.", _by_state(Claim)),
        *_gauge("enrolments", "Enrolments by state.", _by_state(Enrolment)),
    ]


def _unpublished() -> int:
    waiting = unpublished(Path(settings.LEDGER_SEALS_DIR))
    return -1 if waiting is None else waiting


def _mail(at: datetime) -> int:
    oldest = Delivery.objects.filter(due_at__lte=at).aggregate(oldest=Min("due_at"))["oldest"]
    return int((at - oldest).total_seconds()) if oldest else 0


def _outbox() -> tuple[int, int]:
    counts = OutboxMessage.objects.filter(done_at=None).aggregate(
        open=Count("pk"), failed=Count("pk", filter=~Q(error=""))
    )
    return counts["open"], counts["failed"]


def _by_state(model: type[Claim] | type[Enrolment]) -> dict[str, int]:
    counted = model._default_manager.values_list("state").annotate(n=Count("pk")).order_by("state")
    return {f'{{state="{state}"}}': n for state, n in counted}


def _gauge(name: str, help_text: str, values: dict[str, int]) -> list[str]:
    full = f"ontwikkelrekening_{name}"
    return [
        f"# HELP {full} {help_text}\n",
        f"# TYPE {full} gauge\n",
        *(f"{full}{labels} {value}\n" for labels, value in values.items()),
    ]
