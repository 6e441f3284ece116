"""Logging in, behind one seam: a labelled mock in development, OpenID Connect in production.

Whatever proves who someone is hands over a BSN; from there on the session knows the account code.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ontwikkelrekening.citizens.identity import find_by_bsn
from ontwikkelrekening.portal import oidc
from ontwikkelrekening.portal.forms import BsnForm
from ontwikkelrekening.portal.personas import personas
from ontwikkelrekening.portal.session import (
    WAS_LOGGED_IN,
    close_session,
    open_session,
    remember_login,
)

BACK_TO = "back_to"


@never_cache
def log_in(request: HttpRequest) -> HttpResponseBase:
    if settings.LOGIN == "mock":
        return _mock(request)
    if not settings.OIDC_ISSUER:
        return _unavailable(request)
    request.session[BACK_TO] = request.GET.get("next", "")
    try:
        return oidc.ask(request, return_to=f"{settings.PUBLIC_URL}{reverse('portal:logged_in')}")
    except oidc.UnableToLogIn:
        return _unavailable(request)


@never_cache
def logged_in(request: HttpRequest) -> HttpResponseBase:
    """Where DigiD sends the citizen back to."""
    if settings.LOGIN != "oidc" or not settings.OIDC_ISSUER:
        raise Http404
    try:
        citizen = find_by_bsn(oidc.bsn_from(request))
    except oidc.Stopped:
        return redirect("portal:home")
    except oidc.NotSureEnough:
        return render(request, "portal/login_level.html", status=403)
    except oidc.UnableToLogIn:
        return _unavailable(request)
    if citizen is None:
        return render(request, "portal/login_unknown.html", status=403)
    back_to = request.session.get(BACK_TO, "")
    return welcome(request, account=citizen.account_code, back_to=back_to)


def _unavailable(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/login_unavailable.html", status=503)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    close_session(request)
    response = redirect("portal:home")
    response.delete_cookie(WAS_LOGGED_IN)
    return response


def welcome(request: HttpRequest, *, account: str, back_to: str) -> HttpResponse:
    """Open the session and go where the citizen wanted to be, when that is one of our pages."""
    open_session(request, account=account)
    allowed = url_has_allowed_host_and_scheme(
        back_to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return remember_login(redirect(back_to if allowed else "portal:home"))


def _mock(request: HttpRequest) -> HttpResponseBase:
    """Choose an invented person or type an invented BSN. Settings refuse this in production."""
    form = BsnForm(request.POST or None)
    back_to = request.POST.get("next") or request.GET.get("next", "")
    if form.is_valid():
        citizen = find_by_bsn(form.cleaned_data["bsn"])
        if citizen is not None:
            return welcome(request, account=citizen.account_code, back_to=back_to)
        form.add_error("bsn", _("We know nobody with this BSN."))
    context = {"form": form, "next": back_to, "personas": personas()}
    return render(request, "portal/log_in_mock.html", context, status=422 if form.errors else 200)
