"""OAuth 2 clients: the software that acts for a provider."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from oauth2_provider.scopes import SettingsScopes

from providers import outside
from providers.errors import Unable
from providers.keys import KeysAreNotUsable, usable
from providers.models import Client, Provider
from providers.scopes import SCOPES


class UnknownScope(Unable):
    field, sentence = "scopes", "There is no such scope."


def create_client(
    provider: Provider,
    *,
    name: str,
    scopes: Iterable[str],
    jwks: dict[str, Any] | None = None,
    jwks_uri: str = "",
) -> tuple[Client, str]:
    """A client for one provider and its secret, which is shown once and stored as a hash.

    With public keys, or the address of them, it signs for its tokens (private_key_jwt), and the
    secret opens nothing. Raises UnknownScope, KeysAreNotUsable or UnableToCall.
    """
    wanted = sorted(set(scopes))
    if unknown := set(wanted) - set(SCOPES):
        raise UnknownScope(f"There is no scope {', '.join(sorted(unknown))}.")
    if jwks and jwks_uri:
        raise KeysAreNotUsable("Give the keys or the address of them, not both.")
    if jwks_uri:
        outside.check(jwks_uri)
    secret = secrets.token_urlsafe(48)
    client = Client.objects.create(
        provider=provider,
        name=name,
        scopes=wanted,
        jwks=usable(jwks) if jwks is not None else None,
        jwks_uri=jwks_uri,
        client_secret=secret,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
    )
    return client, secret


class OwnScopes(SettingsScopes):  # type: ignore[misc]
    """A client may ask for the scopes it was given, and gets all of them when it names none."""

    def get_available_scopes(
        self, application: Client | None = None, request: object = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.scopes) if application else list(SCOPES)

    def get_default_scopes(
        self, application: Client | None = None, request: object = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application)
