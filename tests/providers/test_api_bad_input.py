"""Every wrong request gets one clear answer, and writes nothing."""

import json
from base64 import urlsafe_b64encode
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client as Browser

from providers.codes import code_for
from providers.models import Claim, Course, Enrolment, IdempotencyKey
from tests.providers.calls import Software, pointers, problem
from tests.providers.world import LAST_WEEK, MONDAY, agreed, de_linde, digital_skills, redeemed

GOOD_COURSE = {
    "primaryCode": "HOR-03",
    "name": "Barista in twee dagen",
    "category": "module",
    "price": "210.00",
    "studyLoad": 14,
}


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


def claim_of(agreement: Enrolment, /, **changes: Any) -> dict[str, Any]:
    return {
        "enrolment": str(agreement.id),
        "instalment": "start",
        "amount": "130.00",
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "bad"),
    [
        ({"amount": "-1"}, "/amount"),
        ({"amount": "0.00"}, "/amount"),
        ({"amount": "1.001"}, "/amount"),
        ({"amount": "1,50"}, "/amount"),
        ({"amount": "1e3"}, "/amount"),
        ({"amount": "NaN"}, "/amount"),
        ({"amount": 130}, "/amount"),
        ({"amount": 130.5}, "/amount"),
        ({"amount": None}, "/amount"),
        ({"amount": ["130.00"]}, "/amount"),
        ({"amount": "9" * 5000}, "/amount"),
        ({"currency": "USD"}, "/currency"),
        ({"enrolment": "1"}, "/enrolment"),
        ({"enrolment": 12}, "/enrolment"),
        ({"instalment": ""}, "/instalment"),
        ({"instalment": "x" * 33}, "/instalment"),
        ({"instalment": "start\x00"}, "/instalment"),
        ({"instalment": "\ud800"}, "/instalment"),
        ({"evidence": {"attendance": 101}}, "/evidence/attendance"),
        ({"evidence": {"attendance": -1}}, "/evidence/attendance"),
        ({"evidence": {"attendance": "many"}}, "/evidence/attendance"),
        ({"evidence": {"certificate": "perhaps"}}, "/evidence/certificate"),
        ({"evidence": {"name": "Fatima"}}, "/evidence/name"),
        ({"evidence": []}, "/evidence"),
        ({"bsn": "123456782"}, "/bsn"),
        ({"state": "paid"}, "/state"),
    ],
)
def test_a_wrong_field_is_pointed_at(
    linde: Software, running: Enrolment, changes: dict[str, Any], bad: str
) -> None:
    document = problem(linde.post("/claims", claim_of(running, **changes)), 400)

    assert pointers(document) == {bad}
    assert not Claim.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_all_wrong_fields_are_pointed_at_in_one_answer(linde: Software) -> None:
    document = problem(
        linde.post("/claims", {"amount": 1, "evidence": {"attendance": 200}, "x/y": 1}), 400
    )

    assert pointers(document) == {
        "/amount",
        "/enrolment",
        "/instalment",
        "/evidence/attendance",
        "/x~1y",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b'{"code": NaN}',
        b'{"code": "a", "code": "b"}',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"code": ' + b"1" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_object_is_a_400(linde: Software, body: bytes) -> None:
    problem(linde.post("/enrolments", body), 400)


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        (b'{"\\ud800": 1}', "/\\ud800"),
        (b'{"a\\u0000b": 1}', "/a\x00b"),
        (b'{"category": "\\udfff"}', "/category"),
        (b'{"name": "\\ud83d"}', "/name"),
        (b'{"name": "a\\u0000b"}', "/name"),
        (b'{"studyLoad": 1e999}', "/studyLoad"),
        (b'{"studyLoad": 14.5}', "/studyLoad"),
    ],
)
def test_what_cannot_be_written_back_is_pointed_at_all_the_same(
    linde: Software, body: bytes, bad: str
) -> None:
    assert bad in pointers(problem(linde.post("/courses", body), 400))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"studyLoad": ' + b"9" * 5000 + b"}", "a number is too long"),
        (b'{"name": "a", "name": "b"}', "name is given twice"),
        (b"[" * 5000 + b"]" * 5000, "it is nested too deeply"),
        (b'{"studyLoad": NaN}', "NaN is not a JSON value"),
    ],
)
def test_why_a_body_is_no_json_is_said_in_words(linde: Software, body: bytes, reason: str) -> None:
    assert reason in problem(linde.post("/courses", body), 400)["detail"]


