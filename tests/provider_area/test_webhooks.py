"""Addresses that are told of changes: verified, rotated, watched, sent again, removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from providers.models import Delivery, Endpoint
from providers.outbox import drain
from providers.webhooks.managing import register, verify
from tests.provider_area.test_software import secret_on
from tests.provider_area.world import School, send, text
from tests.providers.world import MONDAY, claim

ADDRESS = "http://127.0.0.1:9/"


@pytest.fixture
def endpoint(school: School) -> Endpoint:
    return register(school.provider, ADDRESS, at=MONDAY)


@pytest.fixture
def letter(school: School, endpoint: Endpoint) -> Delivery:
    """A dead letter about an approved claim."""
    verify(endpoint, endpoint.challenge, at=MONDAY)
    claim(school.running)
    drain()
    found = endpoint.deliveries.get(event__type__endswith="claim.approved")
    found.attempts, found.due_at, found.answer = 10, None, "HTTP 500"
    found.save()
    return found


def test_an_address_gets_a_secret_once_and_is_verified_by_its_challenge(
    school: School, desk: Client
) -> None:
    page = text(send(desk, "webhooks/nieuw", url=ADDRESS))
    made = Endpoint.objects.get()
    assert secret_on(page) == made.secrets[0]

    wrong = send(desk, f"webhooks/{made.pk}/bevestigen", challenge="x" * 43)
    right = send(desk, f"webhooks/{made.pk}/bevestigen", challenge=made.challenge)

    assert "Dit is niet het controlewoord" in text(wrong)
    assert right.status_code == 302
    made.refresh_from_db()
    assert made.verified_at == MONDAY


@pytest.mark.parametrize("url", ["", "hallo", "ftp://x.example/", "https://a b/", "https:///x"])
def test_an_address_that_is_none_is_said_beside_the_field(
    school: School, desk: Client, url: str
) -> None:
    answer = send(desk, "webhooks/nieuw", url=url)

    assert answer.status_code == 422
    assert 'id="id_url_error"' in text(answer)


def test_an_address_inside_the_house_is_refused(
    school: School, desk: Client, settings: Any
) -> None:
    settings.CALLS_MAY_STAY_HERE = False

    answer = send(desk, "webhooks/nieuw", url="https://127.0.0.1/")

    assert "Geef een openbaar https-adres" in text(answer)
    assert not Endpoint.objects.exists()


def test_no_page_shows_the_challenge_or_an_old_secret(desk: Client, endpoint: Endpoint) -> None:
    path = f"/opleiders/webhooks/{endpoint.pk}"
    first = endpoint.deliveries.get()
    pages = [
        "/opleiders/webhooks",
        path,
        f"{path}?download=deliveries",
        f"{path}/bevestigen",
        f"{path}/berichten/{first.pk}",
        f"{path}/berichten/{first.pk}/opnieuw",
    ]

    for page in pages:
        shown = b"".join(desk.get(page)).decode()
        assert endpoint.challenge not in shown
        assert endpoint.secrets[0] not in shown


def test_a_dead_letter_shows_what_it_met_and_is_sent_again(
    desk: Client, endpoint: Endpoint, letter: Delivery
) -> None:
    listed = text(desk.get(f"/opleiders/webhooks/{endpoint.pk}?show=given-up"))
    assert "claim.approved" in listed
    assert "HTTP 500" in listed
    assert "endpoint.verification" not in listed

    answer = send(desk, f"webhooks/{endpoint.pk}/berichten/{letter.pk}/opnieuw")

    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("waiting", 0)
    assert "Het bericht gaat opnieuw" in text(desk.get(answer["Location"]))


def test_a_new_secret_comes_before_the_one_that_goes(desk: Client, endpoint: Endpoint) -> None:
    before = endpoint.secrets[0]

    after = secret_on(text(send(desk, f"webhooks/{endpoint.pk}/geheim")))

    endpoint.refresh_from_db()
    assert endpoint.secrets == [after, before]


def test_an_address_is_removed(desk: Client, endpoint: Endpoint) -> None:
    send(desk, f"webhooks/{endpoint.pk}/verwijderen")

    assert not Endpoint.objects.exists()
