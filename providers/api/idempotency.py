"""Idempotency-Key: a POST or PATCH has its effect once, and a retry gets the stored answer (providers.once)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from providers import once
from providers.api.authentication import caller_of
from providers.api.problems import BadHeader
from providers.claiming import submit
from providers.claiming.submitting import ClaimIdIsTaken, ClaimIsOnItsWay, Submitted
from providers.models import Provider
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
    default_detail = "This key was used here before, with another body."


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
    """Answer from the store, or act and store the answer in one transaction.

    Raises KeyIsInUse or KeyHasOtherContent.
    """
    try:
        answer = once.once(
            caller_of(request).client,
            key_of(request),
            act,
            operation=f"{request.method} {request.path.lower()}",  # an id in capitals is the same
            content=json.dumps(request.data, sort_keys=True, ensure_ascii=True),
            keep=_kept,
            at=timezone.now(),
        )
    except once.KeyIsInUse:
        raise KeyIsInUse from None
    except once.KeyHasOtherContent:
        raise KeyHasOtherContent from None
    return _replayed(answer) if isinstance(answer, Answer) else answer


def claim_id(provider: Provider, key: str) -> UUID:
    """It follows from the provider and the key, so the claim itself keeps what was answered."""
    return uuid5(provider.id, f"claim:{key}")


def submit_under(
    key: str, claim: dict[str, Any], *, provider: Provider, actor: str, at: datetime
) -> Submitted:
    """Submit a claim by itself or out of a batch: the same key and content is the same claim.

    Raises UnableToClaim, KeyHasOtherContent and KeyIsInUse.
    """
    try:
        return submit(
            claim_id(provider, key),
            claim["enrolment"],
            claim["instalment"],
            claim["amount"],
            claim.get("evidence", {}),
            provider=provider,
            actor=actor,
            at=at,
        )
    except ClaimIdIsTaken:
        raise KeyHasOtherContent from None
    except ClaimIsOnItsWay:
        raise KeyIsInUse from None


def _kept(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    body = json.dumps(response.data, ensure_ascii=False, separators=(",", ":"))
    return Answer(response.status_code, body, headers)


def _replayed(answer: Answer) -> HttpResponse:
    headers = {**answer.headers, REPLAYED: "true"}
    return HttpResponse(
        answer.body, status=answer.status, headers=headers, content_type="application/json"
    )
