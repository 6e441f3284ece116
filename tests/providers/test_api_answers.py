"""What every answer carries."""

import json
import logging
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from ontwikkelrekening.logs import JsonLines
from providers.api.bulk import take_in
from providers.api.schema import openapi
from providers.claiming import take_up
from providers.models import Course
from providers.webhooks.managing import register
from tests.providers.calls import Software, problem
from tests.providers.world import MONDAY, assessed, claim, digital_skills, redeemed


@pytest.mark.parametrize("path", ["/courses", "/nothing", "/openapi.json", "/docs"])
def test_version_and_security_headers_are_on_every_answer(linde: Software, path: str) -> None:
    headers = linde.get(path).headers

    assert headers["API-Version"] == "1.0.0"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    strict = "default-src 'none'; style-src" if path == "/docs" else "default-src 'none'; frame"
    assert headers["Content-Security-Policy"].startswith(strict)
    assert len(headers["X-Request-Id"]) >= 8


@pytest.mark.parametrize("path", ["/catalogue", "/nothing", "/docs"])
def test_only_an_answer_over_tls_asks_to_come_back_over_tls(db: None, path: str) -> None:
    plain = Browser().get(f"/api/v1{path}")
    over_tls = Browser().get(f"/api/v1{path}", secure=True)

    assert "Strict-Transport-Security" not in plain.headers
    assert over_tls.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_request_id_is_taken_over_or_drawn(linde: Software) -> None:
    assert linde.get("/courses", X_Request_Id="batch-2026-11").headers["X-Request-Id"] == (
        "batch-2026-11"
    )
    assert "\n" not in linde.get("/courses", X_Request_Id="a b\u0085c").headers["X-Request-Id"]


def test_what_is_unchanged_is_not_sent_again(linde: Software, course: Course) -> None:
    first = linde.get("/courses")
    second = linde.get("/courses", If_None_Match=first.headers["ETag"])

    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["API-Version"] == "1.0.0"


@pytest.mark.parametrize("header", ["If-None-Match", "If-Match"])
def test_what_is_not_sent_again_can_be_read_by_any_page_too(db: None, header: str) -> None:
    first = Browser().get("/api/v1/catalogue")
    tag = first.headers["ETag"] if header == "If-None-Match" else '"another"'
    second = Browser().get("/api/v1/catalogue", headers={header: tag})

    assert second.status_code in (304, 412)
    assert second.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in second.headers["Access-Control-Expose-Headers"]
    assert "RateLimit" in second.headers
    assert second.headers["ETag"] == first.headers["ETag"]


def test_a_moment_of_change_says_nothing_where_none_is_kept(linde: Software) -> None:
    past = "Mon, 02 Mar 2020 10:00:00 GMT"

    assert linde.get("/courses", If_Unmodified_Since=past).status_code == 200
    assert linde.get("/courses", If_Modified_Since=past).status_code == 200


def test_an_id_in_capitals_is_the_same_id(linde: Software, course: Course) -> None:
    assert linde.get(f"/courses/{str(course.id).upper()}").json()["id"] == str(course.id)


def test_the_document_says_where_a_thing_is_only_of_what_has_an_address() -> None:
    paths = Browser().get("/api/v1/openapi.json").json()["paths"]
    told = {
        path
        for path, operations in paths.items()
        for code in ("201", "202")
        if "Location"
        in operations.get("post", {}).get("responses", {}).get(code, {}).get("headers", {})
    }

    assert told == {
        *("/courses", "/enrolments", "/claims", "/webhooks", "/claim-batches", "/course-batches")
    }


def test_if_match_is_kept_to_where_a_version_means_something(
    linde: Software, course: Course
) -> None:
    path = f"/courses/{course.id}"
    etag = linde.get(path).headers["ETag"]

    assert linde.get(path, If_Match=etag).status_code == 200
    problem(linde.get(path, If_Match='"another"'), 412)
    refused = problem(linde.post(f"{path}/withdrawals", If_Match=etag), 412)
    assert refused["type"].endswith("#no-version-to-match")
    assert refused["title"] == "No version to match"
    assert linde.get(path).json()["state"] == "published"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/courses", "/catalogue"])
def test_another_method_is_a_problem_that_says_which_ones_are_possible(
    linde: Software, path: str
) -> None:
    for method in ("PUT", "PATCH", "TRACE", "DELETE"):
        answer = linde.call(method, path)
        problem(answer, 405)
        assert "GET" in answer.headers["Allow"]
    assert linde.call("HEAD", path).status_code == 200


def test_what_is_refused_before_a_view_is_a_problem_too(linde: Software) -> None:
    answer = linde.get("/courses", Host="elsewhere.example")

    problem(answer, 400)
    assert answer.headers["API-Version"] == "1.0.0"


@pytest.mark.parametrize("query", ["", "?nothing=1", "?limit=0"])
def test_any_page_may_read_the_catalogue_and_what_is_wrong_with_its_question(
    db: None, query: str
) -> None:
    headers = Browser().get(f"/api/v1/catalogue{query}").headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in headers["Access-Control-Expose-Headers"]


