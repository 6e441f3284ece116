"""What guards the door: how often a client called, and which signed assertions were used."""

from __future__ import annotations

from django.db import models


class RateMinute(models.Model):
    """How often somebody called in the present minute. Unlogged: a crash forgives it."""

    key = models.CharField(primary_key=True, max_length=200)
    minute = models.BigIntegerField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key


class UsedAssertion(models.Model):
    """A signed assertion (private_key_jwt) that got a token; it is good once."""

    id = models.BinaryField(primary_key=True, max_length=32)  # digest of client and jti
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.id).hex()
