"""The one call that only a sandbox has: ask for a citizen's code."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ontwikkelrekening.sandbox.outcomes import Outcome
from ontwikkelrekening.sandbox.playing import NoSuchCourse, play_the_citizen
from providers.api.describing import described
from providers.api.fields import ApiSerializer, DayField, IdField
from providers.api.views.base import ApiView
from providers.models import Course


class WantedCode(ApiSerializer):
    """One of your courses, and what is to become of the claims."""

    course = IdField()
    outcome = serializers.ChoiceField(choices=[each.value for each in Outcome])
    starts_on = DayField(required=False)


class GivenCode(ApiSerializer):
    """What a citizen would hand over; redeem it with POST /enrolments."""

    code = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[each.value for each in Outcome])


class Codes(ApiView):
    scope = "enrolments"

    @described(
        "sandbox",
        "Ask for a citizen's code, and say what is to become of the claims",
        takes=WantedCode,
        gives=GivenCode,
        status=201,
        once=True,
    )
    def post(self, request: Request) -> Response | HttpResponse:
        wanted = self.received(WantedCode)
        return self.once(lambda: self._play(wanted))

    def _play(self, wanted: dict[str, Any]) -> Response:
        now = timezone.now()
        course = Course.objects.of(self.caller.provider).filter(pk=wanted["course"]).first()
        if course is None:
            raise NoSuchCourse
        agreed = play_the_citizen(
            course,
            Outcome(wanted["outcome"]),
            starts_on=wanted.get("starts_on") or timezone.localdate(now),
            at=now,
        )
        return Response({"code": agreed.code, "outcome": wanted["outcome"]}, status=201)
