"""A provider's enrolments: list, redeem a citizen's code, and what may be claimed of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ledger.money import to_cents
from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.asking import Done, Question, ask, sent
from ontwikkelrekening.provider_area.forms import CodeForm
from ontwikkelrekening.provider_area.instalments import instalments_of
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.tables.histories import history_table
from ontwikkelrekening.tables.table import Column, Queried, table_on
from providers import enrolling
from providers.models import Enrolment, StateChange
from providers.states import EnrolmentState

SHOWN = [
    ("", _("All")),
    ("coming", _("Still to start")),
    ("claimable", _("Something to claim")),
    (EnrolmentState.REDEEMED, _("Running")),
    (EnrolmentState.FINISHED, _("Finished")),
    (EnrolmentState.CANCELLED, _("Cancelled")),
]


@require_safe
@for_staff
def enrolments(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    show = request.GET.get("show", "")
    table = table_on(
        request,
        "enrolments",
        caption=_("Your enrolments"),
        columns=[
            Column(
                "redeemed",
                _("Code handed in"),
                lambda x: x.redeemed_at,
                "moment",
                link=_address,
                order="redeemed_at",
            ),
            Column("course", _("Course"), lambda x: x.course.name, order="course__name"),
            Column("starts", _("Starts on"), lambda x: x.starts_on, "date", order="starts_on"),
            Column("ends", _("Ends at the latest"), lambda x: x.ends_on, "date", order="ends_on"),
            Column("until", _("Claim until"), lambda x: x.claim_until, "date", order="claim_until"),
            Column(
                "maximum", _("At most"), lambda x: to_cents(x.maximum), "cents", order="maximum"
            ),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
        ],
        source=Queried(_wanted(staff, show).select_related("course")),
        sort="-redeemed",
        empty=_(
            "No enrolment matches. An enrolment appears here once you hand in a citizen’s code."
        ),
    )
    return answer(
        request,
        "enrolments.html",
        staff,
        title=_("Enrolments"),
        section="enrolments",
        tables=[table],
        shown=SHOWN,
        show=show,
    )


def _wanted(staff: Staff, show: str) -> QuerySet[Enrolment]:
    mine, today = Enrolment.objects.of(staff.provider), timezone.localdate()
    if show == "coming":
        return mine.coming(on=today)
    if show == "claimable":
        return mine.claimable(on=today)
    return mine.filter(state=show) if show in EnrolmentState.values else mine


@require_safe
@for_staff
def enrolment(request: HttpRequest, staff: Staff, enrolment_id: UUID) -> HttpResponseBase:
    mine = Enrolment.objects.of(staff.provider).select_related("course")
    found = get_object_or_404(mine, pk=enrolment_id)
    return answer(
        request,
        "enrolment.html",
        staff,
        title=found.course.name,
        section="enrolments",
        trail=[_list()],
        tables=[history_table(request, StateChange.objects.filter(subject_id=found.pk))],
        enrolment=found,
        instalments=instalments_of(found, on=timezone.localdate()),
    )


@for_staff
def redeem(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    def act(answers: dict[str, Any]) -> Done:
        made = enrolling.redeem(
            answers["code"], provider=staff.provider, actor=staff.actor, at=timezone.now()
        )
        return Done(_address(made), _("The citizen is enrolled. Below you see what you may claim."))

    question = Question(
        _("Hand in a code"),
        _("Hand in"),
        "enrolments",
        _list(),
        _("The citizen agreed to one of your courses and gives you a code. It can be used once."),
    )
    return ask(request, staff, question, CodeForm(sent(request)), act)


def _address(enrolment: Enrolment) -> str:
    return reverse("provider_area:enrolment", args=[enrolment.pk])


def _list() -> tuple[Any, str]:
    return _("Enrolments"), reverse("provider_area:enrolments")
