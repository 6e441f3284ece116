"""Who calls: a client of one provider, known by its access token."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from providers.models import Client, Provider

REALM = 'Bearer realm="api"'


@dataclass(frozen=True, slots=True)
class Caller:
    """The client behind a request, its provider, and what its token allows."""

    client: Client
    provider: Provider
    scopes: frozenset[str]
    is_authenticated = True

    @property
    def actor(self) -> str:
        """How the caller is written in the record of changes."""
        return f"client:{self.client.client_id}"


class InvalidToken(AuthenticationFailed):
    default_detail = "The access token is unknown or has expired."


class BearerAuthentication(BaseAuthentication):
    """A token from /oauth/token in the Authorization header, and nowhere else."""

    def authenticate(self, request: Request) -> tuple[Caller, str] | None:
        kind, _, token = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        found = (
            AccessToken.objects.select_related("application__provider")
            .filter(token_checksum=sha256(token.strip()).hexdigest(), expires__gt=timezone.now())
            .first()
        )
        if found is None or found.application is None:
            raise InvalidToken
        client: Client = found.application
        return Caller(client, client.provider, frozenset(found.scope.split())), "token"

    def authenticate_header(self, request: Request) -> str:
        return REALM


class HasScope(BasePermission):
    """The token allows what the view asks for in `scope`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope: str = view.scope  # type: ignore[attr-defined]
        self.message = f"The token has no scope '{scope}'."
        return bool(request.auth) and scope in caller_of(request).scopes


def caller_of(request: Request) -> Caller:
    """The caller of an authenticated request; DRF knows it as the user."""
    return cast(Caller, request.user)
