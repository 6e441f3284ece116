"""The session of a citizen: it holds the account code and nothing else about the person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from ontwikkelrekening.login.session import never_stored, page_asked_for, was_logged_in

P = ParamSpec("P")
CitizenView = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ACCOUNT = "account_code"


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


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """403 with the way back."""
    context = {
        "back_to": page_asked_for(request),
        "expired": was_logged_in(request),
        "language": get_language(),
    }
    return render(request, "portal/log_in_first.html", context, status=403)
