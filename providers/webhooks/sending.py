"""One attempt to hand over an event: signed (Standard Webhooks), pinned to a public address, brief."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import ssl
from datetime import datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from providers.models import Delivery, Endpoint
from providers.webhooks.addresses import UnableToSend, check_url, public_address
from providers.webhooks.announcing import FAMILY, VERIFICATION

SECONDS_FOR_A_STEP = 5
SECONDS_IN_ALL = 8
PREFIX = "whsec_"


class _Pinned(HTTPConnection):
    """Connects to an address that was judged, whatever its name means by now."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=SECONDS_FOR_A_STEP)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), SECONDS_FOR_A_STEP)


class _PinnedTls(_Pinned, HTTPSConnection):
    """The same with TLS; the certificate has to be of the name."""

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def send(delivery: Delivery, endpoint: Endpoint, *, at: datetime) -> tuple[bool, str]:
    """Whether the endpoint took the event, and what it answered."""
    body = json.dumps(_as_sent(delivery, endpoint), separators=(",", ":")).encode()
    try:
        host, port, is_secure = check_url(endpoint.url)
        address = public_address(host, port)
        connection = (_PinnedTls if is_secure else _Pinned)(host, port, address)
        status = _post(connection, endpoint.url, body, _headers(delivery, endpoint, body, at))
    except UnableToSend as error:
        return False, str(error)
    except (OSError, HTTPException) as error:
        return False, type(error).__name__
    return 200 <= status < 300, f"HTTP {status}"


def _as_sent(delivery: Delivery, endpoint: Endpoint) -> dict[str, Any]:
    """The event; a challenge is added here alone, so that no list of deliveries can show it.

    Who could read it there could verify an address that is somebody else's.
    """
    event: dict[str, Any] = delivery.event
    if event.get("type") != f"{FAMILY}.{VERIFICATION}":
        return event
    return {**event, "data": {**event["data"], "challenge": endpoint.challenge}}


def _post(connection: HTTPConnection, url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status; redirects are not followed, and a slow answer is cut off."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    cut = Timer(SECONDS_IN_ALL, _cut, [connection])
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        cut.cancel()
        connection.close()


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.shutdown(socket.SHUT_RDWR)


def _headers(delivery: Delivery, endpoint: Endpoint, body: bytes, at: datetime) -> dict[str, str]:
    moment = str(int(at.timestamp()))
    return {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": "ontwikkelrekening/1",
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
