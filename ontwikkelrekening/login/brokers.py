"""To a broker and back: what the pages of citizens and of providers' staff have in common.

An area is the name of its app: its addresses have a `home` and a `logged_in`, its templates a
`login_unavailable`, a `login_level` and a `login_unknown`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from ontwikkelrekening.login import oidc
from ontwikkelrekening.login.session import BACK_TO


def send_to(broker: oidc.Broker, request: HttpRequest, *, area: str) -> HttpResponseBase:
    """Send the browser to the broker, or say that logging in is not possible now."""
    if not broker.is_there:
        return _unavailable(request, area)
    request.session[BACK_TO] = request.GET.get("next", "")
    return_to = f"{settings.PUBLIC_URL}{reverse(f'{area}:logged_in')}"
    try:
        return oidc.ask(request, broker, return_to=return_to)
    except oidc.UnableToLogIn:
        return _unavailable(request, area)


def back_from(
    broker: oidc.Broker,
    request: HttpRequest,
    *claims: str,
    area: str,
    welcome: Callable[..., HttpResponseBase | None],
) -> HttpResponseBase:
    """Let in who came back, or say why not.

    `welcome` is called with the values of the claims and with `back_to`; none means that we do not
    know who came.
    """
    if not broker.is_there:
        raise Http404
    try:
        values = oidc.claims_from(request, broker, *claims)
    except oidc.Stopped:
        return redirect(f"{area}:home")
    except oidc.NotSureEnough:
        return render(request, f"{area}/login_level.html", status=403)
    except oidc.UnableToLogIn:
        return _unavailable(request, area)
    answer = welcome(*values, back_to=request.session.get(BACK_TO, ""))
    if answer is None:
        return render(request, f"{area}/login_unknown.html", status=403)
    return answer


def _unavailable(request: HttpRequest, area: str) -> HttpResponse:
    return render(request, f"{area}/login_unavailable.html", status=503)
