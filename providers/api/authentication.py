"""Who calls: a client of one provider, known by its access token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from providers import rows
from providers.api.limits import COUNT, Allowance
from providers.models import Client, Provider

REALM = 'Bearer realm="api"'
# Who calls and how often in one statement; only who is known is counted.
CALL = f"""
    WITH caller AS (
        SELECT token.scope, client.id AS client, client.client_id AS software,
               {rows.columns_of(Provider)}
        FROM oauth2_provider_accesstoken token
        JOIN providers_client client ON client.id = token.application_id
        JOIN providers_provider ON providers_provider.id = client.provider_id
        WHERE token.token_checksum = %(checksum)s AND token.expires > %(now)s
    ), counted AS (
        {COUNT.format(rows="SELECT 'client:' || client, %(minute)s, 1 FROM caller")}
    )
    SELECT counted.used, caller.* FROM counted, caller
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Caller:
    """The client behind a request, its provider, and what its token allows."""

    client: Client
    provider: Provider
    scopes: frozenset[str]
    allowance: Allowance
    is_authenticated = True

    @property
    def actor(self) -> str:
        """How the caller is written in the record of changes."""
        return f"client:{self.client.client_id}"


class InvalidToken(AuthenticationFailed):
    default_detail = "The access token is unknown or has expired."


class InsufficientScope(PermissionDenied):
    """The token is good, for other things."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"The token has no scope '{scope}'.")
        self.auth_header = f'{REALM}, error="insufficient_scope", scope="{scope}"'


class BearerAuthentication(BaseAuthentication):
    """A token from /oauth/token in the Authorization header, and nowhere else."""

    def authenticate(self, request: Request) -> tuple[Caller, str] | None:
        token = _token(request)
        if token is None:
            return None
        caller = _caller(sha256(token).hexdigest(), at=timezone.now())
        if caller is None:
            raise InvalidToken
        request.allowance = caller.allowance  # type: ignore[attr-defined]
        return caller, "token"

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says (RFC 6750, 3): nothing is wrong with a token that was not sent."""
        return REALM if _token(request) is None else f'{REALM}, error="invalid_token"'


def _token(request: Request) -> bytes | None:
    kind, _, token = get_authorization_header(request).partition(b" ")
    return token.strip() if kind.lower() == b"bearer" else None


def _caller(checksum: str, *, at: datetime) -> Caller | None:
    minute, second = divmod(int(at.timestamp()), 60)
    values = {"checksum": checksum, "now": at, "minute": minute}
    row = rows.at_first(lambda: _one_row(CALL, values))
    if row is None:
        return None
    used, scope, client_pk, client_id, *of_provider = row
    provider = rows.build(Provider, of_provider)
    client = Client.from_db(
        connection.alias, ["id", "client_id", "provider_id"], [client_pk, client_id, provider.pk]
    )
    allowance = Allowance(settings.API_CALLS_A_MINUTE, used, 60 - second)
    return Caller(client, provider, frozenset(scope.split()), allowance)


def _one_row(statement: str, values: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


class HasScope(BasePermission):
    """The token allows what the view asks for in `scope`; raises InsufficientScope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope: str = view.scope  # type: ignore[attr-defined]
        if not request.auth:
            return False
        if scope not in caller_of(request).scopes:
            raise InsufficientScope(scope)
        return True


def caller_of(request: Request) -> Caller:
    """The caller of an authenticated request; DRF knows it as the user."""
    return cast(Caller, request.user)
