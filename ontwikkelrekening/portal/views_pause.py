"""Pausing the account: one question and a check; taking it up again with one button."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ontwikkelrekening.budgets import pausing
from ontwikkelrekening.budgets.models import Pause
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.portal.forms import PauseForm
from ontwikkelrekening.portal.session import for_citizen

ENDED = "gestopt"


@for_citizen
def pause(request: HttpRequest, account: str) -> HttpResponseBase:
    """Ask until when, then check; the button of the check pauses. What cannot be is said beside the field."""
    form = PauseForm(request.POST or None)
    if not form.is_valid() or "change" in request.POST:
        return _page(request, account, form)
    until, now = form.cleaned_data["until"], timezone.now()
    try:
        if "send" not in request.POST:
            pausing.check(account, until=until, on=timezone.localdate(now))
            context = {"account": account, "here": "home", "until": until}
            return render(request, "portal/pause_check.html", context)
        pausing.pause(account, until=until, by="citizen", at=now)
    except pausing.AlreadyPaused:
        return redirect("portal:pause")
    except pausing.UnableToPause as unable:
        form.add_error("until", str(unable))
        return _page(request, account, form)
    return redirect("portal:pause")


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
