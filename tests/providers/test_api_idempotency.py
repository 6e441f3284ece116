"""Retries are harmless: one effect, one answer, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
import time_machine
from django.db import connection, transaction

from ledger.checking import check_ledger
from providers.claiming import submit
from providers.claiming.submitting import ClaimIsOnItsWay
from providers.codes import code_for
from providers.models import Claim, Course, Enrolment, IdempotencyKey, OutboxMessage, StateChange
from providers.outbox import drain
from tests.providers.calls import Software, problem
from tests.providers.world import MONDAY, agreed, claim, de_linde, digital_skills, euros, redeemed
from tests.racing import together

THREADS = 16
MODULE = {
    "primaryCode": "X",
    "name": "X",
    "category": "module",
    "price": "1.00",
    "studyLoad": 1,
}


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def claim_of(enrolment: Enrolment, amount: str = "130.00") -> dict[str, Any]:
    return {"enrolment": str(enrolment.id), "instalment": "start", "amount": amount}


def test_a_retry_gets_the_same_answer_and_has_no_second_effect(
    linde: Software, running: Enrolment
) -> None:
    key = str(uuid4())

    first = linde.post("/claims", claim_of(running), key=key)
    second = linde.post("/claims", claim_of(running), key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert OutboxMessage.objects.count() == 1
    assert Claim.objects.get().submitted_by == f"client:{linde.client.client_id}"


def test_the_stored_answer_comes_back_even_when_the_claim_moved_on(
    linde: Software, running: Enrolment
) -> None:
    key = str(uuid4())
    first = linde.post("/claims", claim_of(running), key=key)
    drain()

    assert linde.post("/claims", claim_of(running), key=key).content == first.content


def test_another_payload_under_the_key_is_a_422(linde: Software, running: Enrolment) -> None:
    key = str(uuid4())
    linde.post("/claims", claim_of(running), key=key)

    answer = linde.post("/claims", claim_of(running, "120.00"), key=key)

    problem(answer, 422, "key-has-other-content")


def test_a_key_belongs_to_the_method_and_address_it_was_sent_with(
    linde: Software, running: Enrolment
) -> None:
    key = "key-00001"
    claimed = linde.post("/claims", claim_of(running), key=key)
    made = linde.post("/courses", MODULE, key=key)
    id_ = made.json()["id"]
    published = linde.post(f"/courses/{id_}/publications", key=key)
    again = linde.post(f"/courses/{id_.upper()}/publications", key=key)

    assert [claimed.status_code, made.status_code, published.status_code] == [201, 201, 200]
    assert "Idempotent-Replayed" not in published.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    other = linde.post("/courses", {**MODULE, "name": "Y"}, key=key)
    problem(other, 422, "key-has-other-content")


def test_the_same_payload_written_otherwise_is_the_same(
    linde: Software, running: Enrolment
) -> None:
    key = str(uuid4())
    first = linde.post("/claims", claim_of(running), key=key)
    turned = dict(reversed(list(claim_of(running).items())))

    assert linde.post("/claims", turned, key=f'"{key}"').content == first.content


@pytest.mark.parametrize("path", ["/claims", "/enrolments", "/courses"])
def test_without_a_key_nothing_is_done(linde: Software, running: Enrolment, path: str) -> None:
    bodies = {
        "/claims": claim_of(running),
        "/enrolments": {"code": "0000-0000-0000"},
        "/courses": MODULE,
    }

    document = problem(linde.post(path, bodies[path], key=None), 400)

    assert document["errors"][0]["pointer"] == "Idempotency-Key"
    assert not Claim.objects.exists()


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space here", "tab\there-and-there"])
def test_a_key_that_is_no_key_is_a_400(linde: Software, running: Enrolment, key: str) -> None:
    problem(linde.post("/claims", claim_of(running), key=key), 400)


def test_two_providers_may_use_the_same_key(linde: Software, running: Enrolment) -> None:
    other = Software(de_linde("Taalhuis"))
    theirs = redeemed(digital_skills(other.provider))

    assert linde.post("/claims", claim_of(running), key="key-00001").status_code == 201
    assert other.post("/claims", claim_of(theirs), key="key-00001").status_code == 201


def test_a_refusal_is_not_kept_so_the_key_stays_free(linde: Software, running: Enrolment) -> None:
    key = str(uuid4())
    problem(linde.post("/claims", claim_of(running, "999.00"), key=key), 422)

    assert not IdempotencyKey.objects.exists()
    assert linde.post("/claims", claim_of(running), key=key).status_code == 201


def test_years_later_a_forgotten_key_still_finds_its_claim(
    linde: Software, running: Enrolment
) -> None:
    key = str(uuid4())
    first = linde.post("/claims", claim_of(running), key=key)
    IdempotencyKey.objects.all().delete()

    again = linde.post("/claims", claim_of(running), key=key)

    assert again.json()["id"] == first.json()["id"]
    assert Claim.objects.count() == 1


@pytest.fixture
def world(own_database: str, django_db_blocker: Any) -> Iterator[tuple[Software, Course]]:
    with django_db_blocker.unblock():
        software = Software(de_linde())
        yield software, digital_skills(software.provider)


def test_sixteen_submits_under_one_key_make_one_claim(world: tuple[Software, Course]) -> None:
    linde, course = world
    body = claim_of(redeemed(course))

    answers = together([lambda: linde.post("/claims", body, key="race-0001")] * THREADS)

    made = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in made}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in made) == 1
    assert Claim.objects.count() == OutboxMessage.objects.count() == 1


def test_sixteen_registrations_under_one_key_make_one_course(
    world: tuple[Software, Course],
) -> None:
    linde, _ = world

    answers = together([lambda: linde.post("/courses", MODULE, key="race-0001")] * THREADS)

    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.headers["Retry-After"] == "1"
    assert Course.objects.filter(code=MODULE["primaryCode"]).count() == 1


def test_sixteen_redeems_of_one_code_under_sixteen_keys_make_one_enrolment(
    world: tuple[Software, Course],
) -> None:
    linde, course = world
    body = {"code": code_for(agreed(course).id)}

    answers = together([lambda: linde.post("/enrolments", body)] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: THREADS - 1}
    assert StateChange.objects.filter(event="redeem").count() == 1


def test_sixteen_claims_for_one_instalment_make_one_claim(world: tuple[Software, Course]) -> None:
    linde, course = world
    body = claim_of(redeemed(course))

    answers = together([lambda: linde.post("/claims", body)] * THREADS)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: THREADS - 1}


def test_sixteen_claims_never_take_more_than_the_maximum(world: tuple[Software, Course]) -> None:
    linde, course = world
    terms = [
        {"instalment": f"part-{number}", "cents": 5000, "after": "start"}
        for number in range(THREADS)
    ]
    enrolment = redeemed(course, terms=terms, maximum="260.00")
    bodies = [
        {"enrolment": str(enrolment.id), "instalment": term["instalment"], "amount": "50.00"}
        for term in terms
    ]

    answers = together([lambda body=body: linde.post("/claims", body) for body in bodies])  # type: ignore[misc]

    assert Counter(answer.status_code for answer in answers) == {201: 5, 422: THREADS - 5}


def test_a_claim_that_waits_for_another_counts_it(world: tuple[Software, Course]) -> None:
    linde, course = world
    terms = [{"instalment": name, "cents": 20000, "after": "start"} for name in ("one", "two")]
    enrolment = redeemed(course, terms=terms, maximum="260.00")
    body = {"enrolment": str(enrolment.id), "instalment": "two", "amount": "200.00"}

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            claim(enrolment, "one", "200.00")
            answer = threads.submit(together, [lambda: linde.post("/claims", body)])
            while not _somebody_waits_for_a_lock():
                assert not answer.done()
        (refused,) = answer.result()

    problem(refused, 422, "above-what-is-left")


def _submitted_again(enrolment: Enrolment, id: UUID) -> str:
    try:
        _, is_new = submit(
            id,
            enrolment.pk,
            "start",
            euros("130.00"),
            {},
            provider=enrolment.provider,
            actor="de-linde",
            at=MONDAY,
        )
    except ClaimIsOnItsWay:
        return "on its way"
    return "new" if is_new else "the same"


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone() != (0,))


def test_workers_that_share_the_queue_approve_and_book_each_claim_once(
    world: tuple[Software, Course],
) -> None:
    linde, course = world
    for _ in range(20):
        linde.post("/claims", claim_of(redeemed(course)))

    together([drain] * 8)

    assert Counter(Claim.objects.values_list("state", flat=True)) == {"approved": 20}
    assert linde.get("/account").json()["payable"] == "2600.00"
    assert check_ledger() == []


def test_a_key_in_flight_is_a_409_that_does_not_wait(world: tuple[Software, Course]) -> None:
    linde, _ = world

    def hold_the_key() -> int:
        from providers.once import _lock

        with transaction.atomic():
            _lock(linde.client, "POST /api/v1/courses", "held-0001", wait=False)
            (answer,) = together([lambda: linde.post("/courses", MODULE, key="held-0001")])
            return int(answer.status_code)

    assert hold_the_key() == 409
    assert linde.post("/courses", MODULE, key="held-0001").status_code == 201


def test_a_claim_in_flight_is_a_409_that_does_not_wait(world: tuple[Software, Course]) -> None:
    linde, course = world
    enrolment = redeemed(course)
    own = uuid5(linde.provider.pk, "claim:held-0001")

    with transaction.atomic():
        claim(enrolment, "start", "130.00", id=own)
        (twin,) = together([lambda: linde.post("/claims", claim_of(enrolment), key="held-0001")])
    after = linde.post("/claims", claim_of(enrolment), key="held-0001")

    problem(twin, 409, "key-is-in-use")
    assert twin.headers["Retry-After"] == "1"
    assert (after.status_code, after.json()["id"]) == (201, str(own))


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_a_twin_that_is_committed_meanwhile_is_no_reason(
    world: tuple[Software, Course], asked: int
) -> None:
    linde, course = world
    enrolment = redeemed(course)
    own = uuid5(linde.provider.pk, "claim:held-0001")
    written, wanted, committed = Event(), Event(), Event()

    def twin() -> None:
        with transaction.atomic():
            claim(enrolment, "start", "130.00", id=own)
            written.set()
            wanted.wait(10)
        committed.set()

    def commit_after(execute: Any, *statement: Any) -> Any:
        statements.append(statement)
        result = execute(*statement)
        if len(statements) == asked:
            wanted.set()
            committed.wait(10)
        return result

    statements: list[Any] = []
    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(together, [twin])
        written.wait(10)
        with connection.execute_wrapper(commit_after):
            answer = _submitted_again(enrolment, own)
        wanted.set()
        done.result()

    assert answer in ("the same", "on its way")


def test_a_call_outlives_a_restart_of_the_database(world: tuple[Software, Course]) -> None:
    linde, course = world
    enrolment = redeemed(course)
    connection.ensure_connection()
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [connection.settings_dict["NAME"]],
        )

    answer = linde.post("/claims", claim_of(enrolment))

    assert answer.status_code == 201, answer.content
