"""Pages for everyone: help, accessibility, and what to read when something goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from ontwikkelrekening.login.session import filled_in
from ontwikkelrekening.portal.context import development
from ontwikkelrekening.portal.session import account_of, written_in
from ontwikkelrekening.waiting_room.room import NOT_FOR_CITIZENS


def help_page(request: HttpRequest) -> HttpResponse:
    context = {"account": account_of(request), "here": "help"}
    return render(request, "portal/help.html", context)


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", {"account": account_of(request)})


def icon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask for it whatever a page says, as on the pages of staff."""
    return redirect(static("portal/icon.svg"), permanent=True)


def robots(request: HttpRequest) -> HttpResponse:
    """Searching the public pages is welcome; those of staff are nobody's business."""
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /audit/", "Disallow: /staff/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness: RFC 9116, mandatory for Dutch governments (Forum Standaardisatie)."""
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=90)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "portal/errors/404.html", {"account": account_of(request)}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "portal/errors/403.html", {"account": account_of(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Drawn without the request, which may be what is wrong."""
    too_large = isinstance(exception, RequestDataTooBig)
    page = render_to_string(
        "portal/errors/400.html", {**development(request), "too_large": too_large}
    )
    return HttpResponse(page, status=413 if too_large else 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request: the session or the database may be what failed."""
    at_work = request.path if NOT_FOR_CITIZENS.match(request.path) else ""
    return HttpResponse(
        render_to_string("portal/errors/500.html", {**development(request), "at_work": at_work}),
        status=500,
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent without its secret: most often a page that was open for too long.

    What somebody wrote in it is shown to copy, unless another site may have sent it.
    """
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    context = {"written": _written_in(request) if ours else ""}
    return render(request, "portal/errors/form_expired.html", context, status=403)


def _written_in(request: HttpRequest) -> str:
    of_provider = request.path.startswith(reverse("provider_area:home"))
    try:
        return filled_in(request) if of_provider else written_in(request)
    except UnreadablePostError:  # it broke off, and nobody has read it before
        return ""
