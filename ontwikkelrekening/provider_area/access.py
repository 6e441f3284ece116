"""The session of a provider's employee: which provider, and a pseudonym of who acts for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from ontwikkelrekening.login.session import (
    filled_in,
    never_stored,
    page_asked_for,
    was_logged_in,
)
from providers.models import Provider

P = ParamSpec("P")
PROVIDER, EMPLOYEE = "provider", "employee"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who was let in for one provider, and sees nothing of any other."""

    provider: Provider
    employee: str

    @property
    def actor(self) -> str:
        """How the employee is written in the record of changes."""
        return f"employee:{self.employee}"


StaffView = Callable[Concatenate[HttpRequest, Staff, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def pseudonym(subject: str) -> str:
    """What we keep of an employee: enough to tell two apart, too little to know one."""
    return salted_hmac("provider_area.employee", subject, algorithm="sha256").hexdigest()[:12]


def staff_of(request: HttpRequest) -> Staff | None:
    """Who is logged in for a provider."""
    id_ = request.session.get(PROVIDER)
    provider = Provider.objects.filter(pk=id_).first() if id_ else None
    return Staff(provider, request.session[EMPLOYEE]) if provider else None


def for_staff(view: StaffView[P]) -> View[P]:
    """A page for staff: it gets who they are, and no cache may keep it."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        staff = staff_of(request)
        response = view(request, staff, *args, **kwargs) if staff else _ask_to_log_in(request)
        return never_stored(response)

    return page


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """403 with the way back, and to copy what was filled in."""
    context = {
        "back_to": page_asked_for(request),
        "expired": was_logged_in(request),
        "written": filled_in(request),
        "language": get_language(),
    }
    return render(request, "provider_area/log_in_first.html", context, status=403)
