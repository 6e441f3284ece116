"""The token endpoint: OAuth 2 client credentials, nothing else."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView

from providers.api.assertions import CLIENT_ID, client_named_in
from providers.api.limits import Allowance, count_token_request

logger = logging.getLogger(__name__)


class Token(TokenView):  # type: ignore[misc]
    """Gives a token of at most an hour; every grant and refusal is logged."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allowance = count_token_request(request, _claimed_client(request))
        if allowance.is_spent:
            return _too_many(allowance)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def create_token_response(self, request: HttpRequest) -> tuple[str, Any, str, int]:
        url, headers, body, status = super().create_token_response(request)
        answer = json.loads(body)
        logger.info(
            "token granted" if status == 200 else "token refused",
            extra={
                "client": _claimed_client(request),
                "scope": answer.get("scope"),
                "error": answer.get("error"),
            },
        )
        return url, headers, body, status


def _too_many(allowance: Allowance) -> HttpResponse:
    headers = {**allowance.headers(), "Retry-After": str(allowance.seconds_left)}
    error = {"error": "temporarily_unavailable", "error_description": "Too many requests."}
    return JsonResponse(error, status=429, headers=headers)


def _claimed_client(request: HttpRequest) -> str:
    """The client id that was given, for the log; whether it is true, the answer says."""
    given = _given_id(request)
    return given if CLIENT_ID.fullmatch(given) else ""


def _given_id(request: HttpRequest) -> str:
    if assertion := request.POST.get("client_assertion"):
        return client_named_in(assertion)
    kind, _, pair = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return request.POST.get("client_id", "")
    try:
        return unquote_plus(b64decode(pair).decode().partition(":")[0])
    except ValueError:
        return ""
