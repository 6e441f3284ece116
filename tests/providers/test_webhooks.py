"""Telling a provider's software: signed, verified, retried, and never by way of a private address."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.http import Http404
from django.utils import timezone
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from providers.models import Delivery, Endpoint
from providers.outbox import drain
from providers.outside import AddressIsNotAllowed
from providers.webhooks.announcing import new_delivery, queue
from providers.webhooks.dispatching import PAUSES, dispatch
from providers.webhooks.managing import (
    TooManyEndpoints,
    register,
    remove,
    rotate,
    send_again,
    verify,
)
from providers.webhooks.sending import send
from tests.providers.calls import Software, problem
from tests.providers.world import MONDAY, claim, de_linde, digital_skills, redeemed


class Receiver:
    """A provider's server: remembers what came, answers as it is told to."""

    def __init__(self, *, status: int = 200, seconds: float = 0) -> None:
        self.status, self.seconds = status, seconds
        self.answers = Event()
        self.answers.set()
        self.refuses: tuple[str, ...] = ()  # how the types end of what it does not want
        self.came: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(receiver.seconds)
                receiver.answers.wait(4)
                receiver.came.append((dict(self.headers), body))
                refused = json.loads(body)["type"].endswith(receiver.refuses)
                self.send_response(400 if refused else receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]


@pytest.fixture
def receivers() -> Iterator[Any]:
    made: list[Receiver] = []

    def make(**how: Any) -> Receiver:
        made.append(Receiver(**how))
        return made[-1]

    yield make
    for receiver in made:
        receiver.server.shutdown()


@pytest.fixture
def world(own_database: str, django_db_blocker: Any) -> Iterator[Software]:
    with django_db_blocker.unblock():
        yield Software(de_linde())


def registered(software: Software, receiver: Receiver) -> dict[str, Any]:
    """An endpoint, verified the way a provider does it."""
    endpoint: dict[str, Any] = software.post("/webhooks", {"url": receiver.url}).json()
    dispatch()
    challenge = receiver.events()[0]["data"]["challenge"]
    verified = software.post(f"/webhooks/{endpoint['id']}/verifications", {"challenge": challenge})
    assert verified.json()["verifiedAt"]
    receiver.came.clear()
    return endpoint


def last_delivery(software: Software, endpoint: dict[str, Any]) -> dict[str, Any]:
    """What was sent after the challenge."""
    items = software.get(f"/webhooks/{endpoint['id']}/deliveries").json()["items"]
    (found,) = [each for each in items if "verification" not in each["event"]["type"]]
    return dict(found)


def start_and_claim(software: Software) -> Any:
    start = timezone.localdate() - timedelta(days=1)
    enrolment = redeemed(digital_skills(software.provider), starts_on=start, at=timezone.now())
    return claim(enrolment, at=timezone.now())


def test_an_approved_claim_is_told_signed_and_without_a_person(
    world: Software, receivers: Any
) -> None:
    receiver = receivers()
    endpoint = registered(world, receiver)
    submitted = start_and_claim(world)
    drain()
    dispatch()

    by_type = {event["type"]: event for event in receiver.events()}
    event = by_type["nl.ontwikkelrekening.claim.approved"]
    assert event["subject"] == str(submitted.id)
    assert event["data"] == {"claim": str(submitted.id), "state": "approved"}
    assert event["dataref"].endswith(f"/api/v1/claims/{submitted.id}")
    assert event["specversion"] == "1.0"
    for headers, body in receiver.came:
        assert Webhook(endpoint["secret"]).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint["secret"]).verify(body + b" ", headers)


def test_an_endpoint_hears_nothing_before_it_is_verified(world: Software, receivers: Any) -> None:
    receiver = receivers()
    endpoint = world.post("/webhooks", {"url": receiver.url}).json()
    start_and_claim(world)
    drain()
    dispatch()

    assert [event["type"] for event in receiver.events()] == [
        "nl.ontwikkelrekening.endpoint.verification"
    ]
    problem(
        world.post(f"/webhooks/{endpoint['id']}/verifications", {"challenge": "x" * 30}),
        422,
        "challenge-is-wrong",
    )


