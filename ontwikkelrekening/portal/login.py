"""Logging in, behind one seam: a labelled mock in development, OpenID Connect in production.

Whatever proves who someone is hands over a BSN; from there on the session knows the account code.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ontwikkelrekening.citizens.identity import find_by_bsn
from ontwikkelrekening.login import brokers, oidc, session
from ontwikkelrekening.portal.forms import BsnForm
from ontwikkelrekening.portal.personas import personas
from ontwikkelrekening.portal.session import ACCOUNT, for_citizen


@never_cache
def log_in(request: HttpRequest) -> HttpResponseBase:
    if settings.LOGIN == "mock":
        return _mock(request)
    return brokers.send_to(oidc.digid(), request, area="portal")


@never_cache
def logged_in(request: HttpRequest) -> HttpResponseBase:
    """Where DigiD sends the citizen back to."""

    def welcomed(bsn: str, *, back_to: str) -> HttpResponse | None:
        citizen = find_by_bsn(bsn)
        if citizen is None:
            return None
        return welcome(request, account=citizen.account_code, back_to=back_to)

    return brokers.back_from(
        oidc.digid(), request, settings.OIDC_BSN_CLAIM, area="portal", welcome=welcomed
    )


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