@pytest.mark.parametrize("path", ["/courses?limit=1&limit=2", "/catalogue?search=a%0A"])
def test_a_parameter_given_twice_or_over_two_lines_is_pointed_at(
    linde: Software, path: str
) -> None:
    (error,) = problem(linde.get(path), 400)["errors"]

    assert error["in"] == "query"


def test_all_wrong_parameters_are_named_in_one_answer(linde: Software) -> None:
    document = problem(
        linde.get("/claims?limit=0&sort=name&state=x&after=y&other=1&enrolment=2"), 400
    )
    catalogue = problem(
        linde.get("/catalogue?hoursMax=-1&exam=yes&search=%00&place=a&place=b"), 400
    )

    assert pointers(document) == {"limit", "sort", "state", "after", "other", "enrolment"}
    assert pointers(catalogue) == {"hoursMax", "exam", "search", "place"}


def test_more_parameters_than_anybody_needs_are_a_400(linde: Software) -> None:
    problem(linde.get("/courses?" + "&".join(f"a{number}=1" for number in range(1001))), 400)


def test_a_body_that_is_too_large_is_a_413(linde: Software) -> None:
    problem(linde.post("/enrolments", b'{"code": "' + b"x" * 70_000 + b'"}'), 413)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_a_415(linde: Software, kind: str) -> None:
    problem(linde.post("/enrolments", b"x", Content_Type=kind), 415)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("enrolment=zzz", "enrolment is an id, a UUID."),
        ("submittedFrom=2026-03-02T25:00:00Z", "Give a moment with its offset"),
        ("submittedBefore=2026-02-30T10:00:00Z", "Give a moment with its offset"),
        ("submittedBefore=2026-02-28T10:00:00%2B99:99", "Give a moment with its offset"),
    ],
)
def test_what_is_wrong_with_a_filter_is_said_in_our_words(
    linde: Software, query: str, reason: str
) -> None:
    assert problem(linde.get(f"/claims?{query}"), 400)["detail"].startswith(reason)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-02T10:00:00.0000000%2B01:00",  # as .NET writes it
        "2026-03-02T10:00:00.000000999%2B01:00",
        "2026-03-02t09:00:00z",
        "2026-03-02T10:00:00+01:00",
        "2026-03-02T09:00:00-00:00",
    ],
)
def test_a_moment_may_be_written_in_every_way_of_rfc_3339(
    linde: Software, running: Enrolment, moment: str
) -> None:
    """The claim is of 10 o'clock in the Netherlands."""
    made = linde.post("/claims", claim_of(running)).json()["id"]

    since = linde.get(f"/claims?submittedFrom={moment}").json()["items"]
    before = linde.get(f"/claims?submittedBefore={moment}").json()["items"]

    assert ([each["id"] for each in since], before) == ([made], [])


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("2016-12-31T23:59:60Z", 200),
        ("2017-01-01T00:59:60.5%2B01:00", 200),
        ("2016-12-31T22:59:60Z", 400),
        ("9999-12-31T23:59:60Z", 400),
    ],
)
def test_a_leap_second_is_one_at_midnight(linde: Software, written: str, status: int) -> None:
    assert linde.get(f"/claims?submittedFrom={written}").status_code == status


