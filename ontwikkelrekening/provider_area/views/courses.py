"""A provider's courses: list, register, change, publish, withdraw."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ledger.money import to_cents
from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.asking import Done, Question, ask, sent
from ontwikkelrekening.provider_area.forms import CourseForm, Yes
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.words import LEVELS
from ontwikkelrekening.tables.histories import history_table
from ontwikkelrekening.tables.table import Column, Queried, table_on
from ontwikkelrekening.tables.words import LANGUAGES
from providers import publishing
from providers.models import Course, StateChange
from providers.publishing import CourseDetails
from providers.states import CourseState

STATES = [
    ("", _("All")),
    (CourseState.PUBLISHED, _("Published")),
    (CourseState.DRAFT, _("Drafts")),
    (CourseState.WITHDRAWN, _("Withdrawn")),
]


@require_safe
@for_staff
def courses(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    state = request.GET.get("state", "")
    wanted = Course.objects.of(staff.provider)
    if state in CourseState.values:
        wanted = wanted.filter(state=state)
    table = table_on(
        request,
        "courses",
        caption=_("Your courses"),
        columns=[
            Column("name", _("Course"), lambda x: x.name, link=_address, order="name"),
            Column("code", _("Your code"), lambda x: x.code, "code", order="code"),
            Column(
                "category",
                _("Kind"),
                lambda x: capfirst(x.get_category_display()),
                order="category",
            ),
            Column("price", _("Price"), lambda x: to_cents(x.price), "cents", order="price"),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column(
                "registered",
                _("Registered"),
                lambda x: x.registered_at,
                "moment",
                order="registered_at",
            ),
        ],
        source=Queried(wanted),
        sort="name",
        empty=_("No course matches. Register your first course here, or with a file or the API."),
    )
    return answer(
        request,
        "courses.html",
        staff,
        title=_("Courses"),
        section="courses",
        tables=[table],
        states=STATES,
        state=state,
    )


@require_safe
@for_staff
def course(request: HttpRequest, staff: Staff, course_id: UUID) -> HttpResponseBase:
    found = _own(staff, course_id)
    return answer(
        request,
        "course.html",
        staff,
        title=found.name,
        section="courses",
        trail=[_list()],
        tables=[history_table(request, StateChange.objects.filter(subject_id=found.pk))],
        course=found,
        category=capfirst(found.get_category_display()),
        mode=capfirst(found.get_mode_display()),
        level=LEVELS.get(found.level, found.level),
        language=LANGUAGES.get(found.language, found.language),
    )


@for_staff
def register(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    def act(answers: dict[str, Any]) -> Done:
        made = publishing.register_course(
            staff.provider, CourseDetails(**answers), at=timezone.now()
        )
        return Done(
            _address(made), _("The course is registered. Citizens see it once you publish it.")
        )

    question = Question(_("Register a course"), _("Register"), "courses", _list())
    return ask(request, staff, question, CourseForm(sent(request)), act)


@for_staff
def revise(request: HttpRequest, staff: Staff, course_id: UUID) -> HttpResponseBase:
    found = _own(staff, course_id)

    def act(answers: dict[str, Any]) -> Done:
        publishing.revise(found, CourseDetails(**answers), actor=staff.actor, at=timezone.now())
        return Done(_address(found), _("The course is changed."))

    question = Question(
        _("Change this course"),
        _("Save"),
        "courses",
        (found.name, _address(found)),
        _("What somebody agreed to stays: then price, kind, size, exam and certificate are fixed."),
    )
    form = CourseForm(sent(request), initial=CourseForm.of(found))
    return ask(request, staff, question, form, act)


@for_staff
def publish(request: HttpRequest, staff: Staff, course_id: UUID) -> HttpResponseBase:
    found = _own(staff, course_id)

    def act(_answers: dict[str, Any]) -> Done:
        publishing.publish(found, actor=staff.actor, at=timezone.now())
        return Done(_address(found), _("The course is published."))

    question = Question(
        _("Publish this course?"),
        pgettext_lazy("act", "Publish"),
        "courses",
        (found.name, _address(found)),
        _("Citizens can find it and agree to it at once."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


@for_staff
def withdraw(request: HttpRequest, staff: Staff, course_id: UUID) -> HttpResponseBase:
    found = _own(staff, course_id)

    def act(_answers: dict[str, Any]) -> Done:
        publishing.withdraw(found, actor=staff.actor, at=timezone.now())
        return Done(_address(found), _("The course is withdrawn."))

    question = Question(
        _("Withdraw this course?"),
        _("Withdraw"),
        "courses",
        (found.name, _address(found)),
        _("Nobody can agree to it any more. Who is enrolled keeps what was agreed."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


def _own(staff: Staff, course_id: UUID) -> Course:
    return get_object_or_404(Course.objects.of(staff.provider), pk=course_id)


def _address(course: Course) -> str:
    return reverse("provider_area:course", args=[course.pk])


def _list() -> tuple[Any, str]:
    return _("Courses"), reverse("provider_area:courses")
