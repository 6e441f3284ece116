"""Your courses: list, register, read, publish, withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import serializers
from providers.api.describing import described, listed
from providers.api.entity_tags import check_unchanged, tags_given
from providers.api.filtering import narrowed, one_of, ordered, sort_parameter
from providers.api.pagination import Ordering
from providers.api.parsing import MergePatchParser, StrictJSONParser
from providers.api.views.base import ApiView, found
from providers.models import Category, Course
from providers.publishing import CourseDetails, publish, register_course, revise, withdraw
from providers.states import CourseState

NEWEST = Ordering("registered_at", datetime.fromisoformat)
FILTERS = (
    one_of("state", "state", CourseState.values, "Only courses in this state."),
    one_of("category", "category", Category.values, "Only courses of this category."),
)


class Courses(ApiView):
    scope = "courses"
    ordering, row, sort = NEWEST, serializers.Course, "registeredAt"
    filters = FILTERS

    @listed(
        "courses",
        row,
        "Your courses, newest first",
        parameters=(*(each.parameter() for each in FILTERS), sort_parameter(sort)),
    )
    def get(self, request: Request) -> Response:
        return self.page(
            narrowed(request, Course.objects.of(self.caller.provider), FILTERS),
            ordered(request, NEWEST, self.sort),
        )

    @described(
        "courses",
        "Register a course",
        takes=serializers.NewCourse,
        gives=serializers.Course,
        status=201,
        once=True,
    )
    def post(self, request: Request) -> HttpResponse:
        details = CourseDetails(**self.received(serializers.NewCourse))
        return self.once(lambda: self._register(details))

    def _register(self, details: CourseDetails) -> Response:
        course = register_course(self.caller.provider, details, at=timezone.now())
        response = Response(serializers.Course.show(course), status=201)
        response.headers["Location"] = f"/api/v1/courses/{course.id}"
        return response


class OneCourse(ApiView):
    scope = "courses"
    parser_classes = (MergePatchParser, StrictJSONParser)

    @described("courses", "One course", gives=serializers.Course)
    def get(self, request: Request, course_id: UUID) -> Response:
        course = found(Course.objects.of(self.caller.provider), course_id)
        return Response(serializers.Course.show(course))

    @described(
        "courses",
        "Change a course that is a draft or withdrawn",
        takes=serializers.CourseChanges,
        gives=serializers.Course,
        once=True,
        conditional=True,
    )
    def patch(self, request: Request, course_id: UUID) -> HttpResponse:
        """A field left out stays; null takes the value that a new course gets.

        `application/json` is read in the same way.
        """
        found(Course.objects.of(self.caller.provider), course_id)
        self.received(serializers.CourseChanges)  # wrong in itself, whatever the course says now
        tags, changes = tags_given(request), cast("dict[str, Any]", request.data)
        return self.once(lambda: self._revise(course_id, tags, changes))

    def _revise(self, course_id: UUID, tags: list[str], changes: dict[str, Any]) -> Response:
        """The tag is compared under the lock; a retry under the same key is answered before that."""
        own = Course.objects.of(self.caller.provider)
        course = found(own.select_for_update(), course_id)
        check_unchanged(self.etag_of(serializers.Course.show(course)), tags)
        details = CourseDetails(**serializers.CourseChanges.merged(course, changes))
        revised = revise(course, details, actor=self.caller.actor, at=timezone.now())
        shown = serializers.Course.show(revised)
        return Response(shown, headers={"ETag": self.etag_of(shown)})


class Publications(ApiView):
    scope = "courses"

    @described("courses", "Publish a course", gives=serializers.Course, once=True)
    def post(self, request: Request, course_id: UUID) -> HttpResponse:
        self.received_nothing()
        course = found(Course.objects.of(self.caller.provider), course_id)
        return self.once(lambda: self._publish(course))

    def _publish(self, course: Course) -> Response:
        published = publish(course, actor=self.caller.actor, at=timezone.now())
        return Response(serializers.Course.show(published))


class Withdrawals(ApiView):
    scope = "courses"

    @described("courses", "Withdraw a course", gives=serializers.Course, once=True)
    def post(self, request: Request, course_id: UUID) -> HttpResponse:
        self.received_nothing()
        course = found(Course.objects.of(self.caller.provider), course_id)
        return self.once(lambda: self._withdraw(course))

    def _withdraw(self, course: Course) -> Response:
        withdrawn = withdraw(course, actor=self.caller.actor, at=timezone.now())
        return Response(serializers.Course.show(withdrawn))
