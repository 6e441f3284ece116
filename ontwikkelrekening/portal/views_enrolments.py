"""What a citizen agreed to: the code again, what was paid, and cancelling before the start."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from ledger.money import to_cents
from ontwikkelrekening.budgets.accounts import EnrolmentLine, enrolments_of
from ontwikkelrekening.budgets.errors import UnableToCancel
from ontwikkelrekening.budgets.reserving import RUNNING, code_of, only_beside
from ontwikkelrekening.budgets.reserving import cancel as cancel_enrolment
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
    context = {
        "account": account,
        "here": "enrolments",
        **_told(line),
        "code": code_of(line.enrolment),
        "agreed": line.enrolment.state == EnrolmentState.AGREED,
        "own": _own(line),
        "already": ALREADY in request.GET,
        "claims": [(claim, CLAIMS[claim.state], _why(claim)) for claim in line.claims],
    }
    return render(request, "portal/enrolment.html", context)


@for_citizen
def cancel(request: HttpRequest, account: str, enrolment_id: UUID) -> HttpResponseBase:
    """Ask once more, then cancel. Pressing twice cancels once."""
    line = _line(account, enrolment_id)
    problem = ""
    if request.method == "POST":
        try:
            cancel_enrolment(line.enrolment, by="citizen", at=timezone.now())
        except UnableToCancel as unable:
            problem = str(unable)
        else:
            return redirect("portal:enrolment", enrolment_id=enrolment_id)
    context = {
        "account": account,
        "here": "enrolments",
        **_told(line),
        "with_it": only_beside(line.enrolment).select_related("course__provider"),
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
        "status": ENROLMENTS[line.enrolment.state],
        "running": line.enrolment.state in RUNNING,
    }


def _why(claim: Claim) -> list[str]:
    """What was asked, which term decided, what is paid."""
    return explain_claim(
        terms=claim.enrolment.terms,
        instalment=claim.instalment,
        asked_cents=to_cents(claim.amount),
        state=claim.state,
        evidence=claim.evidence,
    )


def _own(line: EnrolmentLine) -> int:
    """What the citizen agreed to pay beside the credit; nothing of what was called off."""
    if line.enrolment.state not in (*RUNNING, EnrolmentState.FINISHED):
        return 0
    return int(line.enrolment.course.price.amount * 100) - line.maximum_cents
