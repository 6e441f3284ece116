"""Calling addresses that others chose: public ones, looked up once, briefly, and no further."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from providers import outside
from providers.outside import (
    AddressIsNotAllowed,
    AddressIsUnknown,
    Answer,
    NoAnswer,
    call,
    check,
    is_public,
    target_of,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def serving(
    act: Callable[[socket.socket], object], tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server that reads a request and then acts on the connection; gives its port."""

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
                with tls.wrap_socket(line, server_side=True) if tls else line as opened:
                    opened.recv(4096)
                    act(opened)
            except OSError:
                if listening.fileno() < 0:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def ask(port: int, **how: Any) -> Answer:
    return call("GET", f"http://127.0.0.1:{port}/keys?of=us", headers={}, **how)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.1", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1"),
        *("127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
        *("192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
        *("198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250"),
        *("240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("100::1", "2001:db8::1", "3fff::1", "5f00::1"),
        # IPv4 in the clothes of IPv6: mapped, compatible, translated, 6to4, Teredo
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::10.0.0.1", "::127.0.0.1"),
        *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::127.0.0.1"),
        *("64:ff9b:1::10.0.0.1", "64:ff9b:1:fffe::1", "2002:a00:1::", "2002:7f00:1::1"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1", "::ffff:0:10.0.0.1"),
    ],
)
def test_what_is_not_public_is_never_called(settings: Any, address: str) -> None:
    settings.CALLS_MAY_STAY_HERE = False
    bracketed = f"[{address}]" if ":" in address else address

    assert not is_public(address)
    with pytest.raises(AddressIsNotAllowed):
        call("GET", f"https://{bracketed}/", headers={})


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1"),
        *("168.63.129.15", "223.255.255.255", "2a00::1", "2606:4700::1111", "64:ff9b::1.1.1.1"),
    ],
)
def test_what_is_public_may_be_called(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_no_address_that_python_calls_private_is_public(ip: IPv4Address | IPv6Address) -> None:
    if is_public(str(ip)) and ip not in outside._NAT64:
        assert ip.is_global
        assert not ip.is_multicast


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]"]
)
def test_other_ways_to_write_this_machine_are_refused(settings: Any, host: str) -> None:
    settings.CALLS_MAY_STAY_HERE = False

    with pytest.raises((AddressIsNotAllowed, AddressIsUnknown)):
        check(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://user:pass@hooks.example/",
        "https://@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example/#",
        "https://hooks.example:99999/",
        "https://hooks.example:0/",
        "https://hooks.example\\@10.0.0.1/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: inside",
        "https://hóóks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https:///path",
        "https://[::1/",
        "//hooks.example/",
        "https://hooks.example/" + "a" * 500,
        "",
    ],
)
def test_an_address_that_is_no_plain_https_is_refused(settings: Any, url: str) -> None:
    settings.CALLS_MAY_STAY_HERE = False

    with pytest.raises(AddressIsNotAllowed):
        target_of(url)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70 + ".example", "..", "a..b"])