def test_the_challenge_is_read_at_the_address_and_nowhere_else(
    world: Software, receivers: Any
) -> None:
    receiver = receivers()
    answers = [world.post("/webhooks", {"url": receiver.url})]
    path = f"/webhooks/{answers[0].json()['id']}"
    dispatch()
    challenge = receiver.events()[0]["data"]["challenge"]
    answers += [world.get("/webhooks"), world.get(path), world.get(f"{path}/deliveries")]
    delivery = answers[-1].json()["items"][0]["id"]
    answers += [
        world.post(f"{path}/deliveries/{delivery}/retries"),
        world.post(f"{path}/secrets"),
        world.post(f"{path}/verifications", {"challenge": challenge}),
    ]

    assert answers[-1].json()["verifiedAt"]
    assert [challenge in answer.content.decode() for answer in answers] == [False] * 7


def test_a_new_secret_signs_beside_the_one_before(world: Software, receivers: Any) -> None:
    receiver = receivers()
    endpoint = registered(world, receiver)
    renewed = world.post(f"/webhooks/{endpoint['id']}/secrets").json()
    start_and_claim(world)
    dispatch()

    (headers, body), *_ = receiver.came
    assert renewed["secret"] != endpoint["secret"]
    for secret in (endpoint["secret"], renewed["secret"]):
        assert Webhook(secret).verify(body, headers)


def test_what_is_not_taken_is_sent_again_and_at_last_given_up(
    world: Software, receivers: Any
) -> None:
    receiver = receivers()
    endpoint = registered(world, receiver)
    receiver.status = 500
    start_and_claim(world)
    for _ in range(len(PAUSES) + 1):
        dispatch()
        Delivery.objects.filter(due_at__isnull=False).update(due_at=timezone.now())

    delivery = last_delivery(world, endpoint)
    assert (delivery["state"], delivery["answer"]) == ("given_up", "HTTP 500")
    assert delivery["attempts"] == len(PAUSES) + 1
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1

    receiver.status = 200
    again = world.post(f"/webhooks/{endpoint['id']}/deliveries/{delivery['id']}/retries")
    assert again.json()["state"] == "waiting"
    dispatch()
    delivery = last_delivery(world, endpoint)
    assert delivery["state"] == "delivered"


def test_a_redirect_is_not_followed(world: Software, receivers: Any) -> None:
    receiver = receivers()
    registered(world, receiver)
    receiver.status = 302
    start_and_claim(world)
    dispatch()

    delivery = Delivery.objects.exclude(event__type__endswith="verification").get()
    assert delivery.answer == "HTTP 302"
    assert delivery.due_at is not None


def test_one_receiver_that_hangs_delays_nobody_else(world: Software, receivers: Any) -> None:
    """Also not what becomes due while it hangs."""
    slow, quick = receivers(), receivers()
    others = Software(de_linde("Taalhuis"))
    registered(world, slow)
    registered(others, quick)
    slow.seconds = 3
    start_and_claim(world)

    sending = Thread(target=dispatch)
    sending.start()
    began = time.monotonic()
    for number in (1, 2, 3):
        redeemed(digital_skills(others.provider, code=f"DIG-0{number}"))
        waited_for(lambda number=number: len(quick.came) == number)
    took = time.monotonic() - began
    sending.join()

    assert len(quick.came) == 3
    assert took < slow.seconds
    assert slow.came


def waited_for(happened: Any) -> None:
    began = time.monotonic()
    while not happened() and time.monotonic() - began < 10:
        time.sleep(0.02)


