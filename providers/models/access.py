"""Providers' software: its clients, and what guards their door (calls counted, secrets, assertions used, keys)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from providers.models.catalogue import Provider


class Client(AbstractApplication):  # type: ignore[misc]
    """An OAuth 2 client: one piece of software that acts for one provider."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="clients")
    scopes = ArrayField(models.CharField(max_length=32), default=list)  # what it may ask for
    # Public keys (RFC 7517), or the address where they are fetched. A client that has either signs
    # for its tokens, and its secret opens nothing.
    jwks = models.JSONField(null=True, blank=True)
    jwks_uri = models.URLField(max_length=500, blank=True)

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        constraints = [
            models.CheckConstraint(
                name="client_has_keys_in_one_place", condition=Q(jwks__isnull=True) | Q(jwks_uri="")
            ),
        ]

    @property
    def signs(self) -> bool:
        """It proves who it is with a signature (private_key_jwt)."""
        return bool(self.jwks or self.jwks_uri)


class RateMinute(models.Model):
    """How often somebody called in the present minute. Unlogged: a crash forgives it."""

    key = models.CharField(primary_key=True, max_length=200)
    minute = models.BigIntegerField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key


class OldSecret(models.Model):
    """A secret that another one has replaced; until then it still opens what the client may."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="old_secrets")
    digest = models.CharField(max_length=255)  # as Client.client_secret
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"old secret of {self.client_id}"


class UsedAssertion(models.Model):
    """A signed assertion (private_key_jwt) that got a token; it is good once."""

    id = models.BinaryField(primary_key=True, max_length=32)  # digest of client and jti
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.id).hex()


class FetchedKeys(models.Model):
    """The public keys found at a client's `jwks_uri`, until they are looked for again."""

    client = models.OneToOneField(Client, primary_key=True, on_delete=models.CASCADE)
    keys = models.JSONField(default=dict)
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"keys of {self.client_id}"

    def younger_than(self, age: timedelta, *, at: datetime) -> bool:
        return self.fetched_at is not None and self.fetched_at > at - age
