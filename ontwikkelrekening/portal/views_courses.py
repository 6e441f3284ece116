"""Finding a course and agreeing to it: one question a page, a check, then the code."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ontwikkelrekening.budgets.errors import (
    CourseNotPublished,
    UnableToAgree,
    UnableToStartThen,
)
from ontwikkelrekening.budgets.reserving import Quote, agree, choice, quote
from ontwikkelrekening.portal.forms import AgreeForm, SearchForm, StartForm
from ontwikkelrekening.portal.searching import find
from ontwikkelrekening.portal.session import for_citizen
from ontwikkelrekening.portal.views_enrolments import ALREADY
from ontwikkelrekening.portal.words import CATEGORIES
from providers.models import Course
from providers.states import CourseState

COURSES_A_PAGE = 9


@require_safe
@for_citizen
def courses(request: HttpRequest, account: str) -> HttpResponse:
    form = SearchForm(request.GET)
    wish = form.wish()
    query = request.GET.copy()
    query.pop("pagina", None)
    context = {
        "account": account,
        "here": "courses",
        "wish": wish,
        "categories": CATEGORIES,
        "page": Paginator(find(wish), COURSES_A_PAGE).get_page(request.GET.get("pagina")),
        "query": query.urlencode(),
    }
    return render(request, "portal/courses.html", context)


@require_safe
@for_citizen
def course(request: HttpRequest, account: str, course_id: UUID) -> HttpResponse:
    found = _known(course_id)
    today = timezone.localdate()
    offer, problem = _offer(account, found, starts_on=today, on=today)
    if isinstance(problem, CourseNotPublished):
        return _not_on_offer(request, account, problem)
    context = {
        **_about(account, found),
        "offer": offer,
        "problem": problem,
    }
    return render(request, "portal/course.html", context)


@require_safe
@for_citizen
def choose(request: HttpRequest, account: str, course_id: UUID) -> HttpResponse:
    """The one question: when does it start?"""
    found = _known(course_id)
    return _ask_start(request, account, found, StartForm(initial=request.GET.dict()))


@for_citizen
def check(request: HttpRequest, account: str, course_id: UUID) -> HttpResponseBase:
    """Check your answers; nothing counts before the button on this page."""
    found = _known(course_id)
    if request.method == "POST":
        return _agree(request, account, found)
    form = StartForm(request.GET)
    if not form.is_valid():
        return _ask_start(request, account, found, form)
    return _show_check(request, account, found, form, starts_on=form.cleaned_data["start"])


def _agree(request: HttpRequest, account: str, found: Course) -> HttpResponseBase:
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return _ask_start(request, account, found, form)
    answers = form.cleaned_data
    try:
        agree(
            account,
            found,
            starts_on=answers["start"],
            at=timezone.now(),
            id=answers["id"],
            own_cents=answers["own"],
            price_cents=answers["price"],
        )
    except UnableToAgree as unable:
        return _show_check(
            request, account, found, form, starts_on=answers["start"], problem=unable
        )
    return redirect("portal:enrolment", enrolment_id=answers["id"])


def _show_check(
    request: HttpRequest,
    account: str,
    found: Course,
    form: StartForm,
    *,
    starts_on: date,
    problem: UnableToAgree | None = None,
) -> HttpResponseBase:
    chosen = choice(account, found, starts_on=starts_on)
    if chosen.is_made:
        return redirect(f"{reverse('portal:enrolment', args=[chosen.id])}?{ALREADY}")
    today = timezone.localdate()
    offer, unable = _offer(account, found, starts_on=starts_on, on=today)
    problem = problem or unable
    if isinstance(problem, CourseNotPublished):
        return _not_on_offer(request, account, problem)
    if isinstance(problem, UnableToStartThen):
        form.add_error("start", str(problem))
        return _ask_start(request, account, found, form)
    context = {
        **_about(account, found),
        "start": starts_on,
        "today": today,
        "start_written": starts_on.isoformat(),
        "offer": offer,
        "problem": problem,
        "id": chosen.id,
    }
    return render(request, "portal/check.html", context, status=409 if problem else 200)


def _ask_start(request: HttpRequest, account: str, found: Course, form: StartForm) -> HttpResponse:
    if found.state != CourseState.PUBLISHED:
        return _not_on_offer(request, account, CourseNotPublished(found))
    context = {**_about(account, found), "form": form, "today": timezone.localdate()}
    return render(request, "portal/choose.html", context, status=422 if form.errors else 200)


def _about(account: str, found: Course) -> dict[str, object]:
    return {
        "account": account,
        "here": "courses",
        "course": found,
        "kind": CATEGORIES[found.category],
    }


def _not_on_offer(request: HttpRequest, account: str, problem: CourseNotPublished) -> HttpResponse:
    """Withdrawn, meanwhile or before: an address that was kept may still lead here."""
    sent = request.method == "POST"
    context = {"account": account, "here": "courses", "problem": problem, "sent": sent}
    return render(request, "portal/not_on_offer.html", context, status=404)


def _known(course_id: UUID) -> Course:
    """A course that is on offer, or was."""
    offered = Course.objects.exclude(state=CourseState.DRAFT).select_related("provider")
    return get_object_or_404(offered, pk=course_id)


def _offer(
    account: str, found: Course, *, starts_on: date, on: date
) -> tuple[Quote | None, UnableToAgree | None]:
    """What it would cost, or why it cannot be agreed to."""
    try:
        return quote(account, found, starts_on=starts_on, on=on), None
    except UnableToAgree as unable:
        return None, unable
