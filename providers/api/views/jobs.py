"""Batches of claims or courses, and the jobs that work them off."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import BYTES_MAX, serializers
from providers.api.bulk import take_in
from providers.api.describing import described, listed
from providers.api.pagination import Ordering
from providers.api.views.base import ApiView, found
from providers.models import Job, JobItem

NEWEST = Ordering("submitted_at", datetime.fromisoformat)
IN_ORDER = Ordering("number", int, key="number", parse_key=int, descending=False)


class Batch(ApiView):
    """Takes a batch of one kind in."""

    kind: ClassVar[str]
    bytes_max = BYTES_MAX

    def _take(self) -> Response:
        caller, body = self.caller, cast("dict[str, Any]", self.request.data)
        job = take_in(
            self.kind,
            body["items"],
            provider=caller.provider,
            client=caller.client,
            at=timezone.now(),
        )
        counted = _counted(caller.provider.jobs.all()).get(pk=job.pk)
        response = Response(serializers.Job.show(counted), status=202)
        response.headers["Location"] = f"/api/v1/{self.kind[:-1]}-batches/{job.id}"
        return response


def _counted(jobs: QuerySet[Job]) -> QuerySet[Any]:
    """Jobs with how far they are, counted for those on the page alone, by an index of what is counted."""
    return jobs.annotate(
        done=F("total") - _items_that(done_at=None), failed=_items_that(problem__isnull=False)
    )


def _items_that(**are: Any) -> Coalesce:
    items = JobItem.objects.filter(job=OuterRef("pk"), **are).order_by().values("job")
    return Coalesce(Subquery(items.annotate(number_of=Count("*")).values("number_of")), 0)


class ClaimBatches(Batch):
    kind = scope = "claims"
    ordering, row = NEWEST, serializers.Job

    @listed("batches", row, "Your batches of claims, newest first")
    def get(self, request: Request) -> Response:
        return _jobs(self)

    @described(
        "batches",
        "Submit up to 10,000 claims at once",
        takes=serializers.ClaimBatch,
        gives=serializers.Job,
        status=202,
        once=True,
    )
    def post(self, request: Request) -> HttpResponse:
        self.received(serializers.ClaimBatch)
        return self.once(self._take)


class CourseBatches(Batch):
    kind = scope = "courses"
    ordering, row = NEWEST, serializers.Job

    @listed("batches", row, "Your batches of courses, newest first")
    def get(self, request: Request) -> Response:
        return _jobs(self)

    @described(
        "batches",
        "Register up to 10,000 courses at once",
        takes=serializers.CourseBatch,
        gives=serializers.Job,
        status=202,
        once=True,
    )
    def post(self, request: Request) -> HttpResponse:
        self.received(serializers.CourseBatch)
        return self.once(self._take)


class OneClaimBatch(Batch):
    kind = scope = "claims"

    @described("batches", "One batch of claims and its progress", gives=serializers.Job)
    def get(self, request: Request, job_id: UUID) -> Response:
        return _job(self, job_id)


class OneCourseBatch(Batch):
    kind = scope = "courses"

    @described("batches", "One batch of courses and its progress", gives=serializers.Job)
    def get(self, request: Request, course_job_id: UUID) -> Response:
        return _job(self, course_job_id)


class ClaimBatchItems(Batch):
    kind = scope = "claims"
    ordering, row = IN_ORDER, serializers.JobItem

    @listed("batches", row, "What came of each claim of a batch, in order")
    def get(self, request: Request, job_id: UUID) -> Response:
        return _items(self, job_id)


class CourseBatchItems(Batch):
    kind = scope = "courses"
    ordering, row = IN_ORDER, serializers.JobItem

    @listed("batches", row, "What came of each course of a batch, in order")
    def get(self, request: Request, course_job_id: UUID) -> Response:
        return _items(self, course_job_id)


def _own(view: Batch) -> QuerySet[Job]:
    return Job.objects.filter(provider=view.caller.provider, kind=view.kind)


def _jobs(view: Batch) -> Response:
    return view.page(_counted(_own(view)))


def _job(view: Batch, job_id: UUID) -> Response:
    return Response(serializers.Job.show(found(_counted(_own(view)), job_id)))


def _items(view: Batch, job_id: UUID) -> Response:
    job = found(_own(view), job_id)
    return view.page(job.items.all())