def test_a_host_nobody_knows_is_refused(host: str) -> None:
    with pytest.raises((AddressIsUnknown, AddressIsNotAllowed)):
        check(f"https://{host}/")


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name whose meaning changes with every look-up; returns the names that were looked up."""
    real, asked, left = socket.getaddrinfo, [], list(answers)

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if not host.endswith(".example"):
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return [info for found in left.pop(0) for info in real(found, port, type=1)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_host_of_which_one_address_is_private_is_refused(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CALLS_MAY_STAY_HERE = False
    leads_to(monkeypatch, ["1.1.1.1", "2a00::1", "10.0.0.5"])

    with pytest.raises(AddressIsNotAllowed):
        call("GET", "https://hooks.example/", headers={})


def test_a_name_is_looked_up_once_and_the_call_goes_to_what_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(lambda line: line.sendall(OK)) as port:
        asked = leads_to(monkeypatch, ["127.0.0.1"], ["10.0.0.5"])
        answer = call("GET", f"http://hooks.example:{port}/", headers={}, bytes_max=10)

    assert answer == Answer(200, b"ok")
    assert asked == ["hooks.example"]


def test_the_next_address_is_tried_when_the_first_takes_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(lambda line: line.sendall(OK)) as port:
        leads_to(monkeypatch, ["127.0.0.9", "127.0.0.1"])
        assert call("GET", f"http://hooks.example:{port}/", headers={}).status == 200


def test_the_request_is_whole_and_plain() -> None:
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                came.append(line.recv(4096))
                line.sendall(OK)

        Thread(target=serve, daemon=True).start()
        assert ask(port, body=b"{}", bytes_max=2) == Answer(200, b"ok")

    request = came[0].decode()
    assert request.startswith("GET /keys?of=us HTTP/1.1\r\n")
    assert f"\r\nHost: 127.0.0.1:{port}\r\n" in request
    assert "\r\nConnection: close\r\n" in request


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with serving(lambda line: line.sendall(moved)) as port:
        assert ask(port).status == 302


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(lambda line: line.sendall(OK)) as port:
        assert ask(port).status == 200


def test_an_answer_may_be_so_long_and_no_longer() -> None:
    with serving(lambda line: line.sendall(OK)) as port:
        assert ask(port, bytes_max=2).body == b"ok"
        with pytest.raises(NoAnswer, match="more than 1 bytes"):
            ask(port, bytes_max=1)
        assert ask(port, bytes_max=0) == Answer(200, b"")


def drip(line: socket.socket, *parts: bytes) -> None:
    for part in parts:
        line.sendall(part)
    while True:
        time.sleep(0.05)
        line.sendall(b"x")


@pytest.mark.parametrize(
    "act",
    [
        lambda line: line.recv(1),
        drip,
        lambda line: drip(line, b"HTTP/1.1 200 OK\r\nX-Long: "),
        lambda line: drip(line, b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"),
        lambda line: drip(line, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1"),
    ],
    ids=["silence", "status", "headers", "body", "chunks"],
)
def test_a_receiver_that_drips_is_left_in_time(
    act: Callable[[socket.socket], object],
) -> None:
    with serving(act) as port:
        began = time.monotonic()
        with pytest.raises(NoAnswer, match=r"No answer within 0\.6 seconds"):
            ask(port, bytes_max=100_000, seconds=0.6)

    assert 0.5 < time.monotonic() - began < 1.5


def test_a_receiver_that_never_stops_is_left_at_once() -> None:
    headers = b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000
    with serving(lambda line: line.sendall(headers)) as port:
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="too long"):
            ask(port)

    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100]
)
def test_nonsense_is_no_answer(answer: bytes) -> None:
    with serving(lambda line: line.sendall(answer)) as port, pytest.raises(NoAnswer):
        ask(port)


def test_a_closed_door_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match="refused"):
        ask(1)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's TLS with a certificate of hooks.example, from an authority that is trusted here."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = tmp_path / "hooks.pem"
    both.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    outside._trust.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    yield context
    outside._trust.cache_clear()


def test_tls_checks_the_name_though_the_call_goes_to_an_address(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, ["127.0.0.1"], ["127.0.0.1"])
    with serving(lambda line: line.sendall(OK), tls) as port:
        assert call("GET", f"https://hooks.example:{port}/", headers={}, bytes_max=2).body == b"ok"
        with pytest.raises(NoAnswer, match="certificate is not accepted"):
            call("GET", f"https://other.example:{port}/", headers={})
        with pytest.raises(NoAnswer, match="certificate is not accepted"):
            call("GET", f"https://127.0.0.1:{port}/", headers={})


def test_a_certificate_of_nobody_we_know_is_refused(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    outside._trust.cache_clear()
    leads_to(monkeypatch, ["127.0.0.1"])
    with (
        serving(lambda line: line.sendall(OK), tls) as port,
        pytest.raises(NoAnswer, match="certificate is not accepted"),
    ):
        call("GET", f"https://hooks.example:{port}/", headers={})


def test_a_handshake_that_never_comes_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="No answer"):
            call("GET", f"https://127.0.0.1:{silent.getsockname()[1]}/", headers={}, seconds=0.5)

    assert time.monotonic() - began < 2


def test_a_look_up_that_hangs_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> list[object]:
        time.sleep(2)
        return []

    monkeypatch.setattr(outside, "SECONDS_TO_LOOK_UP", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    with pytest.raises(AddressIsUnknown):
        check("https://hooks.example/")

    assert time.monotonic() - began < 1
