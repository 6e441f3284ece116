"""Behind proxies a visitor has the address that the outermost of them wrote down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ontwikkelrekening.addresses import VisitorAddress

PROXY = "10.0.0.1"


def seen(environ: dict[str, Any], _start_response: Any) -> Iterable[bytes]:
    return [environ["REMOTE_ADDR"].encode()]


@pytest.mark.parametrize(
    ("proxies", "written", "address"),
    [
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "203.0.113.9,192.0.2.7", "192.0.2.7"),  # the first is the visitor's own invention
        (2, "203.0.113.9, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", PROXY),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "unknown", PROXY),
        (1, "fe80::1%eth0", PROXY),
        (1, "192.0.2.7:4711", PROXY),
    ],
)
def test_the_address_is_the_one_that_the_outermost_proxy_wrote(
    proxies: int, written: str | None, address: str
) -> None:
    environ = {"REMOTE_ADDR": PROXY}
    if written is not None:
        environ["HTTP_X_FORWARDED_FOR"] = written

    (answer,) = VisitorAddress(seen, proxies=proxies)(environ, None)

    assert answer.decode() == address
