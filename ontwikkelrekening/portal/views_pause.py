"""Pausing the account: one question and a check; taking it up again with one button."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ontwikkelrekening.budgets import pausing
from ontwikkelrekening.budgets.models import Pause
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.portal.forms import PauseForm
from ontwikkelrekening.portal.session import for_citizen

ENDED = "gestopt"


@require_safe
@for_citizen
def pause(request: HttpRequest, account: str) -> HttpResponse:
    """The one question: until when?"""
    return _page(request, account, PauseForm(initial=request.GET.dict()))


@for_citizen
def check(request: HttpRequest, account: str) -> HttpResponseBase:
    """Check the answer; the button of the check pauses. What cannot be is said beside the field."""
    sent = request.method == "POST"
    answers = request.POST if sent else request.GET
    if "until" not in answers:
        return redirect("portal:pause")
    form = PauseForm(answers)
    if not form.is_valid():
        return _page(request, account, form)
    until, now = form.cleaned_data["until"], timezone.now()
    try:
        if sent:
            pausing.pause(account, until=until, by="citizen", at=now)
            return redirect("portal:pause")
        pausing.check(account, until=until, on=timezone.localdate(now))
    except pausing.AlreadyPaused:
        return redirect("portal:pause")
    except pausing.UnableToPause as unable:
        form.add_error("until", str(unable))
        return _page(request, account, form)
    context = {"account": account, "here": "home", "until": until}
    return render(request, "portal/pause_check.html", context)


@for_citizen
def resume(request: HttpRequest, account: str) -> HttpResponseBase:
    if request.method == "POST":
        with suppress(pausing.NotPaused):  # over meanwhile, or pressed twice
            pausing.resume(account, by="citizen", at=timezone.now())
        return redirect(f"{reverse('portal:pause')}?{ENDED}")
    return redirect("portal:pause")


def _page(request: HttpRequest, account: str, form: PauseForm) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "account": account,
        "here": "home",
        "form": form,
        "today": today,
        "paused": Pause.running(account, on=today),
        "ended_on": Citizen.ended_on(account),
        "pause_ended": ENDED in request.GET,
        "days_left": pausing.days_left(account, on=today),
    }
    return render(request, "portal/pause.html", context, status=422 if form.errors else 200)
