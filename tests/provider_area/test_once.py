"""A form that is sent twice acts once: double click, back button, sixteen at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from providers.models import Claim, Course, IdempotencyKey
from providers.outbox import drain
from tests.provider_area.test_acting import COURSE
from tests.provider_area.world import School, build_school, log_in, send, text
from tests.providers.world import MONDAY, digital_skills, redeemed
from tests.racing import together


def test_a_course_that_is_sent_twice_is_registered_once(school: School, desk: Client) -> None:
    key = str(uuid4())

    first = send(desk, "opleidingen/nieuw", key=key, **COURSE)
    second = send(desk, "opleidingen/nieuw", key=key, **COURSE)

    assert first["Location"] == second["Location"]
    assert Course.objects.filter(code="BAR-01").count() == 1


def test_a_code_that_is_handed_in_twice_leads_to_the_enrolment(
    school: School, desk: Client
) -> None:
    key = str(uuid4())

    answers = [send(desk, "inschrijvingen/code", key=key, code=school.code) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_page_sent_again_with_other_answers_is_not_taken_for_the_first(
    school: School, desk: Client
) -> None:
    key = str(uuid4())
    send(desk, "opleidingen/nieuw", key=key, **COURSE)

    answer = send(desk, "opleidingen/nieuw", key=key, **{**COURSE, "code": "BAR-02"})

    assert answer.status_code == 422
    assert "Deze pagina is al eens verstuurd met andere antwoorden." in text(answer)
    assert not Course.objects.filter(code="BAR-02").exists()
    fresh = text(answer).partition('name="once" value="')[2][:36]
    assert (
        send(desk, "opleidingen/nieuw", key=fresh, **{**COURSE, "code": "BAR-02"}).status_code
        == 302
    )


def test_what_was_refused_used_no_key_up(school: School, desk: Client) -> None:
    key = str(uuid4())
    send(desk, f"opleidingen/{school.course.pk}/publiceren", key=key)

    assert not IdempotencyKey.objects.exists()


def test_the_key_of_one_provider_is_not_another_ones(school: School, desk: Client) -> None:
    key, others = str(uuid4()), log_in(build_school("Taalhuis").provider)

    send(desk, "opleidingen/nieuw", key=key, **COURSE)
    answer = send(others, "opleidingen/nieuw", key=key, **COURSE)

    assert answer.status_code == 302
    assert Course.objects.filter(code="BAR-01").count() == 2


@pytest.mark.parametrize("key", ["", "nope", "x" * 500])
def test_a_form_without_a_key_still_acts(school: School, desk: Client, key: str) -> None:
    desk.post("/opleiders/opleidingen/nieuw", {**COURSE, "once": key})

    assert Course.objects.filter(code="BAR-01").count() == 1


def test_a_key_belongs_to_a_client_or_to_a_provider(school: School) -> None:
    def keep(**owner: Any) -> None:
        with transaction.atomic():
            IdempotencyKey.objects.create(
                **owner, key="k" * 8, fingerprint=b"x", status=302, at=MONDAY
            )

    with pytest.raises(IntegrityError, match="idempotency_key_has_one_owner"):
        keep()
    keep(provider=school.provider)
    with pytest.raises(IntegrityError, match="form_key_is_used_once"):
        keep(provider=school.provider)


@pytest.fixture
def open_school(own_database: str, django_db_blocker: Any) -> Iterator[School]:
    with django_db_blocker.unblock():
        yield build_school()


def test_sixteen_clicks_at_once_claim_once(open_school: School) -> None:
    start = timezone.localdate() - timedelta(days=1)
    course = digital_skills(open_school.provider, code="NOW")
    running = redeemed(course, starts_on=start, at=timezone.now())
    desks = [log_in(open_school.provider) for _ in range(16)]
    key = str(uuid4())

    claiming = f"inschrijvingen/{running.pk}/declareren/start"
    answers = together([partial(send, desk, claiming, key=key, amount="130") for desk in desks])
    drain()

    assert {answer["Location"] for answer in answers} == {
        f"/opleiders/declaraties/{Claim.objects.get().pk}"
    }
