"""OAuth 2 clients: the software that acts for a provider."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from oauth2_provider.scopes import SettingsScopes

from providers import outside
from providers.errors import Unable
from providers.keys import KeysAreNotUsable, usable
from providers.models import Client, FetchedKeys, Provider
from providers.scopes import SCOPES

NAME_MAX = 255
OVERLAP = timedelta(hours=24)  # that a secret works beside the one that replaced it


class UnknownScope(Unable):
    field, sentence = "scopes", "There is no such scope."


class NameIsNotUsable(Unable):
    field, sentence = "name", f"A name of software is one line of {NAME_MAX} letters at most."


class KeysInTwoPlaces(KeysAreNotUsable):
    sentence = "Give the keys or the address of them, not both."


class SignsWithKeys(Unable):
    sentence = "This software signs with its keys; a secret would open nothing."


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
    secret opens nothing. Raises UnknownScope, NameIsNotUsable, KeysAreNotUsable or
    UnableToCall.
    """
    wanted = sorted(set(scopes))
    if unknown := set(wanted) - set(SCOPES):
        raise UnknownScope(f"There is no scope {', '.join(sorted(unknown))}.")
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        raise NameIsNotUsable
    keys = _keys_in_one_place(jwks, jwks_uri)
    secret = _secret()
    client = Client.objects.create(
        provider=provider,
        name=name,
        scopes=wanted,
        **keys,
        client_secret=secret,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
    )
    return client, secret


@transaction.atomic
def rotate_secret(client: Client, *, at: datetime) -> str:
    """A new secret, shown once; those before work for OVERLAP, or until they are ended.

    So the software changes over when it suits it. Tokens that were given stay good for their hour.
    Raises SignsWithKeys.
    """
    locked = Client.objects.select_for_update().get(pk=client.pk)
    if locked.signs:
        raise SignsWithKeys
    locked.old_secrets.filter(until__lte=at).delete()
    locked.old_secrets.create(digest=locked.client_secret, until=at + OVERLAP)
    secret = _secret()
    client.client_secret = secret
    client.save(update_fields=["client_secret", "updated"])
    return secret


def works_still(client: Client, *, at: datetime) -> datetime | None:
    """How long a secret before the present one opens the API; None when there is none."""
    old = client.old_secrets.filter(until__gt=at)
    until: datetime | None = old.aggregate(until=Max("until"))["until"]
    return until


def end_old_secrets(client: Client) -> None:
    """Only the present secret works from now on."""
    client.old_secrets.all().delete()


@transaction.atomic
def replace_keys(client: Client, *, jwks: dict[str, Any] | None = None, jwks_uri: str = "") -> None:
    """These public keys, or those at this address, and no others; a secret opens nothing any more.

    Raises KeysAreNotUsable, also when none are given, or UnableToCall.
    """
    keys = _keys_in_one_place(jwks, jwks_uri)
    if not any(keys.values()):
        raise KeysAreNotUsable
    FetchedKeys.objects.filter(client=client).delete()
    client.jwks, client.jwks_uri = keys["jwks"], keys["jwks_uri"]
    client.save(update_fields=["jwks", "jwks_uri", "updated"])


def revoke(client: Client) -> None:
    """The client and its tokens open nothing from now on; what it did stays."""
    client.delete()


def _secret() -> str:
    return secrets.token_urlsafe(48)


def _keys_in_one_place(jwks: dict[str, Any] | None, jwks_uri: str) -> dict[str, Any]:
    if jwks and jwks_uri:
        raise KeysInTwoPlaces
    if jwks_uri:
        outside.check(jwks_uri)
    return {"jwks": usable(jwks) if jwks is not None else None, "jwks_uri": jwks_uri}


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
