"""Logging in with DigiD through a broker that speaks OpenID Connect: authorization code with PKCE.

Authlib keeps state and nonce in the session and checks the signature, issuer, audience and times of
the ID token. We take one claim out of it, the BSN, and keep nothing else.
"""

from __future__ import annotations

from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from joserfc.errors import JoseError


class UnableToLogIn(Exception):
    """The broker cannot be reached or did not say who it is."""


class NotSureEnough(UnableToLogIn):
    """The login was at a lower level of assurance than we ask."""


class Stopped(UnableToLogIn):
    """The citizen pressed cancel at DigiD."""


def ask(request: HttpRequest, *, return_to: str) -> HttpResponseBase:
    """Send the browser to the broker."""
    extra = {"acr_values": " ".join(settings.OIDC_LEVELS)} if settings.OIDC_LEVELS else {}
    try:
        answer: HttpResponseBase = _broker().authorize_redirect(request, return_to, **extra)
    except (requests.RequestException, AuthlibBaseError) as error:
        raise UnableToLogIn from error
    return answer


def bsn_from(request: HttpRequest) -> str:
    """Who came back from the broker; raises UnableToLogIn."""
    if request.GET.get("error") == "access_denied":
        raise Stopped
    try:
        token = _broker().authorize_access_token(request)
    except (requests.RequestException, AuthlibBaseError, JoseError, KeyError, ValueError) as error:
        raise UnableToLogIn from error
    claims: dict[str, Any] = token.get("userinfo") or {}
    if settings.OIDC_LEVELS and claims.get("acr") not in settings.OIDC_LEVELS:
        raise NotSureEnough
    bsn = claims.get(settings.OIDC_BSN_CLAIM)
    if not isinstance(bsn, str) or not bsn:
        raise UnableToLogIn
    return bsn


def _broker() -> Any:
    """The client of the broker that the settings name."""
    issuer = settings.OIDC_ISSUER.rstrip("/")
    return OAuth().register(
        "broker",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "timeout": settings.OIDC_TIMEOUT_SECONDS,
        },
    )
