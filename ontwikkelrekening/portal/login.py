"""Logging in, behind one seam: a labelled mock in development, OpenID Connect in production.

Whatever proves who someone is hands over a BSN; from there on the session knows the account code.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ontwikkelrekening.citizens.identity import find_by_bsn
from ontwikkelrekening.login import oidc, session
from ontwikkelrekening.login.session import BACK_TO
from ontwikkelrekening.portal.forms import BsnForm
from ontwikkelrekening.portal.personas import personas
from ontwikkelrekening.portal.session import ACCOUNT, for_citizen


@never_cache
def log_in(request: HttpRequest) -> HttpResponseBase:
    if settings.LOGIN == "mock":
        return _mock(request)
    broker = oidc.digid()
    if not broker.is_there:
        return _unavailable(request)
    request.session[BACK_TO] = request.GET.get("next", "")
    return_to = f"{settings.PUBLIC_URL}{reverse('portal:logged_in')}"
    try:
        return oidc.ask(request, broker, return_to=return_to)
    except oidc.UnableToLogIn:
        return _unavailable(request)


@never_cache
def logged_in(request: HttpRequest) -> HttpResponseBase:
    """Where DigiD sends the citizen back to."""
    broker = oidc.digid()
    if not broker.is_there:
        raise Http404
    try:
        (bsn,) = oidc.claims_from(request, broker, settings.OIDC_BSN_CLAIM)
        citizen = find_by_bsn(bsn)
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


@require_safe
@for_citizen
def stay(request: HttpRequest, account: str) -> HttpResponse:
    """Renews a session that is still there, for the page that warns; as on any page, 403 without."""
    return HttpResponse(status=204)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    return session.log_out(request, to="portal:home")


def welcome(request: HttpRequest, *, account: str, back_to: str) -> HttpResponse:
    """Open the session and go where the citizen wanted to be."""
    session.open_session(request, **{ACCOUNT: account})
    return session.back(request, back_to, otherwise="portal:home")


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
