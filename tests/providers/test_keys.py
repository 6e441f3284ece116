"""Keys that a client keeps at an address of its own: fetched, kept for a while, changed without a pause."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from jwcrypto.jwk import JWK

from providers import keys
from providers.clients import create_client
from providers.keys import KeysAreNotUsable, usable
from providers.models import Client, FetchedKeys
from providers.outside import AddressIsNotAllowed
from tests.providers.test_api_assertions import NEXT, OURS, STRANGERS, ask, public, signed
from tests.providers.world import MONDAY, de_linde

WEAK = JWK.generate(kty="RSA", size=1024, kid="weak")
CURVE = JWK.generate(kty="EC", crv="P-256", kid="curve")


class KeyServer:
    """Where a client keeps its public keys; counts who asks."""

    def __init__(self) -> None:
        self.body: bytes = json.dumps(public(OURS)).encode()
        self.status, self.seconds, self.asked = 200, 0.0, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                time.sleep(outer.seconds)
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def holds(self, *held: JWK) -> None:
        self.body = json.dumps(public(*held)).encode()


@pytest.fixture
def server() -> Iterator[KeyServer]:
    made = KeyServer()
    yield made
    made.server.shutdown()


@pytest.fixture
def client(db: None, server: KeyServer) -> Client:
    return create_client(de_linde(), name="LMS", scopes=["claims"], jwks_uri=server.url)[0]


def after(client: Client, key: JWK = OURS, **later: float) -> int:
    """The status of asking for a token with this key, so much later than Monday at ten."""
    moment = MONDAY + timedelta(**later)
    with time_machine.travel(moment, tick=False):
        until = int((moment + timedelta(minutes=2)).timestamp())
        return int(ask(signed(client, key, exp=until)).status_code)


def test_keys_are_fetched_once_and_used_for_an_hour(client: Client, server: KeyServer) -> None:
    assert [after(client), after(client, minutes=59)] == [200, 200]
    assert server.asked == 1
    assert after(client, minutes=61) == 200
    assert server.asked == 2


def test_a_new_key_works_from_the_moment_the_client_shows_it(
    client: Client, server: KeyServer
) -> None:
    assert after(client) == 200
    server.holds(NEXT, OURS)
    assert after(client, NEXT, seconds=11) == 200
    assert after(client, OURS, seconds=12) == 200
    server.holds(NEXT)
    assert after(client, NEXT, minutes=30) == 200
    assert server.asked == 2


def test_a_key_that_was_taken_away_works_for_an_hour_at_most(
    client: Client, server: KeyServer
) -> None:
    assert after(client) == 200
    server.holds(NEXT)
    assert after(client, OURS, minutes=59) == 200
    assert after(client, OURS, minutes=61) == 401


def test_strange_signatures_make_us_look_once_in_ten_seconds(
    client: Client, server: KeyServer
) -> None:
    assert after(client) == 200
    assert [after(client, STRANGERS, seconds=11 + each) for each in range(10)] == [401] * 10
    assert server.asked == 2


def test_what_we_have_serves_for_a_day_when_the_server_is_away(
    client: Client, server: KeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert after(client) == 200
    server.status = 503
    assert [after(client, hours=2), after(client, hours=23)] == [200, 200]
    assert after(client, hours=25) == 401
    reasons = {vars(each).get("reason") for each in caplog.records if "not fetched" in each.message}
    assert reasons == {"HTTP 503"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"nonsense",
        b'{"keys": []}',
        b'{"keys": 7}',
        b'{"keys": [7]}',
        b"[" * 50_000,
        b'{"keys": [' + b" " * 70_000 + b"]}",
        json.dumps(public(WEAK)).encode(),
        json.dumps(public(CURVE)).encode(),
        json.dumps({"keys": [{"kty": "RSA", "n": 7, "e": "AQAB"}]}).encode(),
        json.dumps({"keys": [{"kty": "RSA", "n": "é", "e": "AQAB"}]}).encode(),
        json.dumps({"keys": [json.loads(OURS.export_private())]}).encode(),
        json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}).encode(),
        json.dumps({"keys": public(OURS)["keys"] * 21}).encode(),
    ],
)
def test_what_is_no_set_of_rsa_keys_opens_nothing(
    client: Client, server: KeyServer, body: bytes
) -> None:
    server.body = body

    assert after(client) == 401


def test_a_redirect_of_the_key_server_is_not_followed(client: Client, server: KeyServer) -> None:
    server.status = 302

    assert after(client) == 401
    assert server.asked == 1


def test_a_key_server_that_hangs_is_left_in_seconds(
    client: Client, server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "SECONDS_TO_FETCH", 0.5)
    server.seconds = 2
    began = time.monotonic()

    assert after(client) == 401
    assert time.monotonic() - began < 1.5


def test_keys_beside_others_are_passed_over(client: Client, server: KeyServer) -> None:
    server.holds(CURVE, OURS)
    body = json.loads(server.body)
    body["keys"].append({**public(NEXT)["keys"][0], "use": "enc"})
    server.body = json.dumps(body).encode()

    assert [after(client), after(client, NEXT, seconds=20)] == [200, 401]
    assert [key["kid"] for key in FetchedKeys.objects.get().keys["keys"]] == ["2026-a"]


def test_many_at_once_fetch_once_and_all_get_in(
    own_database: str, django_db_blocker: Any, server: KeyServer
) -> None:
    server.seconds = 0.5

    def one(here: Client) -> int:
        try:
            return int(ask(signed(here)).status_code)
        finally:
            connection.close()

    with django_db_blocker.unblock(), time_machine.travel(MONDAY, tick=True):
        here, _ = create_client(de_linde(), name="LMS", scopes=["claims"], jwks_uri=server.url)
        with ThreadPoolExecutor(8) as threads:
            statuses = list(threads.map(one, [here] * 8))

    assert statuses == [200] * 8
    assert server.asked == 1


def test_keys_stand_in_one_place(db: None, server: KeyServer) -> None:
    both: dict[str, Any] = {"jwks": public(OURS), "jwks_uri": server.url}
    with pytest.raises(KeysAreNotUsable):
        create_client(de_linde(), name="LMS", scopes=["claims"], **both)
    with pytest.raises(IntegrityError, match="client_has_keys_in_one_place"):
        Client.objects.create(provider=de_linde("Taalhuis"), **both)


def test_keys_inside_are_not_fetched(db: None, settings: Any) -> None:
    settings.CALLS_MAY_STAY_HERE = False

    with pytest.raises(AddressIsNotAllowed):
        create_client(de_linde(), name="LMS", scopes=["claims"], jwks_uri="https://10.0.0.1/jwks")


def test_given_keys_are_judged_and_kept_without_what_they_do_not_need() -> None:
    given = {"keys": [{**public(OURS)["keys"][0], "x5c": ["..."], "use": "sig"}]}

    assert set(usable(given)["keys"][0]) == {"kty", "kid", "n", "e"}
    with pytest.raises(KeysAreNotUsable):
        usable(public(WEAK))


def test_the_command_takes_an_address_and_refuses_what_it_cannot_use(
    db: None, server: KeyServer, tmp_path: Path
) -> None:
    kvk = de_linde().kvk_number
    call_command("create_client", kvk, "--jwks-uri", server.url)
    assert Client.objects.get().signs

    file = tmp_path / "keys.json"
    for text, message in [("{", "cannot be read as JSON"), ("{}", "Give a JWKS")]:
        file.write_text(text)
        with pytest.raises(CommandError, match=message):
            call_command("create_client", kvk, "--jwks", str(file))
    with pytest.raises(CommandError, match="public https address"):
        call_command("create_client", kvk, "--jwks-uri", "ftp://keys.example/")
