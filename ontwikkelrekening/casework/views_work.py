"""The work of reviewers: refusals that wait, objections, and deviations that need a second person."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ontwikkelrekening.casework.access import staff_page
from ontwikkelrekening.casework.forms import AnswerForm
from ontwikkelrekening.casework.problems import attempt
from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.citizens.writing import read
from ontwikkelrekening.eligibility import deviating, objecting
from ontwikkelrekening.eligibility.deciding import confirm_refusal
from ontwikkelrekening.eligibility.letters import letter
from ontwikkelrekening.eligibility.models import Decision, Deviation, Objection
from ontwikkelrekening.eligibility.policies import parameters_of
from ontwikkelrekening.eligibility.reading import steps_of
from ontwikkelrekening.eligibility.replacing import decide_again
from ontwikkelrekening.eligibility.waiting import due_on, extend, work_queue
from ontwikkelrekening.staff import REVIEWERS

SHOWN_MAX = 100


@require_safe
@staff_page(REVIEWERS)
def work(request: HttpRequest) -> HttpResponse:
    """What waits for a person, the most urgent first."""
    refusals = work_queue()
    context = {
        "section": "work",
        "refusals": [(decision, due_on(decision)) for decision in refusals[:SHOWN_MAX]],
        "refusals_number": refusals.count(),
        "objections": Objection.objects.open().select_related("decision")[:SHOWN_MAX],
        "deviations": Deviation.objects.filter(approved_by="").order_by("proposed_at")[:SHOWN_MAX],
        "today": timezone.localdate(),
    }
    return render(request, "casework/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(REVIEWERS)
def decision(request: HttpRequest, decision_id: UUID) -> HttpResponseBase:
    """One decision: the facts, every step, and what a person can do with it."""
    found = get_object_or_404(Decision.objects.select_related("policy__scheme"), pk=decision_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    problem = _act_on_decision(form, found, _name(request)) if form.is_bound else ""
    if form.is_bound and not problem:
        return redirect("casework:work")
    if not form.is_bound:
        _log(request, found.account_code, "besluit bekijken")
    context = {
        "section": "work", "decision": found, "letter": letter(found, language="nl"),
        "steps": steps_of(found, parameters=parameters_of(found.policy)), "form": form,
        "problem": problem, "due": due_on(found), "waits": not found.confirmed_by
        and found.outcome == "refused", "replaced": Decision.objects.filter(replaces=found).first(),
    }  # fmt: skip
    return render(request, "casework/decision.html", context, status=409 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(REVIEWERS)
def objection(request: HttpRequest, objection_id: UUID) -> HttpResponseBase:
    """One objection: the citizen's words, the clock, and the answer."""
    found = get_object_or_404(
        Objection.objects.select_related("decision__policy__scheme"), pk=objection_id
    )
    form = AnswerForm(request.POST if request.method == "POST" else None)
    problem = _act_on_objection(form, found, _name(request)) if form.is_bound else ""
    if form.is_bound and not problem:
        return redirect("casework:objection", objection_id=found.pk)
    if not form.is_bound:
        _log(request, found.account_code, "bezwaar behandelen")
    context = {
        "section": "work", "objection": found, "words": read(found.words),
        "answer": read(found.answer) if found.answer else "", "form": form, "problem": problem,
        "letter": letter(found.decision, language="nl"), "moves": found.moves.all(),
    }  # fmt: skip
    return render(request, "casework/objection.html", context, status=409 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(REVIEWERS)
def deviation(request: HttpRequest, deviation_id: UUID) -> HttpResponseBase:
    """One deviation for hardship: the reason, and a second person's yes."""
    found = get_object_or_404(Deviation.objects.select_related("decision"), pk=deviation_id)
    problem = ""
    if request.method == "POST":
        act = partial(deviating.approve, found, by=_name(request), at=timezone.now())
        problem = attempt(act)
        if not problem:
            return redirect("casework:work")
    else:
        _log(request, found.decision.account_code, "afwijking beoordelen")
    context = {
        "section": "work", "deviation": found, "reason": read(found.reason), "problem": problem,
        "ground": deviating.GROUND, "total": sum(cents for _, cents in found.grants),
    }  # fmt: skip
    return render(request, "casework/deviation.html", context, status=409 if problem else 200)


def _act_on_decision(form: AnswerForm, found: Decision, by: str) -> str:
    if not form.is_valid():
        return "; ".join(str(error) for errors in form.errors.values() for error in errors)
    given, now = form.cleaned_data, timezone.now()
    acts: dict[str, Callable[[], object]] = {
        "confirm": lambda: confirm_refusal(found, by=by, at=now),
        "again": lambda: decide_again(found, by=by, at=now),
        "extend": lambda: extend(
            found,
            until=given["until"] or timezone.localdate(now),
            reason=given["words"],
            by=by,
            at=now,
        ),
        "deviate": lambda: deviating.propose(
            found, grants=form.grants(), reason=given["words"], by=by, at=now
        ),
    }
    return _attempt(acts, given["act"])


def _act_on_objection(form: AnswerForm, found: Objection, by: str) -> str:
    if not form.is_valid():
        return "; ".join(str(error) for errors in form.errors.values() for error in errors)
    given, now = form.cleaned_data, timezone.now()
    answer = given["words"]
    acts: dict[str, Callable[[], object]] = {
        "acknowledge": lambda: objecting.acknowledge(
            found, committee=given["committee"], by=by, at=now
        ),
        "extend": lambda: objecting.extend(found, by=by, on=timezone.localdate(now), at=now),
        "uphold": lambda: objecting.uphold(found, answer=answer, by=by, at=now),
        "dismiss": lambda: objecting.dismiss(found, answer=answer, by=by, at=now),
        "replace": lambda: objecting.replace(found, answer=answer, by=by, at=now),
    }
    return _attempt(acts, given["act"])


def _attempt(acts: dict[str, Callable[[], object]], name: str) -> str:
    return attempt(acts[name]) if name in acts else f"'{name}' is not possible here."


def _name(request: HttpRequest) -> str:
    return request.user.get_username()


def _log(request: HttpRequest, account_code: str, purpose: str) -> None:
    citizen = Citizen.objects.get(account_code=account_code)
    log_look(citizen, actor=_name(request), purpose=purpose, at=timezone.now())
