"""Middleware that only pages need: a call of the API has no session, no language and no messages."""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.middleware import OTPMiddleware

from ontwikkelrekening.administration.second_factor import SecondFactor
from providers.api import PREFIX

OF_PAGES = "GET", "HEAD", "POST"


class _ForPages:
    """Before a middleware's own class: it is passed by under /api/."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PREFIX):
            answer: HttpResponseBase = self.get_response(request)
        else:
            answer = super().__call__(request)  # type: ignore[misc]
        return answer


class _NoNul:
    """The database holds no text with a NUL: nothing has such an address, and nothing is found by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        return self.get_response(request)


class Methods:
    """A page is asked for or sent a form; software (`csrf_exempt`) has methods of its own.

    Where a page did not say what it takes, TRACE and OPTIONS would read it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_: object
    ) -> HttpResponse | None:
        if request.method in OF_PAGES or getattr(view, "csrf_exempt", False):
            return None
        return HttpResponseNotAllowed(OF_PAGES)


class ContentSecurityPolicy(_ForPages, CSPMiddleware):
    """The API sends a policy of its own."""


class Session(_ForPages, SessionMiddleware):
    """Who is logged in."""


class Language(_ForPages, LocaleMiddleware):
    """Dutch or English."""


class User(_ForPages, AuthenticationMiddleware):
    """Who of the staff is logged in."""


class VerifiedUser(_ForPages, OTPMiddleware):  # type: ignore[misc]
    """Whether it was with a second factor; a session whose factor is forgotten has ended.

    It could else set up an app of its own without a password.
    """

    def _verify_user_sync(self, request: HttpRequest, user: Any) -> Any:
        had_one = user.is_authenticated and DEVICE_ID_SESSION_KEY in request.session
        found = super()._verify_user_sync(request, user)
        if had_one and not found.is_verified():
            request.session.flush()
            return super()._verify_user_sync(request, AnonymousUser())
        return found


class AskSecondFactor(_ForPages, SecondFactor):
    """Otherwise, ask for it."""


class NoNul(_ForPages, _NoNul):
    """The API points to the parameter."""


class Messages(_ForPages, MessageMiddleware):
    """What the administration says after an act."""
