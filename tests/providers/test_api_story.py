"""De Linde's afternoon: from a token to a paid claim, over the API."""

from base64 import urlsafe_b64encode

import pytest
import time_machine

from providers.claiming import settle, take_up
from providers.codes import code_for
from providers.models import Claim, Course
from providers.outbox import drain
from tests.providers.calls import Software, problem
from tests.providers.world import MONDAY, agreed

NEW_COURSE = {
    "primaryCode": "HOR-03",
    "name": "Barista in twee dagen",
    "category": "module",
    "price": "210.00",
    "studyLoad": 14,
    "weeks": 2,
}


@time_machine.travel(MONDAY, tick=False)
def test_from_a_course_to_a_paid_claim(linde: Software) -> None:
    registered = linde.post("/courses", NEW_COURSE)
    assert registered.status_code == 201
    address = registered.headers["Location"].removeprefix("/api/v1")
    assert linde.get(address).json()["state"] == "draft"
    published = linde.post(f"{address}/publications")
    assert (published.status_code, published.json()["state"]) == (200, "published")

    agreement = agreed(Course.objects.get())
    enrolment = linde.post("/enrolments", {"code": code_for(agreement.id)})
    assert enrolment.status_code == 201
    assert enrolment.json()["terms"][0] == {
        "instalment": "start",
        "amount": "130.00",
        "after": "start",
    }

    claimed = linde.post(
        "/claims",
        {"enrolment": enrolment.json()["id"], "instalment": "start", "amount": "130.00"},
    )
    assert (claimed.status_code, claimed.json()["state"]) == (201, "submitted")
    assert drain() == 1
    claim = linde.get(claimed.headers["Location"].removeprefix("/api/v1")).json()
    assert (claim["state"], claim["amount"]) == ("approved", "130.00")
    account = linde.get("/account").json()
    assert account["payable"] == "130.00"
    assert account["iban"] == f"{linde.provider.iban[:4]}…{linde.provider.iban[-4:]}"

    take_up({each.pk: "OWR-1" for each in Claim.objects.due()}, actor="paul", at=MONDAY)
    assert linde.get("/payments").json()["items"] == [
        {
            "reference": "OWR-1",
            "amount": "130.00",
            "claims": 1,
            "state": "on_its_way",
            "sentAt": "2026-03-02T09:00:00Z",
            "paidAt": None,
        }
    ]
    settle(Claim.objects.values_list("pk", flat=True), actor="paul", at=MONDAY)
    assert linde.get("/payments").json()["items"][0]["state"] == "paid"
    assert linde.get("/claims").json()["items"][0]["paymentReference"] == "OWR-1"


def test_no_answer_tells_who_the_citizen_is(linde: Software, running: object) -> None:
    (enrolment,) = linde.get("/enrolments").json()["items"]

    assert set(enrolment) == {
        "id",
        "course",
        "state",
        "maximum",
        "terms",
        "startsOn",
        "endsOn",
        "claimUntil",
        "redeemedAt",
    }


@pytest.mark.parametrize("path", ["/courses", "/enrolments", "/claims"])
def test_lists_are_read_to_the_end_page_by_page(linde: Software, course: Course, path: str) -> None:
    from tests.providers.world import claim, digital_skills, redeemed

    for number in range(7):
        digital_skills(linde.provider, code=f"C-{number}")
        claim(redeemed(course))
    whole = [item["id"] for item in linde.get(path).json()["items"]]

    seen: list[str] = []
    following = f"http://testserver/api/v1{path}?limit=3"
    while following:
        answer = linde.get(following.removeprefix("http://testserver/api/v1"))
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        following = page["next"]

    assert seen == whole
    assert len(whole) >= 7
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=٣", "limit"),
        ("after=x", "after"),
        ("after=bm9wZQ", "after"),
        ("after=WzEsMl0", "after"),
        ("after=" + urlsafe_b64encode(b"[" * 3000).decode(), "after"),
        ("page=2", "page"),
    ],
)
def test_a_wrong_parameter_is_named(linde: Software, query: str, name: str) -> None:
    document = problem(linde.get(f"/claims?{query}"), 400)

    assert document["errors"][0]["in"] == "query"
    assert document["errors"][0]["pointer"] == name
