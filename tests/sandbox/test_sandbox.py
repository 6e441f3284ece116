"""Trying software out: a code on request, and claims that end as was asked. Nowhere but in a sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
import yaml
from django.core.management import call_command
from django.test import Client

from ontwikkelrekening.budgets.funding import make_available
from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.sandbox.outcomes import Outcome, enrolment_id, outcome_of
from providers.api.schema import openapi
from providers.models import Claim, Course, Enrolment
from providers.outbox import drain
from providers.scopes import SCOPES
from tests.budgets.world import LATER, World, course, create_world, give
from tests.deploy import PRODUCTION
from tests.providers.calls import Software, pointers, problem
from tests.providers.world import de_linde

ROOT = Path(__file__).resolve().parents[2]
SANDBOX_URL = "postgresql://nobody@127.0.0.1:1/ontwikkelrekening_sandbox"
SHOW = (
    "import django; django.setup(); from django.conf import settings; from django.urls import resolve;"
    " print(resolve('/api/v1/sandbox/codes').func.__module__, settings.OUTBOX_HANDLERS['claim.assess'])"
)


@pytest.fixture
def world(db: None, settings: Any) -> Iterator[World]:
    settings.ROOT_URLCONF = "tests.sandbox.urls"
    settings.OUTBOX_HANDLERS = {
        **settings.OUTBOX_HANDLERS,
        "claim.assess": "ontwikkelrekening.sandbox.assessing.assess",
    }
    with time_machine.travel(LATER, tick=False):
        yield create_world(fund_cents=0)


@pytest.fixture
def lms(world: World) -> Software:
    return Software(world.provider)


@pytest.fixture
def taught(world: World) -> Course:
    return course(world)


def code_for(lms: Software, taught: Course, outcome: str, **more: str) -> str:
    answer = lms.post("/sandbox/codes", {"course": str(taught.pk), "outcome": outcome, **more})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["code"])


def claim_with(lms: Software, code: str) -> dict[str, Any]:
    """Redeem, claim the first instalment, let a worker judge it; the claim as the API shows it."""
    enrolment = lms.post("/enrolments", {"code": code}).json()
    first = enrolment["terms"][0]
    wanted = {
        "enrolment": enrolment["id"],
        "instalment": first["instalment"],
        "amount": first["amount"],
    }
    made = lms.post("/claims", wanted).json()
    drain()
    found: dict[str, Any] = lms.get(f"/claims/{made['id']}").json()
    return found


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        ("approve", "approved", ""),
        ("review", "in_review", "You asked the sandbox for a review."),
        ("refuse", "refused", "You asked the sandbox for a refusal."),
    ],
)
def test_a_claim_ends_as_the_code_was_asked_for(
    lms: Software, taught: Course, outcome: str, state: str, reason: str
) -> None:
    claim = claim_with(lms, code_for(lms, taught, outcome))

    assert (claim["state"], claim["reason"]) == (state, reason)
    call_command("check_ledger")


def test_an_enrolment_agreed_to_by_a_person_is_judged_as_always(
    world: World, lms: Software, taught: Course
) -> None:
    make_available(world.fund, cents=30_000, id=uuid4(), on=LATER.date(), at=LATER)
    give(world, world.fatima, 30_000)
    agreed = agree(world.fatima, taught, starts_on=LATER.date(), at=LATER, id=uuid4())

    assert outcome_of(agreed.enrolment.pk) is None
    assert claim_with(lms, agreed.code)["state"] == "approved"


def test_a_retry_gets_the_same_code(lms: Software, taught: Course) -> None:
    key, wanted = str(uuid4()), {"course": str(taught.pk), "outcome": "approve"}

    answers = [lms.post("/sandbox/codes", wanted, key=key).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert Enrolment.objects.count() == 1


def test_the_real_rules_hold_for_who_agrees(world: World, lms: Software, taught: Course) -> None:
    wanted = {"course": str(taught.pk), "outcome": "approve"}

    past, far = (
        lms.post("/sandbox/codes", {**wanted, "startsOn": day})
        for day in ("2020-01-01", "9999-12-31")
    )
    draft = lms.post("/sandbox/codes", {**wanted, "course": str(course(world, published=False).pk)})

    for answer in (past, far):
        assert pointers(problem(answer, 422, "nobody-can-start-then")) == {"/startsOn"}
    assert pointers(problem(draft, 422, "nobody-can-agree")) == {"/course"}
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("category", ["childcare", "travel"])
def test_what_is_paid_beside_a_course_can_be_tried_too(
    world: World, lms: Software, category: str
) -> None:
    care = course(world, category=category)
    alone = lms.post("/sandbox/codes", {"course": str(care.pk), "outcome": "approve"})
    course(world)

    claim = claim_with(lms, code_for(lms, care, "approve", startsOn=str(LATER.date())))

    assert "publish one of another category first" in problem(alone, 422)["detail"]
    assert claim["state"] == "approved"
    assert set(Enrolment.objects.values_list("course__category", "starts_on")) == {
        (category, LATER.date()),
        ("course", LATER.date()),
    }
    call_command("check_ledger")


def test_another_providers_course_is_not_there(lms: Software, taught: Course) -> None:
    stranger = Software(de_linde())

    answer = stranger.post("/sandbox/codes", {"course": str(taught.pk), "outcome": "approve"})

    assert problem(answer, 422, "no-such-course")["detail"] == "You have no course with this id."


def test_who_may_not_redeem_may_not_ask_for_a_code(lms: Software) -> None:
    clerk = Software(lms.provider, [scope for scope in SCOPES if scope != "enrolments"])

    problem(clerk.post("/sandbox/codes", {}), 403)
    assert lms.call("GET", "/sandbox/codes").status_code == 405


@pytest.mark.parametrize("body", [{}, {"course": "x", "outcome": "pay"}, [], {"outcome": 1}])
def test_nonsense_is_a_clear_error(lms: Software, body: Any) -> None:
    problem(lms.post("/sandbox/codes", body), 400)


@pytest.mark.parametrize(
    "day", ["2026-02-29", "20260305", "2026-3-5", "2026-W10-4", "٢٠٢٦-٠٣-٠٥", "2026-03-05\n", 5]
)
def test_a_day_is_written_in_one_way(lms: Software, taught: Course, day: Any) -> None:
    wanted = {"course": str(taught.pk), "outcome": "approve", "startsOn": day}

    assert pointers(problem(lms.post("/sandbox/codes", wanted), 400)) == {"/startsOn"}


def test_an_empty_sandbox_says_what_it_lacks(lms: Software, taught: Course) -> None:
    Fund.objects.all().delete()

    problem(
        lms.post("/sandbox/codes", {"course": str(taught.pk), "outcome": "approve"}),
        422,
        "sandbox-is-empty",
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_an_id_says_its_outcome_and_no_other_id_says_one(outcome: Outcome) -> None:
    made = {enrolment_id(outcome) for _ in range(100)}

    assert len(made) == 100
    assert {outcome_of(id_) for id_ in made} == {outcome}
    assert outcome_of(uuid4()) is None
    assert outcome_of(UUID("ffffffff-ffff-8fff-8fff-ffffffffffff")) is None


def shown(**environment: str) -> subprocess.CompletedProcess[str]:
    """What leads to the sandbox in a process with this environment."""
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "ontwikkelrekening.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_setting_nothing_leads_to_the_sandbox() -> None:
    off = shown(**PRODUCTION, SANDBOX="false")
    unset = shown(**PRODUCTION)

    for done in (off, unset):
        assert done.stdout.split() == [
            "providers.api.problems",
            "ontwikkelrekening.budgets.assessing.assess",
        ]


def test_with_the_setting_it_is_there() -> None:
    on = shown(**{**PRODUCTION, "DATABASE_URL": SANDBOX_URL}, SANDBOX="true")

    assert on.stdout.split() == [
        "ontwikkelrekening.sandbox.api",
        "ontwikkelrekening.sandbox.assessing.assess",
    ], on.stderr


def test_a_sandbox_refuses_a_database_that_is_not_its_own() -> None:
    done = shown(**PRODUCTION, SANDBOX="true")

    assert done.returncode != 0
    assert "SANDBOX takes a database of its own" in done.stderr


def test_the_call_is_not_there_in_the_tests_own_product(db: None) -> None:
    answer = Software(de_linde()).post("/sandbox/codes", {})

    assert answer.status_code == 404
    assert not Claim.objects.exists()


def test_the_sandbox_describes_its_own_call_for_generators(settings: Any) -> None:
    settings.API_URLS = "ontwikkelrekening.sandbox.urls"

    document = openapi("https://sandbox.example")

    call = document["paths"]["/sandbox/codes"]["post"]
    assert call["operationId"] == "postCodes"
    wanted = document["components"]["schemas"]["WantedCode"]
    assert set(wanted["properties"]) == {"course", "outcome", "startsOn"}
    assert "/claims" in document["paths"]
    assert "/sandbox/codes" not in yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["paths"]


def test_the_sandboxs_own_call_stands_on_the_page_of_its_api(
    world: World, settings: Any, client: Client
) -> None:
    settings.API_URLS = "ontwikkelrekening.sandbox.urls"
    settings.PUBLIC_URL = "https://sandbox.example"

    page = client.get("/api/v1/docs")

    assert page.status_code == 200
    assert "/sandbox/codes" in page.content.decode()
