"""A body that comes without its length, as chunked ones do: Django would read nothing of it.

Software's is read here to its end. The server does not tell a body that broke off from one that ended, so
only what is worth nothing in part is taken so: JSON, and the parameters of /oauth (decision 408).
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from ontwikkelrekening.waiting_room.room import Application, Environ
from providers.api import BYTES_MAX, OAUTH, PREFIX

REFUSAL = b"Send the length of the body as Content-Length.\n"


class WithLength:
    """A WSGI application around another, which gets every body with its length."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if _may_hide_a_body(environ):
            is_software = environ["PATH_INFO"].startswith((PREFIX, OAUTH))
            # One byte more than anybody reads: what is too large is refused where it is read.
            body = environ["wsgi.input"].read(BYTES_MAX + 1 if is_software else 1)
            if body and not is_software:
                kind = [("Content-Type", "text/plain"), ("Content-Length", str(len(REFUSAL)))]
                start_response("411 Length Required", kind)
                return [REFUSAL]
            environ = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return self.application(environ, start_response)


def _may_hide_a_body(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] not in ("GET", "HEAD")
        and not environ.get("CONTENT_LENGTH")
        and environ.get("wsgi.input_terminated") is True
    )
