"""Software gets access, a secret once, keys; and loses it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client as Browser
from jwcrypto.jwk import JWK

from providers.clients import create_client
from providers.models import Client, FetchedKeys, IdempotencyKey, OldSecret
from tests.provider_area.world import School, send, text
from tests.providers.calls import basic
from tests.providers.world import MONDAY

UNUSABLE = "Geef een JWKS (RFC 7517) met publieke RSA-sleutels van 2048 bits of meer."
KEY = JWK.generate(kty="RSA", size=2048, kid="2026-a")
PUBLIC = json.loads(KEY.export_public())


def jwks(*keys: Any) -> str:
    return json.dumps({"keys": list(keys)})


def secret_on(page: str) -> str:
    found = re.search(r'id="secret">([^<]+)<', page)
    assert found, page
    return found[1]


def token_status(client: Client, secret: str) -> int:
    answer = Browser().post(
        "/oauth/token", {"grant_type": "client_credentials"}, headers=basic(client, secret)
    )
    return int(answer.status_code)


def token_of(client: Client, secret: str) -> str:
    answer = Browser().post(
        "/oauth/token", {"grant_type": "client_credentials"}, headers=basic(client, secret)
    )
    token: str = answer.json()["access_token"]
    return token


def claims_status(token: str) -> int:
    answer = Browser().get("/api/v1/claims", headers={"Authorization": f"Bearer {token}"})
    return int(answer.status_code)


@pytest.fixture
def lms(school: School) -> tuple[Client, str]:
    return create_client(school.provider, name="LMS", scopes=["claims"])


def test_new_software_gets_a_secret_that_works_and_is_kept_nowhere(
    school: School, desk: Browser
) -> None:
    key = str(uuid4())
    answers = {"name": "LMS", "scopes": ["claims", "courses"]}

    page = text(send(desk, "software/nieuw", key=key, **answers))
    again = send(desk, "software/nieuw", key=key, **answers)

    made = Client.objects.get()
    secret = secret_on(page)
    assert (made.provider, made.scopes) == (school.provider, ["claims", "courses"])
    assert token_status(made, secret) == 200
    assert again["Location"] == f"/opleiders/software/{made.pk}"
    assert secret not in text(desk.get(again["Location"]))
    assert secret not in str(IdempotencyKey.objects.values())
    assert secret not in made.client_secret


def test_software_must_be_allowed_something(school: School, desk: Browser) -> None:
    answer = send(desk, "software/nieuw", name="LMS", scopes=["everything"])

    assert answer.status_code == 422
    assert not Client.objects.exists()


def test_a_secret_is_replaced_without_a_pause(desk: Browser, lms: tuple[Client, str]) -> None:
    client, before = lms

    with time_machine.travel(MONDAY, tick=False):
        token = token_of(client, before)
        after = secret_on(text(send(desk, f"software/{client.pk}/geheim")))
        client.refresh_from_db()
        page = text(desk.get(f"/opleiders/software/{client.pk}"))
        both = [token_status(client, secret) for secret in (before, after)]
        with_old_token = claims_status(token)
    with time_machine.travel(MONDAY + timedelta(hours=23, minutes=59), tick=False):
        almost_a_day_later = token_status(client, before)
    with time_machine.travel(MONDAY + timedelta(hours=24), tick=False):
        a_day_later = [token_status(client, secret) for secret in (before, after)]

    assert "Het geheim van hiervoor werkt nog tot 03-03-2026 10:00." in page
    assert (both, with_old_token, almost_a_day_later) == ([200, 200], 200, 200)
    assert a_day_later == [401, 200]
    assert before not in str(OldSecret.objects.values())


def test_every_secret_of_the_last_day_works_and_no_other_clients(
    desk: Browser, lms: tuple[Client, str], school: School
) -> None:
    client, first = lms
    other, _ = create_client(school.provider, name="Other", scopes=["claims"])

    second = secret_on(text(send(desk, f"software/{client.pk}/geheim")))
    third = secret_on(text(send(desk, f"software/{client.pk}/geheim")))

    client.refresh_from_db()
    assert [token_status(client, each) for each in (first, second, third)] == [200, 200, 200]
    assert [token_status(other, each) for each in (first, second, third)] == [401, 401, 401]


def test_a_secret_that_somebody_saw_is_ended_at_once(
    desk: Browser, lms: tuple[Client, str]
) -> None:
    client, before = lms
    after = secret_on(text(send(desk, f"software/{client.pk}/geheim")))

    send(desk, f"software/{client.pk}/oude-geheimen")

    client.refresh_from_db()
    assert [token_status(client, each) for each in (before, after)] == [401, 200]
    assert "werkt nog tot" not in text(desk.get(f"/opleiders/software/{client.pk}"))


def test_with_keys_a_secret_opens_nothing_and_is_not_drawn(
    desk: Browser, lms: tuple[Client, str]
) -> None:
    client, secret = lms

    answer = send(desk, f"software/{client.pk}/sleutels", jwks=jwks(PUBLIC))

    client.refresh_from_db()
    assert answer.status_code == 302
    assert client.jwks == {"keys": [PUBLIC]}
    assert token_status(client, secret) == 401
    refused = send(desk, f"software/{client.pk}/geheim")
    assert refused.status_code == 422
    assert "Deze software ondertekent met haar sleutels." in text(refused)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (jwks(json.loads(KEY.export_private())), UNUSABLE),
        (jwks({"kty": "oct", "k": "c2VjcmV0"}), UNUSABLE),
        (jwks(), UNUSABLE),
        (jwks(*[PUBLIC] * 21), UNUSABLE),
        (jwks({"kty": "RSA"}), UNUSABLE),
        (jwks({**PUBLIC, "n": "!"}), UNUSABLE),
        (jwks({**PUBLIC, "use": "enc"}), UNUSABLE),
        (jwks({}, None, 7), UNUSABLE),
        (
            jwks(json.loads(JWK.generate(kty="RSA", size=1024).export_public())),
            UNUSABLE,
        ),
        (
            jwks(json.loads(JWK.generate(kty="EC", crv="P-256").export_public())),
            UNUSABLE,
        ),
        ("[]", UNUSABLE),
        ('"x"', UNUSABLE),
        (jwks({**PUBLIC, "kid": "\0"}), UNUSABLE),
        (jwks({**PUBLIC, "kid": "\ud800"}), UNUSABLE),
        (jwks({**PUBLIC, "kid": float("nan")}), UNUSABLE),
        (jwks({**PUBLIC, "kid": 7}), UNUSABLE),
        ("{", "Dit is geen JSON."),
        ("9" * 5_000, "Dit is geen JSON."),
        ("[" * 100_000, "Dit is geen JSON."),
        ("", UNUSABLE),
    ],
)
def test_keys_that_cannot_be_used_are_refused_with_the_reason(
    desk: Browser, lms: tuple[Client, str], given: str, sentence: str
) -> None:
    answer = send(desk, f"software/{lms[0].pk}/sleutels", jwks=given)

    assert answer.status_code == 422
    assert sentence in text(answer)
    lms[0].refresh_from_db()
    assert lms[0].jwks is None


def test_keys_are_fetched_from_an_address_or_given_not_both(
    desk: Browser, lms: tuple[Client, str]
) -> None:
    client, _ = lms
    path, uri = f"software/{client.pk}/sleutels", "http://127.0.0.1:9/jwks.json"
    FetchedKeys.objects.create(client=client, keys={"keys": [PUBLIC]})

    both = send(desk, path, jwks=jwks(PUBLIC), jwks_uri=uri)
    nowhere = send(desk, path, jwks_uri="https://nowhere.invalid/jwks.json")
    there = send(desk, path, jwks_uri=uri)

    assert "Geef de sleutels of het adres ervan, niet allebei." in text(both)
    assert 'id="id_jwks_uri_error"' in text(nowhere)
    client.refresh_from_db()
    assert (there.status_code, client.jwks, client.jwks_uri) == (302, None, uri)
    assert not FetchedKeys.objects.exists()  # those of another address serve no longer


def test_access_that_is_taken_away_opens_nothing(desk: Browser, lms: tuple[Client, str]) -> None:
    client, secret = lms
    token = token_of(client, secret)

    send(desk, f"software/{client.pk}/intrekken")

    assert token_status(client, secret) == 401
    assert claims_status(token) == 401
