"""Objecting to a decision: one question, a check, and what happens with it."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ontwikkelrekening.citizens.writing import read
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.clocks import object_until
from ontwikkelrekening.eligibility.models import Decision, Objection, ObjectionState
from ontwikkelrekening.eligibility.models.objections import OPEN
from ontwikkelrekening.eligibility.reading import announced_on, objection_answered_on
from ontwikkelrekening.eligibility.remedies import after_our_answer
from ontwikkelrekening.portal.forms import ObjectionForm
from ontwikkelrekening.portal.session import for_citizen
from ontwikkelrekening.portal.words import OBJECTIONS
from providers.states import IllegalMove


@for_citizen
def object_to(request: HttpRequest, account: str, decision_id: UUID) -> HttpResponseBase:
    """The question, then the check; the button of the check sends the objection."""
    decision = _decision(account, decision_id)
    if request.method != "POST":
        if not objecting.may_object(decision):
            return redirect("portal:decision", decision_id=decision.pk)
        return _ask(request, account, decision, ObjectionForm())
    form = ObjectionForm(request.POST)
    if not form.is_valid() or "change" in request.POST:
        return _ask(request, account, decision, form)
    if "send" not in request.POST:
        return _show_check(request, account, decision, form)
    return _file(request, account, decision, form)


def _file(
    request: HttpRequest, account: str, decision: Decision, form: ObjectionForm
) -> HttpResponseBase:
    now = timezone.now()
    words = form.cleaned_data["words"]
    try:
        filed = objecting.file(decision, words=words, on=timezone.localdate(now), at=now)
    except objecting.UnableToObject as unable:
        earlier = decision.objections.exclude(state=ObjectionState.WITHDRAWN).first()
        if earlier is None or read(earlier.words) != words:
            form.add_error("words", str(unable))
            return _ask(request, account, decision, form)
        filed = earlier  # pressed twice
    return redirect("portal:objection", objection_id=filed.pk)


@require_safe
@for_citizen
def objection(request: HttpRequest, account: str, objection_id: UUID) -> HttpResponse:
    found = _objection(account, objection_id)
    answered_on = objection_answered_on(found.decision) if found.answer else None
    context = {
        **_about(account, found),
        "court": after_our_answer(answered_on, on=timezone.localdate()) if answered_on else [],
        "words": read(found.words),
        "answer": read(found.answer) if found.answer else "",
    }
    return render(request, "portal/objection.html", context)


@for_citizen
def withdraw(request: HttpRequest, account: str, objection_id: UUID) -> HttpResponseBase:
    """Ask once more, then take the objection back."""
    found = _objection(account, objection_id)
    if request.method == "POST":
        with suppress(IllegalMove):  # answered or withdrawn meanwhile: its page says so
            objecting.withdraw(found, by="citizen", at=timezone.now())
        return redirect("portal:objection", objection_id=objection_id)
    return render(request, "portal/objection_withdraw.html", _about(account, found))


def _ask(
    request: HttpRequest, account: str, decision: Decision, form: ObjectionForm
) -> HttpResponse:
    until = object_until(announced_on(decision))
    context = {
        "account": account,
        "here": "home",
        "decision": decision,
        "form": form,
        "until": until,
        "late": timezone.localdate() > until,
    }
    return render(request, "portal/object.html", context, status=422 if form.errors else 200)


def _show_check(
    request: HttpRequest, account: str, decision: Decision, form: ObjectionForm
) -> HttpResponse:
    context = {
        "account": account,
        "here": "home",
        "decision": decision,
        "words": form.cleaned_data["words"],
    }
    return render(request, "portal/object_check.html", context)


def _about(account: str, found: Objection) -> dict[str, object]:
    return {
        "account": account,
        "here": "home",
        "objection": found,
        "decision": found.decision,
        "status": OBJECTIONS[found.state],
        "open": found.state in OPEN,
    }


def _decision(account: str, decision_id: UUID) -> Decision:
    mine = Decision.objects.filter(account_code=account).select_related("policy__scheme")
    return get_object_or_404(mine, pk=decision_id)


def _objection(account: str, objection_id: UUID) -> Objection:
    mine = Objection.objects.filter(account_code=account).select_related("decision")
    return get_object_or_404(mine, pk=objection_id)
