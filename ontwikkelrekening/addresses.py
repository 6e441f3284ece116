"""The address of who visits, where proxies stand before the web process: the one they wrote down."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

from ontwikkelrekening.waiting_room.room import Application, Environ


class VisitorAddress:
    """A WSGI application around another, which gets the visitor's address as REMOTE_ADDR.

    Each proxy adds to X-Forwarded-For who came to it, so with two of them the last but one is the visitor;
    what stands before that, anybody can have made up.
    """

    def __init__(self, application: Application, *, proxies: int) -> None:
        self.application, self.proxies = application, proxies

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        written = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(written) >= self.proxies and _is_address(said := written[-self.proxies].strip()):
            environ = {**environ, "REMOTE_ADDR": said}
        return self.application(environ, start_response)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone is no part of an address that the database knows
