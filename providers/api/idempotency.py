"""Idempotency-Key: a POST or PATCH has its effect once, and a retry gets the stored answer (providers.once)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from providers import once
from providers.api.authentication import caller_of
from providers.api.problems import BadHeader
from providers.once import Answer

HEADER = "Idempotency-Key"
KEY = re.compile(r'"?([A-Za-z0-9._~:-]{8,64})"?', re.ASCII)
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("ETag", "Location")


class KeyIsInUse(APIException):
    status_code = 409
    kind = "key-is-in-use"
    default_detail = "A request with this key is being handled at the moment."
    headers = {"Retry-After": "1"}


class KeyHasOtherContent(APIException):
    status_code = 422
    kind = "key-has-other-content"
    default_detail = "This key was used for another request."


def key_of(request: Request) -> str:
    """The key of the request; raises BadHeader."""
    given = request.headers.get(HEADER)
    if given is None:
        raise BadHeader(HEADER, "Send an Idempotency-Key, so that a retry is harmless.")
    match = KEY.fullmatch(given)
    if match is None:
        raise BadHeader(HEADER, "A key has 8 to 64 letters, digits or . _ ~ : -")
    return match[1]


def perform_once(request: Request, act: Callable[[], Response]) -> HttpResponse:
    """Answer from the store, or act and store the answer in one transaction."""
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=True)
    try:
        answer = once.once(
            caller_of(request).client,
            key_of(request),
            act,
            content=f"{request.method} {request.path}\n{body}",
            keep=_kept,
            at=timezone.now(),
        )
    except once.KeyIsInUse:
        raise KeyIsInUse from None
    except once.KeyHasOtherContent:
        raise KeyHasOtherContent from None
    return _replayed(answer) if isinstance(answer, Answer) else answer


def _kept(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = json.dumps(response.data, ensure_ascii=False, separators=(",", ":"))
    return Answer(response.status_code, body, headers)


def _replayed(answer: Answer) -> HttpResponse:
    headers = {**answer.headers, REPLAYED: "true"}
    return HttpResponse(
        answer.body, status=answer.status, headers=headers, content_type="application/json"
    )
