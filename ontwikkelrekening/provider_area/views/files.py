"""A file of courses: hand it in, see what becomes of each row, take it in."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.asking import Done, Question, ask, sent
from ontwikkelrekening.provider_area.forms import CourseFileForm, TakeInForm
from ontwikkelrekening.provider_area.words import OUTCOMES, reason_in_words
from ontwikkelrekening.tables.table import Column, Listed, Table, table_on
from providers import importing
from providers.importing import Line, Outcome


@for_staff
def hand_in(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    def act(answers: dict[str, Any]) -> Done:
        name, text = answers["file"]
        file = importing.hand_in(staff.provider, text, name=name, by=staff.actor, at=timezone.now())
        return Done(reverse("provider_area:take_in_courses", args=[file.pk]))

    question = Question(
        _("Hand in a file with courses"),
        _("Look at it"),
        "courses",
        (_("Courses"), reverse("provider_area:courses")),
        _("You first see what becomes of each row. Nothing changes before you agree."),
    )
    form = CourseFileForm(sent(request), request.FILES or None)
    return ask(request, staff, question, form, act, template="hand_in_courses.html")


@for_staff
def take_in(request: HttpRequest, staff: Staff, file_id: UUID) -> HttpResponseBase:
    file = get_object_or_404(staff.provider.course_files, pk=file_id)
    lines = importing.look(file)
    found = Counter(line.outcome for line in lines)

    def act(answers: dict[str, Any]) -> Done:
        done = importing.take_in(
            file, publish=answers["publish"], actor=staff.actor, at=timezone.now()
        )
        return Done(reverse("provider_area:courses"), _said(done))

    question = Question(
        _("This file is not right yet") if found[Outcome.WRONG] else _("Take in this file?"),
        _("Take in"),
        "courses",
        (_("Hand in a file with courses"), reverse("provider_area:hand_in_courses")),
    )
    return ask(
        request,
        staff,
        question,
        TakeInForm(sent(request)),
        act,
        template="take_in_courses.html",
        tables=[_table(request, lines)],
        file=file,
        found=[(OUTCOMES[outcome], found[outcome]) for outcome in Outcome],
        wrong=found[Outcome.WRONG],
        does_something=bool(found[Outcome.NEW] or found[Outcome.CHANGED]),
    )


def _table(request: HttpRequest, lines: list[Line]) -> Table:
    return table_on(
        request,
        "rows",
        caption=_("The rows of the file"),
        columns=[
            Column("line", _("Line"), lambda x: x.number, "count", order="line"),
            Column("code", _("Your code"), lambda x: x.code, "code", order="code"),
            Column("name", _("Course"), lambda x: x.name, order="name"),
            Column(
                "outcome", _("What happens"), lambda x: str(OUTCOMES[x.outcome]), order="outcome"
            ),
            *([Column("why", _("Why not"), _why)] if any(line.faults for line in lines) else []),
        ],
        source=Listed(lines),
        empty=_("The file has no rows."),
    )


def _why(line: Line) -> str:
    return " ".join(
        f"{fault.field}: {reason_in_words(fault.pattern, fault.values)}." for fault in line.faults
    )


def _said(done: Counter[Outcome]) -> str:
    return gettext("%(new)s courses are new, %(changed)s changed, %(same)s were there already.") % {
        "new": done[Outcome.NEW],
        "changed": done[Outcome.CHANGED],
        "same": done[Outcome.SAME],
    }
