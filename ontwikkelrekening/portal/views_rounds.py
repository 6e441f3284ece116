"""Rounds for citizens: what, when, how divided, my application and my place. Public but for mine."""

from __future__ import annotations

from datetime import date

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ledger.euros import whole_euros
from ontwikkelrekening.budgets import applying, proving, refusing
from ontwikkelrekening.budgets.models import Application, Round, RoundState
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.clocks import object_until
from ontwikkelrekening.eligibility.wording import CLASSES
from ontwikkelrekening.login.session import never_stored
from ontwikkelrekening.portal.forms_rounds import WantedForm
from ontwikkelrekening.portal.session import account_of, for_account, for_citizen
from ontwikkelrekening.portal.words import CATEGORIES


@require_safe
def rounds(request: HttpRequest) -> HttpResponseBase:
    """All rounds that were published, the newest first."""
    now = timezone.now()
    published = list(Round.objects.public().select_related("scheme"))
    context = {
        "account": account_of(request),
        "open": [each for each in published if each.is_open(at=now)],
        "coming": [each for each in published if now < each.opens_at],
        "past": [each for each in published if now >= each.closes_at],
    }
    return never_stored(render(request, "portal/rounds.html", context))


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponseBase:
    round_ = _published(code)
    return _page(request, round_, WantedForm(round_, initial=request.GET.dict()))


@for_account
def apply(request: HttpRequest, account: str, code: str) -> HttpResponseBase:
    """Check the answer; the button of the check applies, or changes the application.

    Asking for this page without an answer shows the round. What is taken costs one statement. Only for
    what is not taken the round is looked up and the form says why.
    """
    problem = ""
    if request.method != "POST":
        if "wanted" not in request.GET:
            return redirect("rounds:one", code=code)
        return _check(request, _published(code), account)
    euros = whole_euros(request.POST.get("wanted", ""))
    if euros:
        try:
            applying.apply(code, account, wanted=100 * euros, at=timezone.now())
        except applying.WantsTooMuch:
            pass  # the form says so, beside the field
        except applying.UnableToApply as unable:
            problem = str(unable)
        except Round.DoesNotExist:
            raise Http404 from None
        else:
            return redirect("rounds:one", code=code)
    round_ = _published(code)
    form = WantedForm(round_, request.POST)
    status = 409 if form.is_valid() else 422
    return _page(request, round_, form, problem=problem, status=status)


def _check(request: HttpRequest, round_: Round, account: str) -> HttpResponseBase:
    """What would be sent, to say yes to or to change; nothing counts yet."""
    form = WantedForm(round_, request.GET)
    if not form.is_valid():
        return _page(request, round_, form, status=422)
    try:
        applying.check(round_, at=timezone.now())
    except applying.UnableToApply as unable:
        return _page(request, round_, form, problem=str(unable), status=409)
    context = {
        "account": account,
        "round": round_,
        "wanted": form.cents(),
        "wanted_written": str(form.cleaned_data["wanted"]),
    }
    return never_stored(render(request, "portal/round_check.html", context))


@for_citizen
def withdraw(request: HttpRequest, account: str, code: str) -> HttpResponseBase:
    if request.method != "POST":
        return redirect("rounds:one", code=code)
    round_ = _published(code)
    try:
        applying.withdraw(round_, account, at=timezone.now())
    except applying.UnableToApply as unable:
        return _page(request, round_, WantedForm(round_), problem=str(unable), status=409)
    return redirect("rounds:one", code=code)


@require_safe
def facts(request: HttpRequest, code: str) -> HttpResponse:
    """What was published beforehand, and the seed: with the list, enough to redraw."""
    try:
        text = proving.facts_text(_published(code))
    except proving.NotDrawn:
        raise Http404 from None
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="tijdvak.json"'},
    )


@require_safe
def full_list(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The published list, written as it is read."""
    round_ = _published(code)
    if round_.state != RoundState.DRAWN:
        raise Http404
    return StreamingHttpResponse(
        proving.list_lines(round_),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="lijst.csv"'},
    )


def _tell_until(round_: Round) -> date | None:
    """The last day to disagree with the draw; None when it is over, or was not drawn."""
    until = object_until(timezone.localdate(round_.drawn_at)) if round_.drawn_at else None
    return until if until and timezone.localdate() <= until else None


def _published(code: str) -> Round:
    return get_object_or_404(Round.objects.public().select_related("scheme"), code=code)


def _page(
    request: HttpRequest, round_: Round, form: WantedForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    account = account_of(request)
    application = (
        Application.objects.filter(round=round_, account_code=account).first() if account else None
    )
    place = proving.place_of(application) if application else None
    context = {
        "account": account,
        "round": round_,
        "form": form,
        "problem": problem,
        "ended_on": Citizen.ended_on(account) if account else None,
        "is_open": round_.is_open(at=timezone.now()),
        "is_coming": timezone.now() < round_.opens_at,
        "drawn": round_.state == RoundState.DRAWN,
        "kinds": [CATEGORIES[category] for category in round_.categories],
        "application": application,
        "receipt": applying.receipt_of(application) if application else None,
        "place": place,
        "list_is_over": timezone.localdate() > round_.waits_until,
        "tell_until": _tell_until(round_),
        "group": CLASSES[place.priority] if place and place.priority else "",
        "refusal": refusing.tell(application, on=timezone.localdate())
        if application and round_.closed_at and not place
        else None,
        "standing": proving.standing(round_) if round_.state == RoundState.DRAWN else None,
    }
    response = render(request, "portal/round.html", context, status=status)
    never_stored(response)
    return response
