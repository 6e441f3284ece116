"""One attempt to hand over an event, signed as Standard Webhooks asks."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from providers.models import Delivery, Endpoint
from providers.outside import NoAnswer, UnableToCall, call
from providers.webhooks.announcing import FAMILY, VERIFICATION

PREFIX = "whsec_"


def send(delivery: Delivery, endpoint: Endpoint, *, at: datetime) -> tuple[bool, str]:
    """Whether the endpoint took the event, and what it answered."""
    body = json.dumps(_as_sent(delivery, endpoint), separators=(",", ":")).encode()
    try:
        headers = _headers(delivery, endpoint, body, at)
        status = call("POST", endpoint.url, body=body, headers=headers).status
    except (UnableToCall, NoAnswer) as error:
        return False, str(error)
    return 200 <= status < 300, f"HTTP {status}"


def _as_sent(delivery: Delivery, endpoint: Endpoint) -> dict[str, Any]:
    """The event; a challenge is added here alone, so that no list of deliveries can show it.

    Who could read it there could verify an address that is somebody else's.
    """
    event: dict[str, Any] = delivery.event
    if event.get("type") != f"{FAMILY}.{VERIFICATION}":
        return event
    return {**event, "data": {**event["data"], "challenge": endpoint.challenge}}


def _headers(delivery: Delivery, endpoint: Endpoint, body: bytes, at: datetime) -> dict[str, str]:
    moment = str(int(at.timestamp()))
    return {
        "Content-Type": "application/cloudevents+json",
        "webhook-id": str(delivery.id),
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(
            signature(secret, str(delivery.id), moment, body) for secret in endpoint.secrets
        ),
    }


def signature(secret: str, id_: str, moment: str, body: bytes) -> str:
    """As Standard Webhooks writes it: v1, a comma, and the HMAC of id, moment and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{id_}.{moment}.".encode() + body, sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
