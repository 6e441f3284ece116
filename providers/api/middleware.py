"""What every answer under /api/ carries: version, security headers, an entity tag, never a page."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.cache import get_conditional_response

from providers.api import OAUTH, PREFIX, VERSION
from providers.api.entity_tags import etag_of
from providers.api.problems import TITLES, answer

logger = logging.getLogger(__name__)
HEADERS = {
    "API-Version": VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
OF_THE_BODY = "Content-Type", "Content-Length"
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}  # RFC 6797, 7.2
UNREADABLE = BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError
FAILURES = {
    400: "The request cannot be read: too many parameters, too large or malformed.",
    500: "The failure was recorded; nothing was changed. You can try again.",
}
PAGE = {  # the docs: a style sheet of our own, and no script
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}


class ApiMiddleware:
    """Placed first, so it also dresses the answers of the middleware below it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and response.status_code >= 400:
            response, is_page = _as_problem(response), False
        secure = OVER_TLS if request.is_secure() else {}
        for name, value in (HEADERS | secure | (PAGE if is_page else {})).items():
            response.headers[name] = value
        return _conditional(request, response)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        if request.path.startswith(PREFIX):
            translation.activate("en")  # the API speaks one language

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not request.path.startswith((PREFIX, OAUTH)):
            return None
        code = 400 if isinstance(exception, UNREADABLE) else 500
        if code == 500:
            logger.error("request failed", exc_info=exception)
        if request.path.startswith(OAUTH):
            return _as_oauth(code)
        return answer(code, FAILURES[code])


def _as_oauth(code: int) -> HttpResponse:
    """A refusal as RFC 6749 writes it."""
    error = {400: "invalid_request", 500: "server_error"}[code]
    return JsonResponse({"error": error, "error_description": FAILURES[code]}, status=code)


def _as_problem(page: HttpResponseBase) -> HttpResponse:
    """What is refused before a view is reached, or by one that is no API view, is a problem too."""
    code = page.status_code
    problem = answer(code, f"{TITLES.get(code, 'Problem')}.")
    if "Allow" in page.headers:
        problem.headers["Allow"] = page.headers["Allow"]
    return problem


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Tag what was read; answer 304 when the client has it already, 412 when it has another."""
    if request.method not in ("GET", "HEAD") or not isinstance(response, HttpResponse):
        return response
    if response.status_code != 200:
        return response
    # Nothing here has a moment of its last change, and then this header says nothing (RFC 9110, 13.1.4).
    request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    etag = etag_of(response.content)
    response.headers["ETag"] = etag
    conditional = get_conditional_response(request, etag=etag, response=response)
    if conditional is None or conditional is response:
        return response
    if conditional.status_code == 412:
        conditional = answer(412, "It has another ETag than the one in If-Match.")
    for name, value in response.headers.items():
        if name not in OF_THE_BODY:
            conditional.headers.setdefault(name, value)
    return conditional
