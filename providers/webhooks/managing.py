"""Registering, verifying and removing endpoints, rotating their secrets, sending again."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from providers import outside
from providers.errors import Unable
from providers.locks import lock_provider
from providers.models import Delivery, Endpoint, Provider
from providers.webhooks.announcing import VERIFICATION, new_delivery, queue, ring_after_commit
from providers.webhooks.sending import PREFIX

ENDPOINTS_MAX = 10


class UnableToManage(Unable):
    """The endpoint cannot be registered or verified."""


class EndpointIsKnown(UnableToManage):
    field, sentence = "url", "You have an endpoint with this address."


class TooManyEndpoints(UnableToManage):
    sentence = f"A provider has at most {ENDPOINTS_MAX} endpoints."


class ChallengeIsWrong(UnableToManage):
    field, sentence = "challenge", "This is not the challenge that was sent to the endpoint."


@transaction.atomic
def register(provider: Provider, url: str, *, at: datetime) -> Endpoint:
    """A new endpoint, which gets a challenge first and events once it is verified.

    Raises TooManyEndpoints or EndpointIsKnown, and UnableToCall for an address that is not allowed.
    """
    outside.check(url)
    lock_provider(provider.pk)
    if provider.endpoints.count() >= ENDPOINTS_MAX:
        raise TooManyEndpoints
    endpoint = _created(provider, url, at=at)
    about = {"data": {"endpoint": str(endpoint.id)}}
    queue([new_delivery(endpoint, VERIFICATION, about, at=at)])
    return endpoint


@transaction.atomic
def verify(endpoint: Endpoint, challenge: str, *, at: datetime) -> Endpoint:
    """Who reads what arrives at the endpoint knows the challenge.

    Raises ChallengeIsWrong, or Http404 when the endpoint was removed.
    """
    locked = get_object_or_404(Endpoint.objects.select_for_update(no_key=True), pk=endpoint.pk)
    if not hmac.compare_digest(challenge.encode(), locked.challenge.encode()):
        raise ChallengeIsWrong
    locked.verified_at = locked.verified_at or at
    locked.save(update_fields=["verified_at"])
    return locked


@transaction.atomic
def rotate(endpoint: Endpoint) -> Endpoint:
    """A new secret; events carry a signature under the one before too, until the next rotation.

    Http404 when the endpoint was removed.
    """
    locked = get_object_or_404(Endpoint.objects.select_for_update(no_key=True), pk=endpoint.pk)
    locked.secrets = [_secret(), *locked.secrets[:1]]
    locked.save(update_fields=["secrets"])
    return locked


@transaction.atomic
def remove(endpoint: Endpoint) -> None:
    """Nothing is sent there any more; Http404 when somebody removed it already."""
    get_object_or_404(Endpoint.objects.select_for_update(), pk=endpoint.pk).delete()


@transaction.atomic
def send_again(delivery: Delivery, *, at: datetime) -> Delivery:
    """Try a delivery again now, with all its attempts; also one that was taken.

    Http404 when its endpoint was removed.
    """
    locked = get_object_or_404(Delivery.objects.select_for_update(no_key=True), pk=delivery.pk)
    locked.attempts, locked.delivered_at, locked.due_at = 0, None, at
    locked.save(update_fields=["attempts", "delivered_at", "due_at"])
    ring_after_commit()
    return locked


def _created(provider: Provider, url: str, *, at: datetime) -> Endpoint:
    try:
        with transaction.atomic():
            return Endpoint.objects.create(
                provider=provider,
                url=url,
                secrets=[_secret()],
                challenge=secrets.token_urlsafe(32),
                registered_at=at,
            )
    except IntegrityError:
        raise EndpointIsKnown from None


def _secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