def test_a_cursor_leads_on_in_its_own_list_order_and_filters_alone(
    linde: Software, course: Course
) -> None:
    for number in range(3):
        linde.post("/courses", {**GOOD_COURSE, "primaryCode": f"C-{number}"})
    following = linde.get("/courses?limit=1&state=draft").json()["next"]
    after = parse_qs(urlsplit(following).query)["after"][0]
    own = f"/courses?after={after}&state=draft"

    assert len(linde.get(own).json()["items"]) == 2
    assert len(linde.get(f"{own}&limit=1&fields=name").json()["items"]) == 1
    for other in (
        f"/courses?after={after}",
        f"/courses?after={after}&state=published",
        f"/courses?after={after}&state=draft&sort=registeredAt",
        f"/claims?after={after}",
        f"/courses?after={after}x&state=draft",
    ):
        assert pointers(problem(linde.get(other), 400)) == {"after"}


@pytest.mark.parametrize("value", ["2026-03-02", "2026-W01", "2026-03-02T10:00:00+00:00"])
def test_a_cursor_made_by_hand_is_a_400(linde: Software, value: str) -> None:
    text = json.dumps([value, "00000000-0000-4000-8000-000000000000"])
    after = urlsafe_b64encode(text.encode()).decode().rstrip("=")

    problem(linde.get(f"/claims?after={after}"), 400)


def test_no_body_is_not_an_empty_one(linde: Software, course: Course) -> None:
    etag = linde.get(f"/courses/{course.pk}").headers["ETag"]
    for answer in (
        linde.post("/courses"),
        linde.call("PATCH", f"/courses/{course.pk}", Idempotency_Key="a-new-key", If_Match=etag),
    ):
        assert problem(answer, 400)["detail"] == "The body is empty."


def test_a_body_that_is_compressed_is_a_415(linde: Software) -> None:
    answer = linde.post("/courses", GOOD_COURSE, Content_Encoding="gzip")

    problem(answer, 415)
    assert answer.headers["Accept-Encoding"] == "identity"
    assert linde.post("/courses", GOOD_COURSE, Content_Encoding="identity").status_code == 201


def test_another_answer_than_json_is_a_406(linde: Software) -> None:
    problem(linde.get("/claims", Accept="text/html"), 406)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json;q=0", 406),
        ("*/*; q=0.000", 406),
        ("*/*, application/json;q=0", 406),
        ("application/*;q=0, text/html", 406),
        ("*/*;q=0, application/json", 200),
        ("application/json;q=0.1", 200),
        ("application/json, application/problem+json;q=0", 200),
        ("text/html;q=0, */*", 200),
    ],
)
def test_what_somebody_will_not_take_is_not_answered(
    linde: Software, accept: str, status: int
) -> None:
    assert linde.get("/claims", Accept=accept).status_code == status


@pytest.mark.parametrize("act", ["publications", "withdrawals"])
def test_an_act_without_a_body_takes_no_field(linde: Software, course: Course, act: str) -> None:
    before = linde.get(f"/courses/{course.pk}").json()
    answer = linde.post(f"/courses/{course.pk}/{act}", {"state": "draft"})

    assert pointers(problem(answer, 400)) == {"/state"}
    assert linde.get(f"/courses/{course.pk}").json() == before


@pytest.mark.parametrize(
    "name",
    [
        "\u200b\u2060",  # nothing to see
        "\u200d",
        "\u3164",
        "\u202eatsiraB",  # turns what follows it
        "Ba\u00adrista",
        "Barista\u2028twee",
        "Bari\x85sta",
    ],
)
def test_a_name_holds_nothing_that_nobody_sees(linde: Software, name: str) -> None:
    document = problem(linde.post("/courses", {**GOOD_COURSE, "name": name}), 400)

    assert document["errors"][0]["detail"].startswith("Write text to be seen")
    assert pointers(document) == {"/name"}


@pytest.mark.parametrize("name", ["Zorg 👩\u200d⚕️", "می\u200cخواهم", "Één, twee… “drie”"])
def test_a_name_may_be_in_any_script(linde: Software, name: str) -> None:
    assert linde.post("/courses", {**GOOD_COURSE, "name": name}).json()["name"] == name


def test_two_spellings_of_a_letter_are_one(linde: Software) -> None:
    composed, apart = "q718a\u00e9", "q718ae\u0301"

    first = linde.post("/courses", {**GOOD_COURSE, "primaryCode": apart})
    second = linde.post("/courses", {**GOOD_COURSE, "primaryCode": composed})

    assert first.json()["primaryCode"] == composed
    problem(second, 422, "course-code-is-taken")


