"""Logging in through a broker that speaks OpenID Connect: authorization code with PKCE.

Citizens come through the broker of DigiD, employees of a provider through that of eHerkenning.
Authlib keeps state and nonce in the session and checks the signature, issuer, audience and times of
the ID token. The caller takes out the claim it needs, and keeps nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """The visitor pressed cancel at the broker."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where people prove who they are; without an issuer nobody can."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    levels: list[str]  # accepted values of `acr`; empty accepts what comes

    @property
    def is_there(self) -> bool:
        return settings.LOGIN == "oidc" and bool(self.issuer)


def digid() -> Broker:
    return Broker(
        "digid",
        settings.OIDC_ISSUER,
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        settings.OIDC_LEVELS,
    )


def eherkenning() -> Broker:
    return Broker(
        "eherkenning",
        settings.EHERKENNING_ISSUER,
        settings.EHERKENNING_CLIENT_ID,
        settings.EHERKENNING_CLIENT_SECRET,
        settings.EHERKENNING_LEVELS,
    )


def ask(request: HttpRequest, broker: Broker, *, return_to: str) -> HttpResponseBase:
    """Send the browser to the broker; raises UnableToLogIn."""
    extra = {"acr_values": " ".join(broker.levels)} if broker.levels else {}
    try:
        answer: HttpResponseBase = _client(broker).authorize_redirect(request, return_to, **extra)
    except (requests.RequestException, AuthlibBaseError) as error:
        raise UnableToLogIn from error
    return answer


def claims_from(request: HttpRequest, broker: Broker, *names: str) -> list[str]:
    """These claims about who came back from the broker; raises UnableToLogIn."""
    if request.GET.get("error") == "access_denied":
        raise Stopped
    try:
        token = _client(broker).authorize_access_token(request)
    except (requests.RequestException, AuthlibBaseError, JoseError, KeyError, ValueError) as error:
        raise UnableToLogIn from error
    claims: dict[str, Any] = token.get("userinfo") or {}
    if broker.levels and claims.get("acr") not in broker.levels:
        raise NotSureEnough
    found = [claims.get(name) for name in names]
    if not all(isinstance(value, str) and value for value in found):
        raise UnableToLogIn
    return [str(value) for value in found]


def _client(broker: Broker) -> Any:
    return OAuth().register(
        broker.name,
        client_id=broker.client_id,
        client_secret=broker.client_secret,
        server_metadata_url=f"{broker.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "timeout": settings.OIDC_TIMEOUT_SECONDS,
        },
    )