def test_a_browser_may_ask_before_it_sends_an_entity_tag(db: None) -> None:
    answer = Browser().options(
        "/api/v1/catalogue",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]


def test_what_belongs_to_one_provider_is_for_no_other_page(linde: Software) -> None:
    assert "Access-Control-Allow-Origin" not in linde.get("/courses").headers
    problem(linde.call("OPTIONS", "/courses"), 405)


def test_the_openapi_document_is_public_and_any_page_may_read_it() -> None:
    answer = Browser().get("/api/v1/openapi.json")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["openapi"] == "3.1.0"


def test_each_operation_takes_an_accept_of_exactly_the_kinds_that_it_lists(linde: Software) -> None:
    for method, path, operation in operations():
        kinds = {
            kind for each in operation["responses"].values() for kind in each.get("content", {})
        }
        address = re.sub(r"\{.*?\}", str(uuid4()), path)
        answer = linde.call(method.upper(), address, Accept=", ".join(sorted(kinds)))
        assert answer.status_code in (200, 400, 404), (method, path, kinds)


@pytest.mark.parametrize("kind", ["application/problem+json", "application/problem+json;q=0.5"])
def test_who_asks_for_problems_alone_reads_json(linde: Software, kind: str) -> None:
    endpoint = register(linde.provider, "http://127.0.0.1:9/", at=MONDAY)
    read = linde.get("/courses", Accept=kind)

    assert (read.status_code, read.headers["Content-Type"]) == (200, "application/json")
    problem(linde.get("/courses?limit=0", Accept=kind), 400)
    assert linde.call("DELETE", f"/webhooks/{endpoint.id}", Accept=kind).status_code == 204


def test_the_document_says_that_what_is_unchanged_is_not_sent_again() -> None:
    for path, methods in openapi("http://testserver")["paths"].items():
        for method, operation in methods.items():
            headers = {each["name"] for each in operation.get("parameters", [])}
            is_read = method == "get"
            assert ("If-None-Match" in headers, "304" in operation["responses"]) == (
                is_read,
                is_read,
            ), path


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in openapi("http://testserver")["paths"].items()
        for method, operation in methods.items()
    ]


def schemas_in(part: Any) -> set[str]:
    """Every schema that this part of the document leads to."""
    schemas = openapi("http://testserver")["components"]["schemas"]
    found: set[str] = set()
    new = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(part)))
    while new:
        found |= new
        inside = json.dumps([schemas[name] for name in new])
        new = set(re.findall(r"#/components/schemas/(\w+)", inside)) - found
    return found


def test_the_document_closes_what_is_sent_and_leaves_open_what_is_answered() -> None:
    document = openapi("http://testserver")
    schemas = document["components"]["schemas"]
    sent = schemas_in([operation.get("requestBody") for _, _, operation in operations()])
    answered = schemas_in([operation["responses"] for _, _, operation in operations()])

    assert {"NewCourse", "CourseChanges", "NewClaim", "Evidence"} <= sent
    assert {"Claim", "Problem", "FieldError", "GivenEvidence", "Event"} <= answered
    assert not sent & answered
    assert {name for name in schemas if "additionalProperties" in schemas[name]} == sent


def test_the_document_says_that_what_takes_a_body_needs_one() -> None:
    bodies = [found["requestBody"] for _, _, found in operations() if "requestBody" in found]

    assert len(bodies) > 5
    assert all(body["required"] is True for body in bodies)
    (change,) = [operation for method, _, operation in operations() if method == "patch"]
    assert set(change["requestBody"]["content"]) == {"application/merge-patch+json"}
    assert "`application/json` is read in the same way." in change["description"]


def test_the_document_says_which_conditions_and_bodies_are_refused_where() -> None:
    for method, path, operation in operations():
        assert "412" in operation["responses"], path
        assert ("415" in operation["responses"]) == (method in ("post", "patch")), path


def test_the_document_names_the_headers_of_each_answer(linde: Software, course: Course) -> None:
    paths = openapi("http://testserver")["paths"]

    def headers(path: str, method: str, code: str) -> set[str]:
        return set(paths[path][method]["responses"][code]["headers"])

    digital_skills(linde.provider, code="DIG-02")
    key = str(uuid4())
    for path, answer in (
        ("/courses", linde.get("/courses?limit=1")),
        ("/account", linde.get("/account", Authorization="")),
        (
            "/courses/{course_id}/withdrawals",
            linde.post(f"/courses/{course.pk}/withdrawals", key=key),
        ),
        (
            "/courses/{course_id}/withdrawals",
            linde.post(f"/courses/{course.pk}/withdrawals", key=key),
        ),
    ):
        general = {"Cache-Control", "Content-Type", "Content-Length", "Vary", "Allow"}
        general |= {name for name in answer.headers if name.startswith(("X-Content", "X-Frame"))}
        general |= {"Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy"}
        told = headers(path, answer.request["REQUEST_METHOD"].lower(), str(answer.status_code))
        assert set(answer.headers) - general <= told, path


