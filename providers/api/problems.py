"""Every error of the API as a problem document (RFC 9457), with a pointer to each bad field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response

from providers.api import PREFIX
from providers.errors import Unable
from providers.states import IllegalMove

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request is not valid",
    401: "You are not logged in",
    403: "You may not do this",
    404: "Not found",
    405: "This method is not possible here",
    406: "This answer can only be JSON",
    409: "Not possible now",
    412: "The resource has changed",
    413: "The request is too large",
    415: "Only JSON is read here",
    422: "The rules do not allow this",
    428: "A condition is required",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available at the moment",
}


class PayloadTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class BadHeader(exceptions.APIException):
    """A header is missing or unreadable."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"

    def __init__(self, header: str, detail: str) -> None:
        super().__init__(detail)
        self.header = header


class BadQuery(exceptions.APIException):
    """Parameters in the query are not acceptable: each with what is wrong with it."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"

    def __init__(self, *wrong: tuple[str, str]) -> None:
        super().__init__(" ".join(detail for _, detail in wrong))
        self.wrong = wrong


def document(
    code: int, detail: str, *, kind: str = "", errors: list[Any] | None = None
) -> dict[str, Any]:
    """A problem document; `kind` names a problem that the docs explain, and is its title then."""
    problem: dict[str, Any] = {
        "type": f"{settings.PUBLIC_URL}/api/v1/docs#{kind}" if kind else "about:blank",
        "status": code,
        "title": kind.replace("-", " ").capitalize() or TITLES.get(code, "Problem"),
        "detail": _writable(detail),
    }
    if errors:
        problem["errors"] = errors
    return problem


def error(where: str, pointer: str, detail: str, code: str) -> dict[str, str]:
    return {
        "in": where,
        "pointer": _writable(pointer),
        "code": code,
        "detail": _writable(detail),
    }


def _writable(text: str) -> str:
    """A name or value that is repeated may hold half a character, which no answer can."""
    return text.encode(errors="backslashreplace").decode()


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: named errors become problems, anything else is a 500."""
    found = _describe(exc)
    if found is None:
        return None
    code, problem, headers = found
    return Response(problem, status=code, headers=headers, content_type=MEDIA_TYPE)


def _describe(exc: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    if isinstance(exc, Unable):
        return 422, _of_unable(exc), {}
    if isinstance(exc, IllegalMove):
        return 409, document(409, str(exc), kind="illegal-move"), {}
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, exceptions.APIException):
        return exc.status_code, _of_api_exception(exc), _headers(exc)
    return None


def _of_unable(exc: Unable) -> dict[str, Any]:
    kind = kind_of(type(exc))
    errors = [error("body", f"/{exc.field}", str(exc), kind)] if exc.field else None
    return document(422, str(exc), kind=kind, errors=errors)


def kind_of(error_class: type[Exception]) -> str:
    """AboveWhatIsLeft -> above-what-is-left."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error_class.__name__).lower()


def _of_api_exception(exc: exceptions.APIException) -> dict[str, Any]:
    code = exc.status_code
    if isinstance(exc, exceptions.ValidationError):
        errors = list(_flattened(exc.get_full_details()))
        return document(code, "One or more fields are not valid.", errors=errors)
    detail = str(exc.detail)
    if isinstance(exc, BadHeader):
        return document(code, detail, errors=[error("header", exc.header, detail, "invalid")])
    if isinstance(exc, BadQuery):
        errors = [error("query", name, reason, "invalid") for name, reason in exc.wrong]
        return document(code, detail, errors=errors)
    return document(code, detail, kind=getattr(exc, "kind", ""))


def _flattened(details: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Every message of a nested validation error with the pointer to its field."""
    if isinstance(details, list):
        for number, item in enumerate(details):
            leaf = isinstance(item, dict) and set(item) == {"message", "code"}
            yield from _flattened(item, pointer if leaf else f"{pointer}/{number}")
    elif set(details) == {"message", "code"}:
        yield error("body", pointer, str(details["message"]), str(details["code"]))
    else:
        for name, value in details.items():
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            below = pointer if name == "non_field_errors" else f"{pointer}/{escaped}"
            yield from _flattened(value, below)


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = dict(getattr(exc, "headers", {}))
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait))  # type: ignore[attr-defined]
    return headers


def answer(code: int, detail: str) -> HttpResponse:
    """A problem outside DRF's views: an unknown address, a failure nobody foresaw."""
    return JsonResponse(document(code, detail), status=code, content_type=MEDIA_TYPE)


def not_found(request: HttpRequest) -> HttpResponse:
    return answer(404, f"There is nothing at this address under {PREFIX}.")
