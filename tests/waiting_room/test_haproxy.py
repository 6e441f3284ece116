"""HAProxy as docs/waiting/haproxy.cfg sets it up gives out the same tickets and serves the same page."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ontwikkelrekening.waiting_room import room
from tests.waiting_room.test_room import KEY, Door, turn_on

ROOT = Path(__file__).resolve().parents[2]
HAPROXY = os.environ.get("HAPROXY") or shutil.which("haproxy")
pytestmark = pytest.mark.skipif(HAPROXY is None, reason="no HAProxy: name one in HAPROXY")
TLS = ' ssl crt "${CERTIFICATE}" alpn h2,http/1.1'


class Inside(BaseHTTPRequestHandler):
    """What stands behind the proxy."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"inside")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[int]:
    """The proxy on a free port, letting ten newcomers a minute in at once."""
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    Thread(target=behind.serve_forever, daemon=True).start()
    config = (ROOT / "docs/waiting/haproxy.cfg").read_text()
    for here in (TLS, "maxconn 100000"):
        assert here in config
        config = config.replace(here, "")
    (tmp_path / "haproxy.cfg").write_text(config)
    port = free_port()
    environment = {
        "LISTEN_ON": f"127.0.0.1:{port}",
        "WAITING_KEY": b64encode(KEY).decode(),
        "WAITING_PAGE": str(ROOT / "ontwikkelrekening/waiting_room/waiting.html"),
        "WAITING_STYLE": room.STYLE,
        "WAIT_SECONDS": "600",
        "A_MINUTE": "10",
        "WEB_SERVER": f"127.0.0.1:{behind.server_port}",
        "TZ": "Europe/Amsterdam",
    }
    with subprocess.Popen(
        [str(HAPROXY), "-f", str(tmp_path / "haproxy.cfg")], env={**os.environ, **environment}
    ) as haproxy:
        try:
            _wait_for(port)
            yield port
        finally:
            haproxy.kill()
            behind.shutdown()


def _wait_for(port: int) -> None:
    for _ in range(50):
        try:
            if knock(port, path="/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("HAProxy did not start.")


def knock(
    port: int, ticket: str = "", *, path: str = "/"
) -> tuple[int, http.client.HTTPMessage, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Cookie": ticket})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


def test_the_proxy_and_the_web_servers_run_one_waiting_room(proxy: int) -> None:
    first = [knock(proxy) for _ in range(10)]
    crowd = [knock(proxy) for _ in range(40)]
    waits = [turn_on(each[1]["Set-Cookie"]) - time.time() for each in crowd]

    assert {each[0] for each in first} == {200}, "in quiet times nobody waits"
    assert all(each[1]["Set-Cookie"].startswith("__Host-turn=") for each in first)
    assert sum(each[0] == 503 for each in crowd) >= 38, "a turn may be drawn that is now"
    assert 200 < sum(waits) / len(waits) < 400
    assert knock(proxy, path="/api/v1/claims")[0] == 200

    _, headers, page = next(each for each in crowd if each[0] == 503)
    ticket = headers["Set-Cookie"].split(";")[0]
    assert "Set-Cookie" not in knock(proxy, ticket)[1]
    assert headers["Content-Security-Policy"] == room.POLICY

    # The application behind reads the ticket of the proxy, and says the same.
    door = Door()
    door.now = time.time()
    status_there, _, same_page = door.knock(ticket)
    assert (status_there, same_page) == (503, page)

    # A ticket of the application lets in at the proxy, and a forged one does not.
    assert knock(proxy, door.ticket())[0] == 200
    assert "Set-Cookie" in knock(proxy, ticket[:-1] + ("0" if ticket[-1] != "0" else "1"))[1]
