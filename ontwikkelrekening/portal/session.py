"""The session of a citizen: it holds the account code and nothing else about the person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from ontwikkelrekening.citizens.identity import NoIdentity, check_not_erased
from ontwikkelrekening.login.session import never_stored, page_asked_for, was_logged_in

P = ParamSpec("P")
CitizenView = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ACCOUNT = "account_code"
# What people type, in the order in which a form asks it; the other fields are choices or not seen.
TYPED = ("words", "wanted", "start", "until", "valid_from", "valid_until")


def account_of(request: HttpRequest) -> str | None:
    """The account code of the citizen who is logged in."""
    account: str | None = request.session.get(ACCOUNT)
    return account


def written_in(request: HttpRequest) -> str:
    """What somebody typed in the form that was sent, to copy."""
    return "\n".join(filter(None, (request.POST.get(name) for name in TYPED)))


def for_citizen(view: CitizenView[P]) -> View[P]:
    """A page of one citizen: it gets the account code, and no cache may keep it."""

    @wraps(view)
    def of_somebody(
        request: HttpRequest, account: str, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        check_not_erased(account)
        return view(request, account, *args, **kwargs)

    return for_account(of_somebody)


def for_account(view: CitizenView[P]) -> View[P]:
    """The same for a view that asks for the person itself, and so raises NoIdentity of somebody erased.

    The session of somebody who was erased ends with that.
    """

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = account_of(request)
        if not account:
            return never_stored(_ask_to_log_in(request, expired=was_logged_in(request)))
        try:
            response = view(request, account, *args, **kwargs)
        except NoIdentity:
            request.session.flush()
            response = _ask_to_log_in(request, expired=False)
        return never_stored(response)

    return page


def _ask_to_log_in(request: HttpRequest, *, expired: bool) -> HttpResponse:
    """403 with the way back, and to copy what somebody wrote: on this screen only, it is kept nowhere."""
    context = {
        "back_to": page_asked_for(request),
        "expired": expired,
        "sent": request.method == "POST",
        "written": written_in(request),
        "language": get_language(),
    }
    return render(request, "portal/log_in_first.html", context, status=403)
