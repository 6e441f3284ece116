"""A small OpenID Connect broker of our own: it stands in for those of DigiD and eHerkenning."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

from django.test import Client
from jwcrypto import jwk, jwt

KEY = jwk.JWK.generate(kty="RSA", size=2048, kid="broker-1", use="sig", alg="RS256")
CLIENT_ID, CLIENT_SECRET = "ontwikkelrekening", "a-secret-of-the-broker"


class Broker(HTTPServer):
    """Discovery, keys and the token endpoint; `claims` is what the next ID token says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.key = KEY


class _Answers(BaseHTTPRequestHandler):
    server: Broker

    def do_GET(self) -> None:
        url = self.server.url
        if self.path.endswith("openid-configuration"):
            self._send(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        else:
            self._send({"keys": [KEY.export_public(as_dict=True)]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked = {name: values[0] for name, values in parse_qs(body).items()}
        _, _, basic = self.headers.get("Authorization", "").partition(" ")
        self.server.asked["client"] = b64decode(basic).decode()
        token = jwt.JWT(header={"alg": "RS256", "kid": "broker-1"}, claims=self.server.claims)
        token.make_signed_token(self.server.key)
        self._send({"access_token": "x", "token_type": "Bearer", "id_token": token.serialize()})

    def _send(self, answer: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Broker]:
    with Broker() as broker:
        threading.Thread(target=broker.serve_forever, daemon=True).start()
        yield broker
        broker.shutdown()


def sent_to_broker(client: Client, address: str, back_to: str) -> dict[str, str]:
    """What the browser is asked to take along to the broker."""
    answer = client.get(address, {"next": back_to})
    assert answer.status_code == 302
    return {
        name: values[0] for name, values in parse_qs(urlparse(answer["Location"]).query).items()
    }


def come_back(
    client: Client, broker: Broker, address: str, asked: dict[str, str], **claims: Any
) -> Any:
    """Come back from the broker, which says these claims."""
    now = int(time.time())
    broker.claims = {
        "iss": broker.url,
        "aud": CLIENT_ID,
        "sub": "pseudonym",
        "iat": now,
        "exp": now + 60,
        "nonce": asked["nonce"],
        **claims,
    }
    return client.get(address, {"code": "once", "state": asked["state"]})
