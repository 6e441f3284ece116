"""The session of a citizen: it holds the account code and nothing else about the person.

Citizens are no Django users. A session is renewed at login, ends after 15 idle minutes
(SESSION_COOKIE_AGE) and at logout. A second cookie without any meaning remembers, until the browser
closes, that somebody was logged in, so that we can say kindly that the time was up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

P = ParamSpec("P")
CitizenView = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ACCOUNT = "account_code"
WAS_LOGGED_IN = "was-logged-in"


def open_session(request: HttpRequest, *, account: str) -> None:
    """Start a new session for this account: nothing of an earlier session survives."""
    request.session.flush()
    request.session[ACCOUNT] = account


def close_session(request: HttpRequest) -> None:
    request.session.flush()


def account_of(request: HttpRequest) -> str | None:
    """The account code of the citizen who is logged in."""
    account: str | None = request.session.get(ACCOUNT)
    return account


def for_citizen(view: CitizenView[P]) -> View[P]:
    """A page of one citizen: it gets the account code, and no cache may keep it."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = account_of(request)
        response = view(request, account, *args, **kwargs) if account else _ask_to_log_in(request)
        return never_stored(response)

    return page


def never_stored(response: HttpResponseBase) -> HttpResponseBase:
    patch_cache_control(response, no_store=True, private=True)
    return response


def remember_login(response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        WAS_LOGGED_IN,
        "1",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """403 with the way back: the page asked for, as far as it can be asked for again."""
    back_to = request.get_full_path() if request.method == "GET" else request.path
    context = {
        "back_to": back_to,
        "expired": bool(request.COOKIES.get(WAS_LOGGED_IN)),
        "language": get_language(),
    }
    return render(request, "portal/log_in_first.html", context, status=403)
