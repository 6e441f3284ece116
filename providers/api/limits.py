"""How often a client may call: counted in the database, so all workers count together."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

COUNT = """
    INSERT INTO providers_rateminute AS known (key, minute, used) {rows}
    ON CONFLICT (key) DO UPDATE SET
        used = CASE WHEN known.minute = excluded.minute THEN known.used + 1 ELSE 1 END,
        minute = excluded.minute
    RETURNING used
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of this minute."""

    limit: int
    used: int
    seconds_left: int

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """As the IETF draft on RateLimit header fields writes them."""
        left = max(self.limit - self.used, 0)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w=60',
            "RateLimit": f'"minute";r={left};t={self.seconds_left}',
        }


def count(key: str, *, limit: int) -> Allowance:
    """Count one call; returns what is left."""
    minute, second = divmod(int(timezone.now().timestamp()), 60)
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows="VALUES (%s, %s, 1)"), [key, minute])
        (used,) = cursor.fetchone()
    return Allowance(limit, used, 60 - second)


class ClientLimit(BaseThrottle):
    """settings.API_CALLS_A_MINUTE for each client, counted as its token was looked up."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.allowance: Allowance = request.allowance  # type: ignore[attr-defined]
        return not self.allowance.is_spent

    def wait(self) -> float:
        return self.allowance.seconds_left


class AddressLimit(ClientLimit):
    """The same for each address, where nobody has to log in."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        address = request.META.get("REMOTE_ADDR", "")
        request.allowance = count(  # type: ignore[attr-defined]
            f"address:{address}", limit=settings.API_CALLS_A_MINUTE
        )
        return super().allow_request(request, view)


def count_token_request(request: HttpRequest, client_id: str) -> Allowance:
    """By client and address, so that nobody can lock out somebody else's client."""
    key = f"token:{client_id}:{request.META.get('REMOTE_ADDR', '')}"
    return count(key, limit=settings.TOKENS_A_MINUTE)