def test_an_empty_object_is_no_body_to_speak_of(linde: Software, course: Course) -> None:
    assert linde.post(f"/courses/{course.pk}/withdrawals", {}).status_code == 200


def test_an_act_takes_no_parameter_in_its_address_either(linde: Software) -> None:
    made = linde.post("/courses?dryRun=true", GOOD_COURSE)

    assert pointers(problem(made, 400)) == {"dryRun"}
    assert not Course.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_another_method_is_a_405(linde: Software, method: str) -> None:
    answer = linde.call(method, "/claims?after=&other=1")

    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1", "/api/v2/claims", "/api/v1/claims/", "/api/v1/claims/1", "/api/x%00"],
)
def test_an_unknown_address_is_a_problem_too(path: str) -> None:
    problem(Browser().get(path), 404)
    problem(Browser(enforce_csrf_checks=True).post(path), 404)


def test_an_address_with_a_slash_too_many_is_a_problem_too() -> None:
    problem(Browser().get("http://testserver//api/v1/account"), 404)


@pytest.mark.parametrize(
    ("changes", "on", "kind"),
    [
        ({"amount": "130.01"}, MONDAY, "above-the-instalment"),
        ({"instalment": "bonus"}, MONDAY, "unknown-instalment"),
        ({}, LAST_WEEK, "before-the-start"),
        ({}, MONDAY + timedelta(days=200), "after-the-term"),
        ({"enrolment": "00000000-0000-4000-8000-000000000000"}, MONDAY, "unknown-enrolment"),
    ],
)
def test_the_rules_refuse_with_a_named_problem(
    linde: Software, running: Enrolment, changes: dict[str, Any], on: Any, kind: str
) -> None:
    with time_machine.travel(on, tick=False):
        linde.__init__(linde.provider)  # type: ignore[misc]
        document = problem(linde.post("/claims", claim_of(running, **changes)), 422, kind)

    assert document["errors"][0]["in"] == "body"
    assert not Claim.objects.exists()


def test_an_instalment_claimed_twice_is_a_named_problem(
    linde: Software, running: Enrolment
) -> None:
    assert linde.post("/claims", claim_of(running)).status_code == 201

    problem(linde.post("/claims", claim_of(running)), 422, "instalment-is-claimed")


def test_a_claim_for_another_providers_enrolment_says_nothing_about_it(linde: Software) -> None:
    other = redeemed(digital_skills(de_linde("Taalhuis")))

    problem(linde.post("/claims", claim_of(other)), 422, "unknown-enrolment")


def test_codes_that_cannot_be_redeemed(linde: Software, course: Course) -> None:
    used = redeemed(course)
    other = agreed(digital_skills(de_linde("Taalhuis")))
    expired = agreed(course, starts_on=date(2026, 2, 2))

    def redeem(code: str, kind: str) -> None:
        problem(linde.post("/enrolments", {"code": code}), 422, kind)

    redeem("0000-0000-0000", "unknown-code")
    redeem(code_for(used.id), "code-is-used")
    redeem(code_for(other.id), "unknown-code")
    redeem(code_for(expired.id), "code-has-expired")


def test_a_course_code_in_use_is_a_named_problem(linde: Software, course: Course) -> None:
    answer = linde.post("/courses", {**GOOD_COURSE, "primaryCode": course.code})

    problem(answer, 422, "course-code-is-taken")


def test_a_draft_cannot_be_withdrawn(linde: Software) -> None:
    address = linde.post("/courses", GOOD_COURSE).headers["Location"].removeprefix("/api/v1")

    problem(linde.post(f"{address}/withdrawals"), 409, "illegal-move")


def test_a_failure_nobody_foresaw_tells_nothing(
    linde: Software, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("row of Fatima")

    monkeypatch.setattr("providers.api.views.payments.standing_of", fail)

    answer = linde.get("/account")

    assert "Fatima" not in str(problem(answer, 500))
