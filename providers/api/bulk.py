"""Many claims or courses in one request: kept as they came, worked off in chunks, each item answered.

An item carries its own key: sent again, in another batch or by itself, it is the same claim.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.exceptions import APIException

from providers.api import problems, serializers
from providers.api.idempotency import claim_id, submit_under
from providers.claiming import wait_for_a_twin
from providers.errors import Unable
from providers.models import Client, Course, Job, JobItem, Provider
from providers.outbox import enqueue_many
from providers.publishing import CourseCodeIsTaken, CourseDetails, register_course

ITEMS_IN_A_CHUNK = 100
WORK = "job.chunk"


@transaction.atomic
def take_in(
    kind: str, items: list[Any], *, provider: Provider, client: Client, at: datetime
) -> Job:
    """Keep items of the right form and queue their chunks; the rules judge them there."""
    job = Job.objects.create(
        provider=provider, client=client, kind=kind, total=len(items), submitted_at=at
    )
    JobItem.objects.bulk_create(
        [JobItem(job=job, number=number, payload=item) for number, item in enumerate(items)],
        batch_size=2000,
    )
    starts = range(0, len(items), ITEMS_IN_A_CHUNK)
    chunks = [f"{job.id}:{start}" for start in starts]
    enqueue_many(WORK, chunks, lane=str(provider.pk), at=at)
    return job


@transaction.atomic
def run_chunk(subject: str, *, at: datetime) -> None:
    """Work off the open items of one chunk; done twice it finds nothing open."""
    job_id, start = subject.split(":")
    job = Job.objects.select_related("provider", "client").get(pk=UUID(job_id))
    items = list(
        JobItem.objects.select_for_update()
        .filter(
            job=job,
            number__gte=int(start),
            number__lt=int(start) + ITEMS_IN_A_CHUNK,
            done_at=None,
        )
        .order_by("number")
    )
    act = ACTS[job.kind]
    for item in sorted(items, key=_lock_order):
        _perform(item, job, act, at=at)
    JobItem.objects.bulk_update(items, ["result", "problem", "done_at"])


def _lock_order(item: JobItem) -> str:
    """Two chunks that meet the same enrolments, or codes of courses, take them in one order."""
    return str(item.payload.get("enrolment") or item.payload.get("primaryCode"))


def _perform(
    item: JobItem, job: Job, act: Callable[[Job, Any, datetime], UUID], *, at: datetime
) -> None:
    try:
        with transaction.atomic():
            item.result = act(job, item.payload, at)
    except (Unable, APIException) as error:
        answer = problems.handle(error, {})
        item.problem = answer.data if answer else None
    item.done_at = at


def _submit_claim(job: Job, payload: Any, at: datetime) -> UUID:
    values = serializers.BatchClaim.read(payload)
    key = values["idempotency_key"]
    wait_for_a_twin(claim_id(job.provider, key))
    claim, _ = submit_under(key, values, provider=job.provider, actor=_actor(job), at=at)
    return claim.id


def _register_course(job: Job, payload: Any, at: datetime) -> UUID:
    """A course that is registered just so already is the same course."""
    details = CourseDetails(**serializers.NewCourse.read(payload))
    try:
        return register_course(job.provider, details, at=at).id
    except CourseCodeIsTaken:  # perhaps by a chunk that was waited for
        known = Course.objects.of(job.provider).get(code=details.code)
        if not details.is_of(known):
            raise
        return known.id


def _actor(job: Job) -> str:
    return f"client:{job.client.client_id}" if job.client else f"job:{job.id}"


ACTS: dict[str, Callable[[Job, Any, datetime], UUID]] = {
    "claims": _submit_claim,
    "courses": _register_course,
}
