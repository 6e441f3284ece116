"""The only way out: a call to an address that somebody else chose.

A name is looked up once, every address it leads to has to be public, and the connection goes to one
of those addresses and nowhere else; TLS still checks the name. No redirect is followed, no proxy is
asked, and neither a receiver that drips bytes nor one that never stops can hold the caller.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LookUpTookTooLong
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings

from providers.errors import Unable

SECONDS_IN_ALL = 8  # from looking up the name to the last byte
SECONDS_TO_LOOK_UP = 3
SECONDS_TO_CONNECT = 3
BYTES_OF_HEADERS_MAX = 64 * 1024
URL_MAX = 500

# IANA's special-purpose registries (RFC 6890 and after), multicast, what is reserved, and the
# address at which Azure serves its machines. 192.0.0.0/24 holds the metadata of Oracle's cloud.
_NOT_PUBLIC = [
    ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32"),
        *("169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        # Within 2000::/3: Teredo and other protocols, documentation, 6to4.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
_GLOBAL_UNICAST = ip_network("2000::/3")  # all that IPv6 has handed out (RFC 4291)
_NAT64 = ip_network("64:ff9b::/96")  # how IPv4 is reached where only IPv6 runs (RFC 6052)


class UnableToCall(Unable):
    """This address is not called."""


class AddressIsNotAllowed(UnableToCall):
    field = "url"
    sentence = "Give a public https address, without a name, password or fragment in it."


class AddressIsUnknown(UnableToCall):
    field, sentence = "url", "The host of this address is not known."


class NoAnswer(Exception):
    """The call was made and brought nothing; the message says why, for whom we called."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and as much of the body as was asked for."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the right form; nothing is known yet of where it leads."""

    host: str
    port: int
    is_secure: bool
    path: str


def target_of(url: str) -> Target:
    """The parts of an https address; raises AddressIsNotAllowed."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise AddressIsNotAllowed from None
    schemes = ("https", "http") if settings.CALLS_MAY_STAY_HERE else ("https",)
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_MAX
    if not plain or parts.scheme not in schemes or not host or port == 0:
        raise AddressIsNotAllowed
    if "@" in parts.netloc or "#" in url:
        raise AddressIsNotAllowed
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port or (443 if is_secure else 80), is_secure, path)


def check(url: str) -> None:
    """Whether we would call it, without calling; raises AddressIsNotAllowed, AddressIsUnknown."""
    _public_addresses(target_of(url), SECONDS_TO_LOOK_UP)


def call(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
    bytes_max: int = 0,
    seconds: float = SECONDS_IN_ALL,
) -> Answer:
    """Ask once; of the body of the answer `bytes_max` bytes are read at most.

    Raises AddressIsNotAllowed, AddressIsUnknown, or NoAnswer, also when the body is longer.
    """
    time_left = _TimeLeft(seconds)
    target = target_of(url)
    try:
        addresses = _public_addresses(target, min(SECONDS_TO_LOOK_UP, time_left()))
        with _connected(target, addresses, time_left) as line:
            return _exchange(target, line, time_left, method, body, headers, bytes_max)
    except ssl.SSLCertVerificationError as error:
        raise NoAnswer(f"The certificate is not accepted: {error.verify_message}") from error
    except TimeoutError as error:
        raise NoAnswer(f"No answer within {seconds} seconds.") from error
    except ConnectionRefusedError as error:
        raise NoAnswer("The connection was refused.") from error
    except (OSError, HTTPException) as error:
        raise NoAnswer(f"The connection failed ({type(error).__name__}).") from error


def is_public(address: str) -> bool:
    """Whether an address is of the public internet; what leads to IPv4 by way of IPv6 is judged by it."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return is_public(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip not in _GLOBAL_UNICAST:
            return False
    return not any(ip in block for block in _NOT_PUBLIC)


class _TimeLeft:
    """Seconds until everything has to be done; raises TimeoutError when there are none."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def __call__(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _public_addresses(target: Target, seconds: float) -> list[str]:
    """All addresses behind the host, best first; one that is not public refuses them all."""
    found = _looked_up(target, seconds)
    if not settings.CALLS_MAY_STAY_HERE and not all(map(is_public, found)):
        raise AddressIsNotAllowed
    return found


def _looked_up(target: Target, seconds: float) -> list[str]:
    """On a thread of its own, for the system's resolver knows no time limit."""
    answer: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answer.set_result(list(dict.fromkeys(str(info[4][0]) for info in infos)))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=look_up, daemon=True).start()
    try:
        return answer.result(seconds)
    except (LookUpTookTooLong, OSError, UnicodeError):
        raise AddressIsUnknown from None


def _connected(target: Target, addresses: list[str], time_left: _TimeLeft) -> socket.socket:
    """A connection to the first of these addresses that takes one."""
    refused: OSError = ConnectionRefusedError()
    for address in addresses:
        try:
            seconds = min(SECONDS_TO_CONNECT, time_left())
            plain = socket.create_connection((address, target.port), seconds)
        except OSError as error:
            refused = error
            continue
        if not target.is_secure:
            return plain
        with plain:  # the wrapped connection takes it over; else it is closed
            plain.settimeout(time_left())
            return _trust().wrap_socket(plain, server_hostname=target.host)
    raise refused


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(
    target: Target,
    line: socket.socket,
    time_left: _TimeLeft,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    bytes_max: int,
) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    if target.is_secure:
        connection.default_port = 443  # so that the header Host says a port only when it has to
    timed = _Timed(line, time_left, bytes_max + BYTES_OF_HEADERS_MAX)
    connection.sock = cast(socket.socket, timed)
    stays = {"User-Agent": "ontwikkelrekening/1", "Accept-Encoding": "identity"}
    connection.request(method, target.path, body, {**stays, "Connection": "close", **headers})
    with connection.getresponse() as response:
        content = response.read(bytes_max + 1) if bytes_max else b""
        if len(content) > bytes_max:
            raise NoAnswer(f"The answer has more than {bytes_max} bytes.")
        return Answer(response.status, content)


class _Timed:
    """What http.client needs of a socket, with one limit of time and of bytes for all of it."""

    def __init__(self, line: socket.socket, time_left: _TimeLeft, bytes_max: int) -> None:
        self.line, self.time_left, self.bytes_left = line, time_left, bytes_max

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self.line.settimeout(self.time_left())
            rest = rest[self.line.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Nothing: who connected closes, after the answer is read."""


class _Incoming(io.RawIOBase):
    """The bytes that come in, until the time or the number is up."""

    def __init__(self, timed: _Timed) -> None:
        self.timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self.timed.line.settimeout(self.timed.time_left())
        came = self.timed.line.recv_into(buffer)
        self.timed.bytes_left -= came
        if self.timed.bytes_left < 0:
            raise NoAnswer("The answer is too long.")
        return came
