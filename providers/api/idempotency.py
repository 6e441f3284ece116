"""Idempotency-Key: the key, the effect and the answer are written in one transaction.

A retry after a lost answer gets the stored one. Only answers with an effect are stored: a refusal
changed nothing, so the same request may be tried again under the same key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api.authentication import caller_of
from providers.api.problems import BadHeader
from providers.models import Client, IdempotencyKey

HEADER = "Idempotency-Key"
KEY = re.compile(r'"?([A-Za-z0-9._~:-]{8,64})"?', re.ASCII)
KEPT_HEADERS = ("Location",)


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


def perform_once(request: Request, act: Callable[[], Response]) -> Response | HttpResponse:
    """Answer from the store, or act and store the answer in one transaction."""
    key, client = key_of(request), caller_of(request).client
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        _lock(client, key)
        stored = IdempotencyKey.objects.filter(client=client, key=key).first()
        if stored is not None:
            return _replay(stored, fingerprint)
        response = act()
        _store(response, client, key, fingerprint)
        return response


def _fingerprint(request: Request) -> bytes:
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=True)
    return sha256(f"{request.method} {request.path}\n{body}".encode()).digest()


def _lock(client: Client, key: str) -> None:
    """Held until the transaction ends; a twin of the request does not wait for it."""
    number = int.from_bytes(sha256(f"{client.pk} {key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if cursor.fetchone() != (True,):
            raise KeyIsInUse


def _replay(stored: IdempotencyKey, fingerprint: bytes) -> HttpResponse:
    if bytes(stored.fingerprint) != fingerprint:
        raise KeyHasOtherContent
    headers = {**stored.headers, "Idempotent-Replayed": "true"}
    return HttpResponse(
        stored.answer, status=stored.status, headers=headers, content_type="application/json"
    )


def _store(response: Response, client: Client, key: str, fingerprint: bytes) -> None:
    kept: dict[str, Any] = {
        name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
    }
    IdempotencyKey.objects.create(
        client=client,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        answer=json.dumps(response.data, ensure_ascii=False, separators=(",", ":")),
        headers=kept,
        at=timezone.now(),
    )
