"""Pages for everyone: help, accessibility, and what to read when something goes wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from ontwikkelrekening.portal.session import account_of


def help_page(request: HttpRequest) -> HttpResponse:
    context = {"account": account_of(request), "here": "help"}
    return render(request, "portal/help.html", context)


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", {"account": account_of(request)})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "portal/errors/404.html", {"account": account_of(request)}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "portal/errors/403.html", {"account": account_of(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(render_to_string("portal/errors/400.html"), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request: the session or the database may be what failed."""
    return HttpResponse(render_to_string("portal/errors/500.html"), status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent without its secret: most often a page that was open for too long."""
    return render(request, "portal/errors/form_expired.html", status=403)