def test_the_document_describes_what_arrives_at_an_endpoint() -> None:
    document = openapi("http://testserver")
    body = document["webhooks"]["claimChanged"]["post"]["requestBody"]["content"]
    delivery = document["components"]["schemas"]["Delivery"]["properties"]
    item = json.dumps(document["components"]["schemas"]["JobItemRow"]["properties"]["problem"])

    assert body["application/cloudevents+json"]["schema"] == delivery["event"]
    assert "#/components/schemas/Problem" in item
    assert "state" in document["components"]["schemas"]["EventData"]["properties"]


def test_the_document_explains_no_value_by_itself() -> None:
    assert not re.search(r"`(\w+)` - \1\b(?! )", json.dumps(openapi("http://testserver")))


def test_every_subject_of_the_document_is_explained() -> None:
    document = openapi("http://testserver")
    explained = [tag["name"] for tag in document["tags"] if tag["description"]]
    used = {
        tag
        for methods in document["paths"].values()
        for operation in methods.values()
        for tag in operation["tags"]
    }

    assert len(explained) == len(used)
    assert set(explained) == used


def test_the_document_says_what_may_be_empty_and_how_many_fit_in_a_batch() -> None:
    schemas = Browser().get("/api/v1/openapi.json").json()["components"]["schemas"]

    assert schemas["NewCourse"]["properties"]["level"]["maxLength"] == 32
    assert "oneOf" not in json.dumps(schemas["NewCourse"])
    for batch in ("ClaimBatch", "CourseBatch"):
        items = schemas[batch]["properties"]["items"]
        assert (items["minItems"], items["maxItems"]) == (1, 10_000)


def test_the_committed_openapi_document_is_what_the_code_says() -> None:
    call_command("openapi", "--check")


def test_the_docs_need_no_script_and_explain_every_problem() -> None:
    page = Browser().get("/api/v1/docs").content.decode()

    assert "<script" not in page
    assert "style=" not in page
    assert 'id="above-what-is-left"' in page
    assert "getClaims" in page or "Your claims" in page


@pytest.mark.parametrize(
    ("path", "asked", "given"),
    [
        ("/courses", "name,price", {"id", "name", "price"}),
        ("/courses", "id", {"id"}),
        ("/catalogue", "name,name", {"id", "name"}),
        ("/enrolments", "terms", {"id", "terms"}),
        ("/claims", "state", {"id", "state"}),
        ("/payments", "amount", {"reference", "amount"}),
        ("/claim-batches", "state", {"id", "state"}),
        ("/webhooks", "url", {"id", "url"}),
    ],
)
def test_a_list_holds_the_fields_that_are_asked_for(
    linde: Software, course: Course, path: str, asked: str, given: set[str]
) -> None:
    approved = assessed(claim(redeemed(course)))
    take_up({approved.pk: "OWR-1"}, actor="paul", at=MONDAY)
    take_in("claims", [{}], provider=linde.provider, client=linde.client, at=MONDAY)
    register(linde.provider, "http://127.0.0.1:9/", at=MONDAY)

    page = linde.get(f"{path}?fields={asked}&limit=1").json()

    assert [set(item) for item in page["items"]] == [given]


def test_the_next_page_has_the_same_fields(linde: Software, course: Course) -> None:
    digital_skills(linde.provider, code="DIG-02")

    following = linde.get("/courses?fields=price&limit=1").json()["next"]

    assert "fields=price" in following
    (item,) = linde.get(following.removeprefix("http://testserver/api/v1")).json()["items"]
    assert set(item) == {"id", "price"}


@pytest.mark.parametrize(
    "asked", ["", "names", "name,", "name,,price", "name;price", "name, price"]
)
def test_fields_that_a_row_has_not_are_a_400(linde: Software, asked: str) -> None:
    (error,) = problem(linde.get(f"/courses?fields={asked}"), 400)["errors"]

    assert error["pointer"] == "fields"
    problem(linde.get(f"/courses/{uuid4()}?fields=name"), 400)


@pytest.mark.parametrize("path", ["/courses", "/enrolments", "/claims", "/payments"])
def test_no_list_takes_more_queries_for_more_rows(
    linde: Software,
    course: Course,
    path: str,
    django_assert_num_queries: object,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def grow(number: int) -> None:
        digital_skills(linde.provider, code=f"D-{number}")
        approved = assessed(claim(redeemed(course)))
        take_up({approved.pk: f"OWR-{number}"}, actor="paul", at=MONDAY)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert linde.get(path).status_code == 200
        return len(captured)

    grow(1)
    few = queries()
    for number in range(2, 8):
        grow(number)

    assert queries() == few <= 3


def test_a_log_line_is_one_line_with_the_request_and_no_message_of_an_error() -> None:
    try:
        raise ValueError("Key (bsn)=(123456782) already exists")
    except ValueError:
        import sys

        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "failed\n%s", ("now",), sys.exc_info()
        )
    line = JsonLines().format(record)

    assert "\n" not in line
    assert "123456782" not in line
    assert json.loads(line)["error"] == "ValueError"


def test_an_error_names_the_request(linde: Software) -> None:
    answer = linde.get("/claims?limit=x", X_Request_Id="my-request-1")

    problem(answer, 400)
    assert answer.headers["X-Request-Id"] == "my-request-1"
