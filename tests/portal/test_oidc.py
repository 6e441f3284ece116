"""Logging in with DigiD through a broker."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.test import Client
from jwcrypto import jwk

import tests.broker
from tests.broker import CLIENT_ID, CLIENT_SECRET, Broker, serving
from tests.portal.world import FATIMA_BSN, Town, build_town


@pytest.fixture
def broker(settings: Any, db: None) -> Iterator[Broker]:
    with serving() as broker:
        settings.LOGIN = "oidc"
        settings.OIDC_ISSUER = broker.url
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        yield broker


@pytest.fixture
def town(db: None) -> Town:
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        return build_town()


def sent_to_broker(client: Client, back_to: str = "/keuzes") -> dict[str, str]:
    return tests.broker.sent_to_broker(client, "/inloggen", back_to)


def come_back(client: Client, broker: Broker, asked: dict[str, str], **claims: Any) -> Any:
    return tests.broker.come_back(
        client, broker, "/ingelogd", asked, **{"bsn": FATIMA_BSN, **claims}
    )


def test_fatima_logs_in_with_digid_and_arrives_where_she_wanted(broker: Broker, town: Town) -> None:
    client = Client()
    asked = sent_to_broker(client)

    answer = come_back(client, broker, asked)

    assert answer.status_code == 302
    assert answer["Location"] == "/keuzes"
    assert client.session["account_code"] == town.fatima
    assert FATIMA_BSN not in str(dict(client.session))


def test_the_code_is_bound_to_this_browser_with_pkce(broker: Broker, town: Town) -> None:
    client = Client()
    asked = sent_to_broker(client)
    come_back(client, broker, asked)

    challenge = urlsafe_b64encode(sha256(broker.asked["code_verifier"].encode()).digest())
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == challenge.rstrip(b"=").decode()
    assert asked["scope"] == "openid"
    assert broker.asked["client"] == f"{CLIENT_ID}:{CLIENT_SECRET}"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another login"},
        {"aud": "somebody else"},
        {"iss": "https://example.org"},
        {"exp": 1},
        {"bsn": None},
        {"bsn": ""},
    ],
)
def test_a_token_that_is_not_meant_for_us_logs_nobody_in(
    broker: Broker, town: Town, claims: dict[str, Any]
) -> None:
    client = Client()

    answer = come_back(client, broker, sent_to_broker(client), **claims)

    assert answer.status_code == 503
    assert "account_code" not in client.session


def test_a_token_signed_with_another_key_logs_nobody_in(broker: Broker, town: Town) -> None:
    client = Client()
    broker.key = jwk.JWK.generate(kty="RSA", size=2048, kid="broker-1")

    answer = come_back(client, broker, sent_to_broker(client))

    assert answer.status_code == 503
    assert "account_code" not in client.session


def test_an_answer_to_a_question_never_asked_logs_nobody_in(broker: Broker, town: Town) -> None:
    client = Client()
    asked = sent_to_broker(Client())

    answer = come_back(client, broker, asked)

    assert answer.status_code == 503
    assert "account_code" not in client.session


def test_a_level_that_is_too_low_is_explained(broker: Broker, town: Town, settings: Any) -> None:
    settings.OIDC_LEVELS = ["substantial"]
    client = Client(headers={"accept-language": "nl"})

    low = come_back(client, broker, sent_to_broker(client), acr="low")
    high = come_back(client, broker, sent_to_broker(client), acr="substantial")

    assert low.status_code == 403
    assert "Log daarom in met de DigiD-app." in low.content.decode()
    assert high.status_code == 302


def test_someone_without_an_account_is_told_so_kindly(broker: Broker, town: Town) -> None:
    client = Client(headers={"accept-language": "nl"})

    answer = come_back(client, broker, sent_to_broker(client), bsn="123456782")

    assert answer.status_code == 403
    assert "We kennen u nog niet" in answer.content.decode()


def test_cancelling_at_digid_leads_home(broker: Broker, town: Town) -> None:
    client = Client()
    asked = sent_to_broker(client)

    answer = client.get("/ingelogd", {"error": "access_denied", "state": asked["state"]})

    assert answer["Location"] == "/"


def test_when_the_broker_is_away_the_page_says_so(broker: Broker, settings: Any) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    client = Client(headers={"accept-language": "nl"})

    answer = client.get("/inloggen")

    assert answer.status_code == 503
    assert "Inloggen lukt nu niet" in answer.content.decode()


def test_in_development_there_is_no_way_back_from_a_broker(db: None) -> None:
    assert Client().get("/ingelogd").status_code == 404
