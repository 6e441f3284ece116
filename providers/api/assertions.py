"""private_key_jwt (RFC 7523): a client proves who it is with a signature, and shares no secret.

As the NL GOV assurance profile asks: RS256 or PS256, short-lived, good once, meant for us.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT
from oauth2_provider.oauth2_validators import OAuth2Validator

from providers.keys import key_sets
from providers.models import Client, OldSecret, UsedAssertion

logger = logging.getLogger(__name__)
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["RS256", "PS256"]
SECONDS_MAX = 300
SECONDS_OF_DRIFT = 60  # between the client's clock and ours
CLIENT_ID = re.compile(r"[!-~]{1,100}")


class NotAccepted(Exception):
    """The assertion proves nothing; the reason is for the log."""


class Validator(OAuth2Validator):  # type: ignore[misc]
    """Authenticates a client by its assertion, or by its secret when it has no keys."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        given = dict(request.decoded_body or [])
        if "client_assertion" in given or "client_assertion_type" in given:
            return _authenticate_by_assertion(request, given)
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        return not request.client.signs  # who has keys shows them

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        """The present secret, or one that it has replaced and that still works."""
        if super()._check_secret(provided_secret, stored_secret):
            return True
        old = OldSecret.objects.filter(
            client__client_secret=stored_secret, until__gt=timezone.now()
        )
        return any(check_password(provided_secret, each.digest) for each in old)

    def _load_application(self, client_id: str, request: Any) -> Client | None:
        """Text that cannot be an id is looked up nowhere: the database takes no zero byte."""
        if not CLIENT_ID.fullmatch(client_id or ""):
            return None
        client: Client | None = super()._load_application(client_id, request)
        return client


def _authenticate_by_assertion(request: Any, given: dict[str, str]) -> bool:
    try:
        request.client = accept(given.get("client_assertion", ""), given)
    except NotAccepted as reason:
        client_id = client_named_in(given.get("client_assertion", ""))
        logger.warning("assertion refused", extra={"client": client_id, "reason": str(reason)})
        return False
    return True


def accept(assertion: str, given: dict[str, str]) -> Client:
    """The client behind a valid assertion, which is used up; raises NotAccepted."""
    if given.get("client_assertion_type") != TYPE:
        raise NotAccepted("another type of assertion")
    client = _client(assertion)
    if given.get("client_id", client.client_id) != client.client_id:
        raise NotAccepted("of another client than the request")
    claims = _verified(assertion, client)
    _check(claims, client)
    _use_up(claims, client)
    return client


def client_named_in(assertion: str) -> str:
    """Whose assertion it says it is, or nothing; nobody has proved anything yet."""
    try:
        token = JWT()
        token.deserialize(assertion)
        subject = str(json.loads(token.token.objects["payload"])["sub"])
    except (JWException, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return subject if CLIENT_ID.fullmatch(subject) else ""


def _client(assertion: str) -> Client:
    client: Client | None = Client.objects.filter(client_id=client_named_in(assertion)).first()
    if client is None or not client.signs:
        raise NotAccepted("no such client with keys")
    return client


def _verified(assertion: str, client: Client) -> dict[str, Any]:
    """The claims under a signature of one of the client's keys."""
    for keys in key_sets(client, at=timezone.now()):
        try:
            known = JWKSet.from_json(json.dumps(keys))
            token = JWT(jwt=assertion, key=known, algs=ALGORITHMS, check_claims=False)
            claims: dict[str, Any] = json.loads(token.claims)
        except (JWException, ValueError, TypeError):
            continue
        return claims
    raise NotAccepted("no key of the client signed it")


def _check(claims: dict[str, Any], client: Client) -> None:
    now = timezone.now().timestamp()
    audience = claims.get("aud")
    # We are known by our issuer (RFC 7523bis) and by our token address (RFC 7523). By one of them:
    # an assertion for another server too could be used here by that server.
    meant_for = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
    expires = claims.get("exp")
    if claims.get("iss") != client.client_id:
        raise NotAccepted("issuer and subject differ")
    if meant_for not in (settings.PUBLIC_URL, f"{settings.PUBLIC_URL}/oauth/token"):
        raise NotAccepted("meant for somebody else")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise NotAccepted("no time of expiry")
    if not now < expires <= now + SECONDS_MAX:
        raise NotAccepted("expired, or valid for too long")
    begins = claims.get("nbf", now)
    if not isinstance(begins, int | float) or not begins <= now + SECONDS_OF_DRIFT:
        raise NotAccepted("not valid yet")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise NotAccepted("no id of its own")


def _use_up(claims: dict[str, Any], client: Client) -> None:
    """Remember the assertion; of two at the same moment one is refused."""
    digest = sha256(json.dumps([client.client_id, claims["jti"]]).encode()).digest()
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    UsedAssertion.objects.filter(expires_at__lt=timezone.now()).delete()
    _, is_new = UsedAssertion.objects.get_or_create(pk=digest, defaults={"expires_at": expires_at})
    if not is_new:
        raise NotAccepted("used before")