def test_a_failure_of_our_own_stops_no_other_event(
    world: Software, receivers: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = receivers(), receivers()
    registered(world, broken)
    registered(world, whole)
    Endpoint.objects.filter(url=broken.url).update(secrets=["whsec_no base64 at all!"])
    start_and_claim(world)
    dispatch()

    assert len(whole.came) == 1
    assert broken.came == []
    assert "webhook not sent" in caplog.messages


def test_what_is_refused_for_good_does_not_hold_up_the_rest(
    world: Software, receivers: Any
) -> None:
    receiver = receivers()
    receiver.refuses = ("suspended",)
    endpoint = Endpoint.objects.get(pk=registered(world, receiver)["id"])
    now = timezone.now()
    first, second = (
        new_delivery(endpoint, f"account.{state}", {}, at=now) for state in ("suspended", "resumed")
    )
    first.id, second.id = UUID(int=1), UUID(int=2)  # in this order
    queue([first, second])
    dispatch()
    assert len(receiver.came) == 1

    Delivery.objects.filter(due_at__isnull=False).update(due_at=now)
    dispatch()

    second.refresh_from_db()
    assert second.delivered_at
    first.refresh_from_db()
    assert (first.attempts, first.delivered_at) == (2, None)


def test_what_is_to_be_sent_again_is_while_its_last_attempt_fails(
    world: Software, receivers: Any
) -> None:
    receiver = receivers()
    endpoint = registered(world, receiver)
    receiver.status = 500
    receiver.answers.clear()
    start_and_claim(world)
    Delivery.objects.filter(due_at__isnull=False).update(attempts=len(PAUSES))
    sending = Thread(target=dispatch)
    sending.start()
    last = Delivery.objects.filter(attempts=len(PAUSES) + 1)
    while not last.exists():
        time.sleep(0.02)
    under_way = last.get()

    send_again(under_way, at=timezone.now() + timedelta(hours=1))
    receiver.answers.set()
    sending.join()

    under_way.refresh_from_db()
    assert endpoint["id"] == str(under_way.endpoint_id)
    assert (under_way.attempts, under_way.state) == (0, "waiting")


def test_an_endpoint_may_be_removed_while_it_is_sent_to(world: Software, receivers: Any) -> None:
    receiver = receivers()
    endpoint = registered(world, receiver)
    receiver.seconds = 1
    start_and_claim(world)
    sending = Thread(target=dispatch)
    sending.start()
    time.sleep(0.3)
    world.call("DELETE", f"/webhooks/{endpoint['id']}")
    sending.join()

    assert len(receiver.came) == 1
    assert not Delivery.objects.exists()


def test_a_name_that_leads_inside_is_refused_when_registered_and_when_sent(
    linde: Software, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CALLS_MAY_STAY_HERE = False
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    rebound = Endpoint(url="https://hooks.example/", secrets=["whsec_AA=="])

    problem(
        linde.post("/webhooks", {"url": "https://hooks.example/"}), 422, "address-is-not-allowed"
    )
    took_it, answer = send(Delivery(event={}), rebound, at=timezone.now())

    assert (took_it, answer) == (False, AddressIsNotAllowed.sentence)


def test_an_address_is_registered_once_and_removed(linde: Software) -> None:
    url = {"url": "http://127.0.0.1:9/"}
    first = linde.post("/webhooks", url)
    problem(linde.post("/webhooks", url), 422, "endpoint-is-known")

    path = f"/webhooks/{first.json()['id']}"
    assert linde.call("DELETE", path).status_code == 204
    problem(linde.get(path), 404)
    assert "secret" not in linde.get("/webhooks").content.decode()


def test_a_provider_has_ten_endpoints_and_each_two_secrets(linde: Software) -> None:
    for port in range(1, 11):
        endpoint = register(linde.provider, f"http://127.0.0.1:{port}/", at=MONDAY)

    with pytest.raises(TooManyEndpoints):
        register(linde.provider, "http://127.0.0.1:11/", at=MONDAY)
    before = rotate(endpoint).secrets[0]
    assert rotate(endpoint).secrets[1:] == [before]


def test_what_was_removed_meanwhile_is_not_found(linde: Software) -> None:
    endpoint = register(linde.provider, "http://127.0.0.1:9/", at=MONDAY)
    delivery = endpoint.deliveries.get()
    remove(Endpoint.objects.get())

    for act in (
        lambda: verify(endpoint, endpoint.challenge, at=MONDAY),
        lambda: rotate(endpoint),
        lambda: send_again(delivery, at=MONDAY),
        lambda: remove(endpoint),
    ):
        with pytest.raises(Http404):
            act()
