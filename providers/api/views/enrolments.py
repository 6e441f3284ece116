"""Enrolments: redeem a citizen's code, list and read your own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import serializers
from providers.api.describing import described, listed
from providers.api.filtering import by_id, during, narrowed, one_of, ordered, sort_parameter
from providers.api.pagination import Ordering
from providers.api.views.base import ApiView, found
from providers.enrolling import redeem
from providers.models import Enrolment
from providers.states import EnrolmentState

NEWEST = Ordering("redeemed_at", datetime.fromisoformat)
FILTERS = (
    one_of("state", "state", EnrolmentState.values, "Only enrolments in this state."),
    by_id("course", "course_id", "Only enrolments in this course."),
    *during("redeemed", "redeemed_at"),
)


class Enrolments(ApiView):
    scope = "enrolments"
    ordering, row, sort = NEWEST, serializers.Enrolment, "redeemedAt"
    filters = FILTERS

    @listed(
        "enrolments",
        row,
        "Your enrolments, newest first",
        parameters=(*(each.parameter() for each in FILTERS), sort_parameter(sort)),
    )
    def get(self, request: Request) -> Response:
        return self.page(
            narrowed(request, Enrolment.objects.of(self.caller.provider), FILTERS),
            ordered(request, NEWEST, self.sort),
        )

    @described(
        "enrolments",
        "Redeem the code that a citizen gave you",
        takes=serializers.Code,
        gives=serializers.Enrolment,
        status=201,
        once=True,
    )
    def post(self, request: Request) -> HttpResponse:
        code = self.received(serializers.Code)["code"]
        return self.once(lambda: self._redeem(code))

    def _redeem(self, code: str) -> Response:
        enrolment = redeem(
            code, provider=self.caller.provider, actor=self.caller.actor, at=timezone.now()
        )
        response = Response(serializers.Enrolment.show(enrolment), status=201)
        response.headers["Location"] = f"/api/v1/enrolments/{enrolment.id}"
        return response


class OneEnrolment(ApiView):
    scope = "enrolments"

    @described("enrolments", "One enrolment", gives=serializers.Enrolment)
    def get(self, request: Request, enrolment_id: UUID) -> Response:
        enrolment = found(Enrolment.objects.of(self.caller.provider), enrolment_id)
        return Response(serializers.Enrolment.show(enrolment))
