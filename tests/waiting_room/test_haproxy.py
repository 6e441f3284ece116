"""HAProxy as docs/waiting/haproxy.cfg sets it up gives out the same tickets and serves the same page.

It also waits for the body of a request, so that a slow one holds nobody behind it.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
import urllib.request
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


CHECK = ("example.org", "https")
SECONDS = 1  # for headers and body together; ten in the file


class Inside(BaseHTTPRequestHandler):
    """What stands behind the proxy; it says who it is and, of a request with a body, how much came."""

    name = b"inside"
    begun: list[bytes] = []

    def do_GET(self) -> None:
        checked = self.path == "/readyz"  # as Django asks of every request
        if checked and (self.headers["Host"], self.headers["X-Forwarded-Proto"]) != CHECK:
            self.send_error(400)
        else:
            self._answer(self.name)

    def do_POST(self) -> None:
        self.begun.append(self.name)
        if self.headers.get("Transfer-Encoding"):
            length = 0
            while size := int(self.rfile.readline(), 16):
                length += len(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
        else:
            length = len(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(b"%s %d" % (self.name, length))

    def _answer(self, said: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Uploads(Inside):
    """The web processes for large bodies."""

    name = b"uploads"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[int]:
    """The proxy on a free port, letting ten newcomers a minute in at once."""
    Inside.begun.clear()
    web, uploads = (ThreadingHTTPServer(("127.0.0.1", 0), each) for each in (Inside, Uploads))
    for server in (web, uploads):
        Thread(target=server.serve_forever, daemon=True).start()
    config = (ROOT / "docs/waiting/haproxy.cfg").read_text()
    for here in (TLS, "maxconn 100000"):
        assert here in config
        config = config.replace(here, "")
    for there, quicker in (
        ("http-request 10s", f"http-request {SECONDS}s"),
        ("inter 5s", "inter 200"),
    ):
        assert there in config
        config = config.replace(there, quicker)
    (tmp_path / "haproxy.cfg").write_text(config)
    port = free_port()
    environment = {
        "LISTEN_ON": f"127.0.0.1:{port}",
        "WAITING_KEY": b64encode(KEY).decode(),
        "WAITING_PAGE": str(ROOT / "ontwikkelrekening/waiting_room/waiting.html"),
        "WAITING_STYLE": room.STYLE,
        "WAIT_SECONDS": "600",
        "A_MINUTE": "10",
        "PUBLIC_HOST": CHECK[0],
        "WEB_SERVER": f"127.0.0.1:{web.server_port}",
        "UPLOAD_SERVER": f"127.0.0.1:{uploads.server_port}",
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
            web.shutdown()
            uploads.shutdown()


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


def send(port: int, *parts: bytes, headers: str = "") -> socket.socket:
    """Begin a request with a body, of which only these parts are sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(f"POST /oauth/token HTTP/1.1\r\nHost: here\r\n{headers}\r\n".encode())
    for part in parts:
        connection.sendall(part)
    return connection


def post(port: int, body: bytes | Iterator[bytes]) -> bytes:
    """A whole request; an iterator is sent in chunks."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/oauth/token", data=body)
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  (to ourselves)
        return bytes(answer.read())


def test_a_slow_body_gets_no_further_than_the_proxy(proxy: int) -> None:
    slow = [send(proxy, b"grant", headers="Content-Length: 500\r\n") for _ in range(8)]
    dribbling = send(proxy, headers="Transfer-Encoding: chunked\r\n")
    until = time.monotonic() + SECONDS + 0.5
    while time.monotonic() < until:  # never silent
        try:
            dribbling.sendall(b"1\r\nx\r\n")
        except OSError:  # it was ended
            break
        assert knock(proxy, path="/healthz")[0] == 200
        time.sleep(0.1)

    for each in (*slow, dribbling):
        assert each.recv(4096).startswith(b"HTTP/1.1 408 ")
    assert Inside.begun == []


def test_what_is_too_large_to_wait_for_goes_to_web_processes_of_its_own(proxy: int) -> None:
    half = send(proxy, b"x" * 40_000, headers="Content-Length: 80000\r\n")
    long_headers = f"X-Long: {'y' * 20_000}\r\nContent-Length: 15000\r\n"
    both = send(proxy, b"x" * 14_000, headers=long_headers)

    assert post(proxy, b"x" * 500) == b"inside 500"
    assert post(proxy, iter([b"x" * 400, b"x" * 100])) == b"inside 500"
    assert post(proxy, b"x" * 80_000) == b"uploads 80000"
    assert post(proxy, iter([b"x" * 40_000] * 2)) == b"uploads 80000"
    assert Inside.begun.count(b"inside") == 2, "and nothing that is not whole"
    half.close()
    both.close()
