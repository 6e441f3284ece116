"""Rate limits: counted together by all workers, told in every answer, over in a minute."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from providers.models import Course
from tests.providers.calls import Software, basic, problem
from tests.providers.world import MONDAY, claim, digital_skills, redeemed


def test_the_call_after_the_last_is_a_429_until_the_minute_is_over(
    linde: Software, settings: Any
) -> None:
    settings.API_CALLS_A_MINUTE = 3
    with time_machine.travel(MONDAY, tick=False):
        linde = Software(linde.provider)
        answers = [linde.get("/courses") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit"] == '"minute";r=2;t=60'
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    problem(answers[3], 429)
    assert answers[3].headers["Retry-After"] == "60"
    with time_machine.travel(MONDAY + timedelta(seconds=60), tick=False):
        assert linde.get("/courses").status_code == 200


def test_one_clients_limit_is_not_anothers(linde: Software, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 1
    with time_machine.travel(MONDAY, tick=False):
        first, second = Software(linde.provider), Software(linde.provider)
        assert [first.get("/courses").status_code for _ in range(2)] == [200, 429]
        assert second.get("/courses").status_code == 200


def test_guessing_a_secret_is_slowed_down(linde: Software, settings: Any) -> None:
    settings.TOKENS_A_MINUTE = 2
    with time_machine.travel(MONDAY, tick=False):
        answers = [
            Browser().post(
                "/oauth/token",
                {"grant_type": "client_credentials"},
                headers=basic(linde.client, "guess"),
            )
            for _ in range(3)
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[2].headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=submitted", 2),
        ("state=paid", 0),
        ("paymentReference=OWR-1", 0),
        ("sort=submittedAt", 2),
    ],
)
def test_claims_are_narrowed(linde: Software, course: Course, query: str, found: int) -> None:
    claim(redeemed(course))
    claim(redeemed(course), at=MONDAY + timedelta(days=1))

    assert len(linde.get(f"/claims?{query}").json()["items"]) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("submittedFrom=2026-03-02T09:00:00Z", 2),  # MONDAY, written in three ways
        ("submittedFrom=2026-03-02T10:00:00%2B01:00", 2),
        ("submittedFrom=2026-03-02T10:00:00+01:00", 2),
        ("submittedFrom=2026-03-02T10:00:00.000001%2B01:00", 1),
        ("submittedBefore=2026-03-02T10:00:00%2B01:00", 0),
        ("submittedBefore=2026-03-02T23:30:00-11:00", 2),
        ("submittedFrom=2026-03-02T09:00:00Z&submittedBefore=2026-03-03T09:00:00Z", 1),
        ("submittedFrom=9999-12-31T23:59:59-14:00", 0),
        ("submittedFrom=0001-01-01T00:00:00%2B14:00", 2),
        ("submittedFrom=2024-02-29T00:00:00Z", 2),
    ],
)
def test_claims_of_a_time_in_any_offset(
    linde: Software, course: Course, query: str, found: int
) -> None:
    claim(redeemed(course))
    claim(redeemed(course), at=MONDAY + timedelta(days=1))

    assert len(linde.get(f"/claims?{query}").json()["items"]) == found


@pytest.mark.parametrize(
    "given",
    [
        *("2026-03-02", "2026-03-02T10:00:00", "2026-02-29T10:00:00Z", "10000-01-01T00:00:00Z"),
        *("2026-03-02T24:00:00Z", "2026-03-02T10:00:60Z", "2026-03-02T10:00:00%2B99:00", "now"),
        *("٢٠٢٦-03-02T10:00:00Z", "2026-W10-1T10:00:00Z", "", "2026-03-02T10:00:00Z%00"),
    ],
)
def test_what_is_no_moment_is_a_400(linde: Software, given: str) -> None:
    for path in ("/claims?submittedFrom", "/enrolments?redeemedBefore"):
        (error,) = problem(linde.get(f"{path}={given}"), 400)["errors"]
        assert error["pointer"] in path


def test_claims_of_one_enrolment(linde: Software, course: Course) -> None:
    ours = claim(redeemed(course))
    claim(redeemed(course))

    (item,) = linde.get(f"/claims?enrolment={ours.enrolment_id}").json()["items"]
    assert item["id"] == str(ours.id)


def test_oldest_first_reads_on_over_pages(linde: Software, course: Course) -> None:
    ids = [str(claim(redeemed(course), at=MONDAY + timedelta(days=day)).id) for day in range(3)]

    first = linde.get("/claims?sort=submittedAt&limit=2").json()
    second = linde.get(first["next"].removeprefix("http://testserver/api/v1")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == ids


@pytest.mark.parametrize(
    "query", ["state=open", "enrolment=1", "sort=amount", "paymentReference=a%00b"]
)
def test_a_filter_that_says_nothing_is_a_400(linde: Software, query: str) -> None:
    assert problem(linde.get(f"/claims?{query}"), 400)["errors"][0]["in"] == "query"


def test_courses_are_narrowed(linde: Software, course: Course) -> None:
    digital_skills(linde.provider, code="X", category="coaching")

    (item,) = linde.get("/courses?category=coaching").json()["items"]
    assert item["primaryCode"] == "X"
