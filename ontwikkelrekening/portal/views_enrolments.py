"""What a citizen agreed to: the code again, what was paid, and cancelling before the start."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from ledger.money import to_cents
from ontwikkelrekening.budgets.accounts import EnrolmentLine, enrolments_of
from ontwikkelrekening.budgets.errors import UnableToCancel
from ontwikkelrekening.budgets.releasing import came_back, would_come_back
from ontwikkelrekening.budgets.reserving import RUNNING, check_cancel, code_of, only_beside
from ontwikkelrekening.budgets.reserving import cancel as cancel_enrolment
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.claims_explained import explain_claim
from ontwikkelrekening.portal.session import for_citizen
from ontwikkelrekening.portal.words import CATEGORIES, CLAIMS, ENROLMENTS
from providers.models import Claim
from providers.states import EnrolmentState

ALREADY = "al-gekozen"


@for_citizen
def enrolments(request: HttpRequest, account: str) -> HttpResponse:
    lines = [_told(line) for line in enrolments_of(account, on=timezone.localdate())]
    context = {
        "account": account,
        "here": "enrolments",
        "running": [line for line in lines if line["running"]],
        "past": [line for line in lines if not line["running"]],
    }
    return render(request, "portal/enrolments.html", context)


@for_citizen
def enrolment(request: HttpRequest, account: str, enrolment_id: UUID) -> HttpResponse:
    line = _line(account, enrolment_id)
    today = timezone.localdate()
    context = {
        "account": account,
        "here": "enrolments",
        **_told(line),
        "code": code_of(line.enrolment),
        "agreed": line.state == EnrolmentState.AGREED,
        "is_late": line.state == EnrolmentState.LAPSED and line.enrolment.code_valid_until < today,
        "coming": would_come_back([line.enrolment], on=today),
        "came": came_back(line.enrolment) if line.state not in RUNNING else None,
        "own": _own(line),
        "already": ALREADY in request.GET,
        "ended_on": Citizen.ended_on(account),
        "claims": [(claim, CLAIMS[claim.state], _why(claim)) for claim in line.claims],
    }
    return render(request, "portal/enrolment.html", context)


@for_citizen
def cancel(request: HttpRequest, account: str, enrolment_id: UUID) -> HttpResponseBase:
    """Ask once more, then cancel. What is over already, cancelled too, is told on its own page."""
    line = _line(account, enrolment_id)
    if line.state not in RUNNING:
        return redirect("portal:enrolment", enrolment_id=enrolment_id)
    now = timezone.now()
    problem = ""
    try:
        if request.method == "POST":
            cancel_enrolment(line.enrolment, by="citizen", at=now)
            return redirect("portal:enrolment", enrolment_id=enrolment_id)
        check_cancel(line.enrolment, on=timezone.localdate(now))
    except UnableToCancel as unable:
        problem = str(unable)
    with_it = list(only_beside(line.enrolment).select_related("course__provider"))
    context = {
        "account": account,
        "here": "enrolments",
        **_told(line),
        "with_it": with_it,
        "ended_on": Citizen.ended_on(account),
        "coming": would_come_back([line.enrolment, *with_it], on=timezone.localdate(now)),
        "problem": problem,
    }
    return render(request, "portal/cancel.html", context, status=409 if problem else 200)


def _line(account: str, enrolment_id: UUID) -> EnrolmentLine:
    """This citizen's enrolment; somebody else's is not there."""
    for line in enrolments_of(account, on=timezone.localdate()):
        if line.enrolment.pk == enrolment_id:
            return line
    raise Http404


def _told(line: EnrolmentLine) -> dict[str, object]:
    return {
        "line": line,
        "enrolment": line.enrolment,
        "course": line.enrolment.course,
        "kind": CATEGORIES[line.enrolment.course.category],
        "status": ENROLMENTS[line.state],
        "running": line.state in RUNNING,
    }


def _why(claim: Claim) -> list[str]:
    """What was asked, which term decided, what is paid."""
    return explain_claim(
        terms=claim.enrolment.terms,
        instalment=claim.instalment,
        asked_cents=to_cents(claim.amount),
        state=claim.state,
        was_paid=claim.paid_at is not None,
        evidence=claim.evidence,
    )


def _own(line: EnrolmentLine) -> int:
    """What the citizen agreed to pay beside the credit; nothing of what was called off."""
    if line.state not in (*RUNNING, EnrolmentState.FINISHED):
        return 0
    return int(line.enrolment.course.price.amount * 100) - line.maximum_cents
