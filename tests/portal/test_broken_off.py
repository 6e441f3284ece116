"""A connection that breaks off in the middle of a body: half a form is no form."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from ontwikkelrekening.bodies import WithLength

TOKEN = "a" * 32
FORM = f"csrfmiddlewaretoken={TOKEN}&bsn=999900080".encode()
GRANT = b"grant_type=client_credentials&scope=claims"


@pytest.fixture(autouse=True)
def one_connection(db: None) -> Iterator[None]:
    """The test's own, which a request would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def answer_to(
    address: str,
    body: bytes,
    *,
    broken_off: int,
    kind: str = "",
    cookie: str = f"csrftoken={TOKEN}",
) -> str:
    """The status of what is answered when the last bytes of the body never come."""
    request = RequestFactory().post(
        address, body, content_type=kind or "application/x-www-form-urlencoded"
    )
    environ: dict[str, Any] = {
        **request.environ,
        "HTTP_COOKIE": cookie,
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "wsgi.input": BytesIO(body[: len(body) - broken_off]),
    }
    said = []
    page = WithLength(WSGIHandler())(environ, lambda status, headers, *_: said.append(status))
    page.close()  # type: ignore[attr-defined]
    return str(said[0])


def parts(**fields: str) -> bytes:
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(lines) + "--x--\r\n").encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FORM, ""),
        (parts(csrfmiddlewaretoken=TOKEN, bsn="999900080"), "multipart/form-data; boundary=x"),
    ],
)
def test_half_a_form_is_not_taken_for_a_form(body: bytes, kind: str) -> None:
    whole = answer_to("/inloggen", body, broken_off=0, kind=kind)
    half = answer_to("/inloggen", body, broken_off=12, kind=kind)

    assert (whole[:3], half[:3]) == ("422", "403"), "nobody is known by that BSN"


def test_software_reads_that_half_a_body_cannot_be_read() -> None:
    assert answer_to("/oauth/token", GRANT, broken_off=0)[:3] == "401"
    assert answer_to("/oauth/token", GRANT, broken_off=3)[:3] == "400"


@pytest.mark.parametrize("address", ["/inloggen", "/opleiders/inloggen", "/admin/login/"])
def test_half_a_form_without_its_secret_is_refused_as_any_other_without(address: str) -> None:
    assert answer_to(address, FORM, broken_off=4, cookie="").startswith("403")
