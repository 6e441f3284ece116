"""Logging in, behind one seam: a labelled mock in development, OpenID Connect in production."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ontwikkelrekening.portal.session import WAS_LOGGED_IN, close_session


def log_in(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/login_unavailable.html", status=503)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    close_session(request)
    response = redirect("portal:home")
    response.delete_cookie(WAS_LOGGED_IN)
    return response
