"""private_key_jwt: a signature instead of a secret; keys by value or by address."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

from providers.clients import create_client
from providers.models import Client
from tests.providers.calls import basic
from tests.providers.world import MONDAY, de_linde

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OURS = JWK.generate(kty="RSA", size=2048, kid="2026-a")
NEXT = JWK.generate(kty="RSA", size=2048, kid="2026-b")
STRANGERS = JWK.generate(kty="RSA", size=2048, kid="2026-a")


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def client(db: None) -> tuple[Client, str]:
    return create_client(de_linde(), name="LMS", scopes=["claims"], jwks=public(OURS, NEXT))


def public(*keys: JWK) -> dict[str, Any]:
    return {"keys": [json.loads(key.export_public()) for key in keys]}


def signed(client: Client, key: JWK = OURS, alg: str = "PS256", **changes: Any) -> str:
    claims = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": "http://127.0.0.1:8000/oauth/token",
        "exp": int((MONDAY + timedelta(minutes=2)).timestamp()),
        "jti": str(uuid4()),
        **changes,
    }
    token = JWT(header={"alg": alg, "kid": key.get("kid", "")}, claims=claims)
    token.make_signed_token(key)
    return str(token.serialize())


def ask(assertion: str, **form: str) -> Any:
    return Browser().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_assertion_type": TYPE,
            "client_assertion": assertion,
            **form,
        },
    )


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
@pytest.mark.parametrize("key", [OURS, NEXT], ids=["present key", "next key"])
def test_a_signature_gets_a_token(client: tuple[Client, str], alg: str, key: JWK) -> None:
    answer = ask(signed(client[0], key, alg))

    assert (answer.status_code, answer.json()["scope"]) == (200, "claims")


def test_an_assertion_is_good_once(client: tuple[Client, str]) -> None:
    assertion = signed(client[0])

    assert [ask(assertion).status_code, ask(assertion).status_code] == [200, 401]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "https://elsewhere.example/token"},
        {"aud": None},
        {"aud": ["http://127.0.0.1:8000/oauth/token", "https://elsewhere.example/token"]},
        {"aud": {"http://127.0.0.1:8000": 1}},
        {"nbf": int((MONDAY + timedelta(minutes=5)).timestamp())},
        {"exp": 1e400},
        {"sub": "\x00"},
        {"sub": "\ud800"},
        {"exp": int((MONDAY - timedelta(minutes=5)).timestamp())},
        {"exp": int((MONDAY + timedelta(minutes=6)).timestamp())},
        {"exp": True},
        {"jti": ""},
        {"jti": 7},
    ],
)
def test_an_assertion_that_says_something_else_is_refused(
    client: tuple[Client, str], changes: dict[str, Any]
) -> None:
    answer = ask(signed(client[0], **changes))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("aud", ["http://127.0.0.1:8000", ["http://127.0.0.1:8000/oauth/token"]])
def test_an_assertion_is_meant_for_us(client: tuple[Client, str], aud: Any) -> None:
    assert ask(signed(client[0], aud=aud)).status_code == 200


def test_an_id_may_be_any_text(client: tuple[Client, str]) -> None:
    assert ask(signed(client[0], jti="\ud800\x00")).status_code == 200


def test_another_way_of_proof_beside_the_signature_is_refused(client: tuple[Client, str]) -> None:
    here, secret = client
    form = {"client_assertion_type": TYPE, "grant_type": "client_credentials"}
    both = Browser().post(
        "/oauth/token",
        {**form, "client_assertion": signed(here)},
        headers=basic(here, secret),
    )

    for refused in both, ask(signed(here), client_secret=secret):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert ask(signed(here), client_id="somebody").status_code == 401
    assert ask(signed(here), client_id=here.client_id).status_code == 200


def test_who_signed_stands_in_the_log_and_the_signature_does_not(
    client: tuple[Client, str], caplog: pytest.LogCaptureFixture
) -> None:
    assertion = signed(client[0])
    ask(assertion)
    ask(assertion)

    by_message = {record.message: vars(record) for record in caplog.records}
    for message in ("token granted", "token refused", "assertion refused"):
        assert by_message[message]["client"] == client[0].client_id
    assert by_message["assertion refused"]["reason"] == "used before"
    assert assertion not in "".join(str(vars(record)) for record in caplog.records)


def test_of_sixteen_uses_of_one_assertion_one_gets_a_token(
    own_database: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        here, _ = create_client(de_linde(), name="LMS", scopes=["claims"], jwks=public(OURS))
        assertion = signed(here)
        with ThreadPoolExecutor(16) as threads:
            statuses = list(threads.map(lambda _: _ask_and_close(assertion), range(16)))

    assert sorted(statuses) == [200] + [401] * 15


def _ask_and_close(assertion: str) -> int:
    try:
        return int(ask(assertion).status_code)
    finally:
        connection.close()


def test_another_key_is_refused(client: tuple[Client, str]) -> None:
    assert ask(signed(client[0], STRANGERS)).status_code == 401


def test_an_assertion_signed_with_the_public_key_as_a_secret_is_refused(
    client: tuple[Client, str],
) -> None:
    public = OURS.export_to_pem()
    secret = JWK(kty="oct", k=urlsafe_b64encode(public).decode().rstrip("="))

    assert ask(signed(client[0], secret, "HS256")).status_code == 401


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "e30.e30.", "\x00", "é.é.é"])
def test_nonsense_is_refused(client: tuple[Client, str], assertion: str) -> None:
    assert ask(assertion).status_code == 401


def test_a_client_with_keys_cannot_fall_back_to_its_secret(client: tuple[Client, str]) -> None:
    answer = Browser().post(
        "/oauth/token", {"grant_type": "client_credentials"}, headers=basic(*client)
    )

    assert answer.status_code == 401
