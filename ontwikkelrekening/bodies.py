"""Bodies that come without their length, and bodies that end before it.

Of one without, as chunked ones are, Django would read nothing. Software's is read here to its end. The server
does not tell a body that broke off from one that ended, so only what is worth nothing in part is taken so: JSON,
and the parameters of /oauth (decision 408). Where the length is known, what is shorter cannot be read: Django
would take half a form for a form.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from ontwikkelrekening.waiting_room.room import Application, Environ
from providers.api import BYTES_MAX, OAUTH, PREFIX

REFUSAL = b"Send the length of the body as Content-Length.\n"


class Whole:
    """The body of a request, as Django reads it; raises OSError where it breaks off."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def read(self, size: int) -> bytes:
        """So many bytes, which are still to come."""
        read: bytes = self.body.read(size)
        if len(read) < size:
            raise OSError("The body broke off.")
        return read

    def readline(self, size: int) -> bytes:
        """A line of so many bytes at most, which are still to come."""
        line: bytes = self.body.readline(size)
        if len(line) < size and not line.endswith(b"\n"):
            raise OSError("The body broke off.")
        return line


class WithLength:
    """A WSGI application around another, which gets every body with its length, and whole."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if _may_hide_a_body(environ):
            is_software = environ["PATH_INFO"].startswith((PREFIX, OAUTH))
            # One byte more than anybody reads: what is too large is refused where it is read.
            most = BYTES_MAX + 1 if is_software else 1
            body = environ["wsgi.input"].read(most)
            if len(body) == most:  # who is still sending when the connection ends never hears why
                environ["wsgi.input"].read(BYTES_MAX)
            if body and not is_software:
                kind = [("Content-Type", "text/plain"), ("Content-Length", str(len(REFUSAL)))]
                start_response("411 Length Required", kind)
                return [REFUSAL]
            environ = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        else:
            environ["wsgi.input"] = Whole(environ["wsgi.input"])
        return self.application(environ, start_response)


def _may_hide_a_body(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] not in ("GET", "HEAD")
        and not environ.get("CONTENT_LENGTH")
        and environ.get("wsgi.input_terminated") is True
    )
