"""Getting a token and ending it: OAuth 2 client credentials, nothing else."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views import View
from oauth2_provider.views import RevokeTokenView, TokenView
from oauth2_provider.views.mixins import OAuthLibMixin

from providers.api.assertions import ALGORITHMS, CLIENT_ID, client_named_in
from providers.api.limits import Allowance, count_token_request
from providers.api.parsing import BodyIsEncoded, is_encoded
from providers.scopes import SCOPES

logger = logging.getLogger(__name__)


class _InJson(View):
    """An address that says in JSON, too, which methods it takes."""

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        answer = _refused("invalid_request", f"{request.method} is not possible here.", status=405)
        answer.headers["Allow"] = ", ".join(name.upper() for name in self.http_method_names)
        return answer


class _Endpoint(OAuthLibMixin, _InJson):  # type: ignore[misc]
    """An address where clients say who they are: so often a minute, in one way, each parameter once."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_encoded(request):
            return _encoded()
        allowance = count_token_request(request, _claimed_client(request))
        answer = _too_many(allowance) if allowance.is_spent else self._answer(request)
        for name, value in allowance.headers().items():
            answer.headers[name] = value
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if any(len(values) > 1 for _, values in request.POST.lists()):
            return _refused("invalid_request", "A parameter is given twice.", status=400)
        request.POST = _that_count(request.POST)  # type: ignore[assignment]
        if _proves_in_two_ways(request):
            return _refused("invalid_request", "Say who you are in one way.", status=400)
        answer: HttpResponse = super().post(request)
        if answer.status_code == 401:  # RFC 6749, 5.2: the way that may be tried again
            answer.headers["WWW-Authenticate"] = 'Basic realm="oauth"'
        answer.headers["Content-Type"] = "application/json"
        return answer


class _OneGrant(TokenView):  # type: ignore[misc]
    """The library's view without the flow for devices, which it begins before it asks who calls."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = self.authorization_flow_token_response(request)
        return answer


class Token(_Endpoint, _OneGrant):
    """Gives a token of at most an hour; every grant and refusal is logged."""

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


class Revocation(_Endpoint, RevokeTokenView):  # type: ignore[misc]
    """Ends a token of the client before its hour is over (RFC 7009); another's stays as it is."""

    def create_revocation_response(self, request: HttpRequest) -> tuple[str, Any, str, int]:
        url, headers, body, status = super().create_revocation_response(request)
        logger.info(
            "token ended" if status == 200 else "token not ended",
            extra={"client": _claimed_client(request)},
        )
        return url, headers, body, status


class Metadata(_InJson):
    """How to get a token, for software that finds out by itself (RFC 8414)."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        here, methods = settings.PUBLIC_URL, ["client_secret_basic", "client_secret_post"]
        methods.append("private_key_jwt")
        return JsonResponse(
            {
                "issuer": here,
                "token_endpoint": f"{here}/oauth/token",
                "token_endpoint_auth_methods_supported": methods,
                "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
                "revocation_endpoint": f"{here}/oauth/revoke",
                "revocation_endpoint_auth_methods_supported": methods,
                "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": [],
                "scopes_supported": list(SCOPES),
                "service_documentation": f"{here}/api/v1/docs",
            }
        )


def _that_count(given: QueryDict) -> QueryDict:
    """Without what has no value, which is as if it was left out (RFC 6749, 3.2), and without the hint.

    There is one kind of token, so a hint of another kind leads away from it (RFC 7009, 2.1).
    """
    kept = given.copy()
    for name, value in given.items():
        if not value or name == "token_type_hint":
            del kept[name]
    return kept


def _proves_in_two_ways(request: HttpRequest) -> bool:
    """A header, a secret, a signature (RFC 6749, 2.3); or one client beside the id of another."""
    header = request.headers.get("Authorization", "")
    ways = header, request.POST.get("client_secret"), request.POST.get("client_assertion")
    named = request.POST.get("client_id")
    return sum(map(bool, ways)) > 1 or bool(header and named and named != _given_id(request))


def _encoded() -> HttpResponse:
    answer = _refused("invalid_request", BodyIsEncoded.default_detail, status=415)
    for name, value in BodyIsEncoded.headers.items():
        answer.headers[name] = value
    return answer


def _too_many(allowance: Allowance) -> HttpResponse:
    answer = _refused("temporarily_unavailable", "Too many requests.", status=429)
    answer.headers["Retry-After"] = str(allowance.seconds_left)
    return answer


def _refused(error: str, description: str, *, status: int) -> HttpResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)


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
