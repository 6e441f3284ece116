"""The session of somebody who logged in without being a Django user: a citizen, a provider's employee.

A session is renewed at login, ends after 15 idle minutes (SESSION_COOKIE_AGE) and at logout. A second
cookie without any meaning remembers, until the browser closes, that somebody was logged in, so that
we can say kindly that the time was up.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme

WAS_LOGGED_IN = "was-logged-in"
BACK_TO = "back_to"
NOT_TYPED = {"csrfmiddlewaretoken", "next", "once"}  # what forms carry unseen


def open_session(request: HttpRequest, **known: str) -> None:
    """Start a new session that knows just this: nothing of an earlier session survives.

    Nor does a form that was opened in it: sent now, it would act for whoever logged in since.
    """
    _end_session(request)
    request.session.update(known)


def never_stored(response: HttpResponseBase) -> HttpResponseBase:
    patch_cache_control(response, no_store=True, private=True)
    return response


def back(request: HttpRequest, back_to: str, *, otherwise: str) -> HttpResponse:
    """To where the visitor wanted to be, when that is one of our pages."""
    allowed = url_has_allowed_host_and_scheme(
        back_to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(back_to if allowed else otherwise)
    response.set_cookie(
        WAS_LOGGED_IN,
        "1",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def log_out(request: HttpRequest, *, to: str) -> HttpResponse:
    _end_session(request)
    response = redirect(to)
    response.delete_cookie(WAS_LOGGED_IN)
    return response


def _end_session(request: HttpRequest) -> None:
    request.session.flush()
    rotate_token(request)


def was_logged_in(request: HttpRequest) -> bool:
    """And is not any more; who works for a provider is not logged out because a citizen's page asks who it is."""
    return bool(request.COOKIES.get(WAS_LOGGED_IN)) and request.session.is_empty()


def filled_in(request: HttpRequest) -> str:
    """Every field of the form that was sent, to copy: on the next screen only, it is kept nowhere."""
    answers = ((name, value) for name, value in request.POST.items() if name not in NOT_TYPED)
    return "\n".join(f"{name}: {value}" for name, value in answers if value)


def page_asked_for(request: HttpRequest) -> str:
    """The page, as far as it can be asked for again after logging in."""
    return request.get_full_path() if request.method == "GET" else request.path
