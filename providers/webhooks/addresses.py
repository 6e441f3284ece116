"""Which addresses an event may be sent to: public ones, decided after DNS and then held on to."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from providers.errors import Unable


class UnableToSend(Unable):
    """The address of the endpoint is not acceptable."""


class AddressIsNotAllowed(UnableToSend):
    field = "url"
    sentence = "Give a public https address, without a name, password or fragment in it."


class AddressIsUnknown(UnableToSend):
    field, sentence = "url", "The host of this address is not known."


def check_url(url: str) -> tuple[str, int, bool]:
    """Host, port and whether it is TLS; raises AddressIsNotAllowed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressIsNotAllowed from None
    schemes = ("https", "http") if settings.WEBHOOKS_MAY_STAY_HERE else ("https",)
    if (
        parts.scheme not in schemes
        or not host
        or parts.username
        or parts.password
        or parts.fragment
    ):
        raise AddressIsNotAllowed
    is_secure = parts.scheme == "https"
    return host, port or (443 if is_secure else 80), is_secure


def public_address(host: str, port: int) -> str:
    """The address to connect to; one that is not public stops it, whichever name leads there."""
    try:
        found = {
            str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        }
    except (OSError, UnicodeError):
        raise AddressIsUnknown from None
    if not settings.WEBHOOKS_MAY_STAY_HERE and not all(map(_is_public, found)):
        raise AddressIsNotAllowed
    return sorted(found)[0]


def _is_public(address: str) -> bool:
    """Global, and not a private address in the clothes of IPv6."""
    ip = ip_address(address.split("%", maxsplit=1)[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)
