"""Thousands of claims in one request: judged one by one, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction

from providers.api.bulk import run_chunk, take_in
from providers.models import Claim, Course, Job, JobItem, OutboxMessage
from providers.outbox import drain
from tests.providers.calls import Software, pointers, problem
from tests.providers.world import MONDAY, de_linde, digital_skills, redeemed
from tests.racing import Beside


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def item_for(course: Course, **changes: Any) -> dict[str, Any]:
    return {
        "idempotencyKey": str(uuid4()),
        "enrolment": str(redeemed(course).id),
        "instalment": "start",
        "amount": "130.00",
        **changes,
    }


def test_a_batch_is_worked_off_and_each_claim_answered(linde: Software, course: Course) -> None:
    items = [item_for(course) for _ in range(205)]
    items[3]["amount"] = "999.00"

    taken = linde.post("/claim-batches", {"items": items})
    assert (taken.status_code, taken.json()["state"]) == (202, "running")
    assert OutboxMessage.objects.filter(work="job.chunk").count() == 3
    path = taken.headers["Location"].removeprefix("/api/v1")
    drain()

    job = linde.get(path).json()
    assert (job["state"], job["total"], job["done"], job["failed"]) == ("finished", 205, 205, 1)
    results = linde.get(f"{path}/items?limit=100").json()["items"]
    assert [result["number"] for result in results] == list(range(100))
    assert results[3]["state"] == "refused"
    assert results[3]["problem"]["type"].endswith("#above-the-instalment")
    assert linde.get(f"/claims/{results[4]['result']}").json()["state"] == "approved"
    assert Claim.objects.count() == 204


def test_an_item_sent_again_in_another_batch_or_by_itself_is_the_same_claim(
    linde: Software, course: Course
) -> None:
    item = item_for(course)
    for _ in range(2):
        linde.post("/claim-batches", {"items": [item]})
    drain()
    alone = {name: value for name, value in item.items() if name != "idempotencyKey"}
    single = linde.post("/claims", alone, key=item["idempotencyKey"])

    assert single.status_code == 201
    assert Claim.objects.count() == 1
    assert set(JobItem.objects.values_list("result", flat=True)) == {Claim.objects.get().id}


def test_an_item_under_a_key_with_other_content_is_refused_as_it_is_by_itself(
    linde: Software, course: Course
) -> None:
    item = item_for(course)
    job = linde.post("/claim-batches", {"items": [item, {**item, "amount": "120.00"}]})
    drain()

    path = job.headers["Location"].removeprefix("/api/v1")
    refused = linde.get(f"{path}/items").json()["items"][1]["problem"]
    alone = {name: value for name, value in item.items() if name != "idempotencyKey"}
    direct = linde.post("/claims", {**alone, "amount": "120.00"}, key=item["idempotencyKey"])
    assert refused == problem(direct, 422, "key-has-other-content")


def test_an_item_that_two_chunks_work_off_at_once_is_one_claim(
    own_database: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        linde = Software(de_linde())
        course = digital_skills(linde.provider)
        item = item_for(course)
        first, second = (
            take_in("claims", [item], provider=linde.provider, client=linde.client, at=MONDAY)
            for _ in range(2)
        )
        with transaction.atomic():
            run_chunk(f"{first.id}:0", at=MONDAY)
            twin = Beside(lambda: run_chunk(f"{second.id}:0", at=MONDAY))
            assert twin.waits()
        assert twin.outcome() == "done"

        assert set(JobItem.objects.values_list("result", flat=True)) == {Claim.objects.get().id}


def test_a_course_that_two_chunks_register_at_once_is_one_course(
    own_database: str, django_db_blocker: Any
) -> None:
    item = {
        "primaryCode": "C-1",
        "name": "Les",
        "category": "module",
        "price": "90.00",
        "studyLoad": 6,
    }
    with django_db_blocker.unblock():
        linde = Software(de_linde())
        first, second, other = (
            take_in("courses", [each], provider=linde.provider, client=linde.client, at=MONDAY)
            for each in (item, item, {**item, "price": "95.00"})
        )
        with transaction.atomic():
            run_chunk(f"{first.id}:0", at=MONDAY)
            twins = [
                Beside(partial(run_chunk, f"{job.id}:0", at=MONDAY)) for job in (second, other)
            ]
            assert all(twin.waits() for twin in twins)
        assert [twin.outcome() for twin in twins] == ["done", "done"]

        made = Course.objects.get()
        assert [second.items.get().result, other.items.get().result] == [made.id, None]


def test_a_page_of_batches_counts_no_more_than_its_own_items(linde: Software) -> None:
    for size in (3, 2, 1):
        job = take_in(
            "claims", [{}] * size, provider=linde.provider, client=linde.client, at=MONDAY
        )
    job.items.update(done_at=MONDAY, problem={})
    drain()

    page = linde.get("/claim-batches").json()["items"]

    assert sorted((each["total"], each["done"], each["failed"]) for each in page) == [
        (1, 1, 1),
        (2, 2, 2),
        (3, 3, 3),
    ]


def test_results_are_read_page_by_page_with_the_fields_that_are_used(linde: Software) -> None:
    job = take_in("claims", [{}] * 3, provider=linde.provider, client=linde.client, at=MONDAY)

    first = linde.get(f"/claim-batches/{job.id}/items?fields=state&limit=2").json()
    second = linde.get(first["next"].removeprefix("http://testserver/api/v1")).json()

    assert first["items"] + second["items"] == [
        {"number": number, "state": "waiting"} for number in range(3)
    ]


def test_a_chunk_that_runs_again_does_nothing_twice(linde: Software, course: Course) -> None:
    linde.post("/claim-batches", {"items": [item_for(course)]})
    drain()
    OutboxMessage.objects.filter(work="job.chunk").update(done_at=None, attempts=0)
    drain()

    assert Claim.objects.count() == 1


def test_wrong_forms_are_all_pointed_at_and_nothing_is_taken_in(
    linde: Software, course: Course
) -> None:
    items = [item_for(course), item_for(course, amount=130), item_for(course, bsn="1")]

    document = problem(linde.post("/claim-batches", {"items": items}), 400)

    assert pointers(document) == {"/items/1/amount", "/items/2/bsn"}
    assert not Job.objects.exists()


@pytest.mark.parametrize("items", [[], {}, None, "x", [None], [[]]])
def test_what_is_no_batch_is_a_400(linde: Software, items: Any) -> None:
    problem(linde.post("/claim-batches", {"items": items}), 400)


def test_ten_thousand_is_the_most(linde: Software) -> None:
    item = {"primaryCode": "A", "name": "A", "category": "module", "price": "1", "studyLoad": 1}

    problem(linde.post("/course-batches", {"items": [item] * 10_001}), 400)


def test_courses_go_in_and_twice_is_once(linde: Software) -> None:
    items = [
        {
            "primaryCode": f"C-{n}",
            "name": f"Les {n}",
            "category": "module",
            "price": "90.00",
            "studyLoad": 6,
        }
        for n in range(5)
    ]
    items.append({**items[0], "price": "95.00"})
    for _ in range(2):
        path = linde.post("/course-batches", {"items": items}).headers["Location"]
        drain()

    job = linde.get(path.removeprefix("/api/v1")).json()
    assert (job["done"], job["failed"]) == (6, 1)
    assert Course.objects.count() == 5
