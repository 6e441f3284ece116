"""PATCH /courses/{id}: what changes and what stays, made for the course as it was read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from providers.models import Course, Enrolment, StateChange
from providers.publishing import withdraw
from tests.providers.calls import Software, pointers, problem
from tests.providers.world import LAST_WEEK, MONDAY, de_linde, digital_skills, euros

MERGE_PATCH = "application/merge-patch+json"


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def withdrawn(course: Course) -> Course:
    return withdraw(course, actor="test", at=LAST_WEEK)


def etag(lms: Software, course: Course, **headers: str) -> str:
    found: str = lms.get(f"/courses/{course.pk}", **headers).headers["ETag"]
    return found


def patch(lms: Software, course: Course, changes: Any, **headers: str) -> Any:
    given = {"Content_Type": MERGE_PATCH, "Idempotency-Key": str(uuid4()), **headers}
    if "If-Match" not in given:
        given["If-Match"] = etag(lms, course)
    return lms.call("PATCH", f"/courses/{course.pk}", changes, **given)


def test_what_is_given_changes_and_the_rest_stays(linde: Software, withdrawn: Course) -> None:
    answer = patch(linde, withdrawn, {"price": "275.50", "place": "Heerlen", "weeks": 10})

    withdrawn.refresh_from_db()
    assert answer.status_code == 200
    assert (withdrawn.price, withdrawn.place, withdrawn.weeks) == (euros("275.50"), "Heerlen", 10)
    assert (withdrawn.name, withdrawn.sessions) == ("Basis digitale vaardigheden", 8)
    assert answer.json() == linde.get(f"/courses/{withdrawn.pk}").json()
    assert StateChange.objects.get(subject_id=withdrawn.pk, event="revise").actor == (
        f"client:{linde.client.client_id}"
    )


def test_the_answer_has_the_tag_for_the_next_change(linde: Software, withdrawn: Course) -> None:
    tag = patch(linde, withdrawn, {"name": "Digitaal"}).headers["ETag"]

    again = patch(linde, withdrawn, {"name": "Digitaal verder"}, **{"If-Match": tag})

    assert again.status_code == 200
    assert tag != again.headers["ETag"] == etag(linde, withdrawn)


def test_null_takes_the_value_of_a_new_course(linde: Software, withdrawn: Course) -> None:
    patch(linde, withdrawn, {"sessions": None, "certificate": False})
    patch(linde, withdrawn, {"certificate": None, "description": None})
    refused = problem(patch(linde, withdrawn, {"name": None, "price": None}), 400)

    withdrawn.refresh_from_db()
    assert (withdrawn.sessions, withdrawn.has_certificate) == (1, True)
    assert pointers(refused) == {"/name", "/price"}


def test_a_change_made_for_another_state_is_refused(linde: Software, withdrawn: Course) -> None:
    read = etag(linde, withdrawn)
    patch(linde, withdrawn, {"name": "Van een collega"})

    problem(patch(linde, withdrawn, {"place": "Kerkrade"}, **{"If-Match": read}), 412)
    problem(patch(linde, withdrawn, {"place": "Kerkrade"}, **{"If-Match": f"W/{read}"}), 412)
    problem(patch(linde, withdrawn, {"place": "Kerkrade"}, **{"If-Match": "nonsense"}), 412)
    problem(patch(linde, withdrawn, {"place": "Kerkrade"}, **{"If-Match": ""}), 428)

    withdrawn.refresh_from_db()
    assert (withdrawn.name, withdrawn.place) == ("Van een collega", "")


def test_what_is_wrong_in_itself_is_said_before_the_tag_is_looked_at(
    linde: Software, withdrawn: Course
) -> None:
    problem(patch(linde, withdrawn, {"category": ""}, **{"If-Match": '"another"'}), 400)
    problem(patch(linde, withdrawn, {}, **{"If-Match": '"another"'}), 412)


def test_one_of_several_tags_or_any_will_do(linde: Software, withdrawn: Course) -> None:
    several = f'"another", {etag(linde, withdrawn)}'

    assert patch(linde, withdrawn, {"place": "A"}, **{"If-Match": several}).status_code == 200
    assert patch(linde, withdrawn, {"place": "B"}, **{"If-Match": "*"}).status_code == 200


def test_a_tag_of_the_same_course_written_otherwise_is_its_tag_for_who_reads_it_so(
    linde: Software, withdrawn: Course
) -> None:
    wide = {"Accept": "application/json; indent=4"}
    tag = etag(linde, withdrawn, **wide)

    assert patch(linde, withdrawn, {"place": "A"}, **wide, **{"If-Match": tag}).status_code == 200


def test_a_retry_gets_the_stored_answer_and_not_a_412(linde: Software, withdrawn: Course) -> None:
    same = {"Idempotency-Key": str(uuid4()), "If-Match": etag(linde, withdrawn)}

    first, second = (patch(linde, withdrawn, {"place": "Heerlen"}, **same) for _ in range(2))

    assert first.json() == second.json()
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert StateChange.objects.filter(event="revise").count() == 1
    problem(patch(linde, withdrawn, {"place": "Elders"}, **same), 422, "key-has-other-content")


def test_a_published_course_is_withdrawn_first(linde: Software, course: Course) -> None:
    problem(patch(linde, course, {"price": "1.00"}), 409, "illegal-move")

    course.refresh_from_db()
    assert course.price.amount == Decimal("260.00")


def test_what_people_agreed_to_stays(linde: Software, running: Enrolment) -> None:
    course = withdraw(running.course, actor="test", at=LAST_WEEK)

    problem(patch(linde, course, {"price": "1.00", "name": "x"}), 422, "agreements-stand")
    assert patch(linde, course, {"name": "Met een betere naam"}).status_code == 200

    course.refresh_from_db()
    running.refresh_from_db()
    assert course.price.amount == running.maximum.amount == Decimal("260.00")


def test_every_wrong_field_is_pointed_at_and_nothing_else_may_be_set(
    linde: Software, withdrawn: Course
) -> None:
    wrong = {
        "price": 12.5,
        "studyLoad": "x",
        "state": "published",
        "id": str(uuid4()),
        "provider": "x",
    }

    found = pointers(problem(patch(linde, withdrawn, wrong), 400))

    assert found == {"/price", "/studyLoad", "/state", "/id", "/provider"}


@pytest.mark.parametrize("changes", [[], "x", 1, None, [{"op": "remove", "path": "/name"}]])
def test_a_change_is_an_object(linde: Software, withdrawn: Course, changes: Any) -> None:
    body = b"null" if changes is None else changes

    problem(patch(linde, withdrawn, body), 400)


def test_plain_json_is_read_the_same_and_a_list_of_operations_is_not(
    linde: Software, withdrawn: Course
) -> None:
    plain = patch(linde, withdrawn, {"place": "Heerlen"}, Content_Type="application/json")

    assert plain.json()["place"] == "Heerlen"
    problem(patch(linde, withdrawn, [], Content_Type="application/json-patch+json"), 415)


def test_a_code_of_another_course_is_taken(linde: Software, withdrawn: Course) -> None:
    digital_skills(linde.provider, code="DIG-02")

    problem(patch(linde, withdrawn, {"primaryCode": "DIG-02"}), 422, "course-code-is-taken")


def test_another_providers_course_is_not_there(withdrawn: Course) -> None:
    stranger = Software(de_linde("Taalhuis"))

    problem(patch(stranger, withdrawn, {"name": "x"}, **{"If-Match": "*"}), 404)


def test_without_a_key_nothing_changes(linde: Software, withdrawn: Course) -> None:
    problem(patch(linde, withdrawn, {"name": "x"}, **{"Idempotency-Key": "x"}), 400)
