"""Three stories on the running product: a citizen, a provider, an auditor. Real HTTP, a real worker.

They are one year, told in order: what the citizen agrees to, the provider claims, and the auditor
follows back from the total.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from demo.browser import Browser, Page
from demo.machine import Machine
from demo.school import School
from demo.story import PASSWORD
from tests.journeys.conftest import NEW_YEAR, move_to

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

FATIMA = "999900006"
HENK = "999900018"
START = NEW_YEAR + timedelta(days=10)


@dataclass
class Agreed:
    course: str
    enrolment: str
    code: str


def log_in(browser: Browser, bsn: str) -> Page:
    return browser.submit(browser.open("/inloggen"), "/inloggen", bsn=bsn)


def euros(text: str) -> Decimal:
    """The amount in "€ 1.240,00"."""
    return Decimal(re.sub(r"[^\d,]", "", text).replace(",", "."))


def course_of(schools: dict[str, School], browser: Browser) -> str:
    """A course with a price, found in the portal's list, that one of the schools teaches."""
    page = browser.open("/opleidingen?soort=course")
    found = [link.rsplit("/", 1)[-1] for link in page.links if "/opleidingen/" in link]
    return next(course for course in found if course in schools)


def agree(browser: Browser, course: str, start: date) -> Agreed:
    question = browser.open(f"/opleidingen/{course}/kiezen")
    check = browser.submit(question, "/controleren", start=start.isoformat())
    page = browser.submit(check, "/controleren")
    assert "/keuzes/" in page.url, page.url
    return Agreed(course, page.url.rsplit("/", 1)[-1], page.text["code"].strip())


@pytest.fixture(scope="module")
def agreed(scheme: Machine, schools: dict[str, School]) -> Agreed:
    """Fatima agrees to a course on 2 January; it starts ten days later."""
    move_to(scheme, NEW_YEAR)
    with Browser(scheme.url) as fatima:
        log_in(fatima, FATIMA)
        return agree(fatima, course_of(schools, fatima), START)


@pytest.fixture(scope="module")
def claimed(scheme: Machine, schools: dict[str, School], agreed: Agreed) -> dict[str, Any]:
    """The provider redeems the code and claims the first instalment on the first day."""
    school = schools[agreed.course]
    move_to(scheme, START)
    school.log_in()
    enrolment = school.redeem(agreed.code)
    claim = school.claim(enrolment["id"], enrolment["terms"][0], {})
    assert claim["state"] == "submitted", claim
    return claim


def settled_state(scheme: Machine, school: School, claim: str, *, wanted: str) -> str:
    """The claim's state, once the worker has seen it."""
    state = ""
    for _ in range(60):
        answer = httpx.get(f"{scheme.url}/api/v1/claims/{claim}", headers=bearer(school))
        state = answer.json()["state"]
        if state == wanted:
            break
        time.sleep(0.5)
    return state


def bearer(school: School) -> dict[str, str]:
    return {"Authorization": school._client.headers["Authorization"]}


def test_fatima_sees_her_credit_and_why(scheme: Machine) -> None:
    move_to(scheme, NEW_YEAR)
    with Browser(scheme.url) as fatima:
        home = log_in(fatima, FATIMA)
        why = next(link for link in home.links if "/besluiten/" in link)
        decision = fatima.open(why)

    assert euros(home.text["balance"]) == 1800  # 800 a year, 700 coach or EVC, 300 childcare
    assert decision.status == 200


def test_fatima_agrees_and_her_credit_is_reserved(scheme: Machine, agreed: Agreed) -> None:
    move_to(scheme, NEW_YEAR)
    with Browser(scheme.url) as fatima:
        home = log_in(fatima, FATIMA)
        again = fatima.open(f"/keuzes/{agreed.enrolment}")

    assert euros(home.text["balance"]) < 1800
    assert again.text["code"].strip() == agreed.code


def test_fatima_cancels_before_the_start_and_has_all_her_credit_back(
    scheme: Machine, schools: dict[str, School]
) -> None:
    move_to(scheme, NEW_YEAR)
    with Browser(scheme.url) as thomas:
        before = log_in(thomas, "999900067").text["balance"]
        regretted = agree(thomas, course_of(schools, thomas), START)
        thomas.submit(thomas.open(f"/keuzes/{regretted.enrolment}/annuleren"), "/annuleren")
        after = thomas.open("/").text["balance"]

    assert euros(after) == euros(before)


def test_henk_cannot_see_what_fatima_chose(scheme: Machine, agreed: Agreed) -> None:
    with Browser(scheme.url) as henk:
        log_in(henk, HENK)
        page = henk.open(f"/keuzes/{agreed.enrolment}")

    assert page.status == 404


def test_a_provider_claims_and_a_worker_approves(
    scheme: Machine, schools: dict[str, School], agreed: Agreed, claimed: dict[str, Any]
) -> None:
    school = schools[agreed.course]

    assert settled_state(scheme, school, claimed["id"], wanted="approved") == "approved"


def test_a_code_works_once(
    scheme: Machine, schools: dict[str, School], agreed: Agreed, claimed: dict[str, Any]
) -> None:
    school = schools[agreed.course]

    answer = httpx.post(
        f"{scheme.url}/api/v1/enrolments",
        json={"code": agreed.code},
        headers={**bearer(school), "Idempotency-Key": "another-one"},
    )

    assert answer.status_code in (409, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_another_provider_finds_nothing(
    scheme: Machine, schools: dict[str, School], agreed: Agreed, claimed: dict[str, Any]
) -> None:
    other = next(school for school in schools.values() if school is not schools[agreed.course])
    other.log_in()

    for path in (f"enrolments/{agreed.enrolment}", f"claims/{claimed['id']}"):
        answer = httpx.get(f"{scheme.url}/api/v1/{path}", headers=bearer(other))
        assert answer.status_code == 404


def test_a_claim_is_paid_by_two_people_and_the_provider_sees_it(
    scheme: Machine, schools: dict[str, School], agreed: Agreed, claimed: dict[str, Any]
) -> None:
    school = schools[agreed.course]
    settled_state(scheme, school, claimed["id"], wanted="approved")

    scheme.manage("prepare_payments", "--by", "ineke")
    with pytest.raises(Exception, match="release_payments"):
        scheme.manage("release_payments", "--by", "ineke")
    scheme.manage("release_payments", "--by", "bas")
    scheme.manage("settle_payments", "--by", "ineke")
    payments = httpx.get(f"{scheme.url}/api/v1/payments", headers=bearer(school)).json()["items"]

    assert settled_state(scheme, school, claimed["id"], wanted="paid") == "paid"
    assert [(payment["amount"], payment["state"]) for payment in payments] == [
        (claimed["amount"], "paid")
    ]


def test_an_auditor_follows_the_payment_back_to_the_decision(
    scheme: Machine, agreed: Agreed, claimed: dict[str, Any]
) -> None:
    with Browser(scheme.url) as amir:
        door = amir.open("/audit/")
        overview = amir.submit(door, "login", username="amir", password=PASSWORD)
        balance = amir.open("/audit/trial-balance")
        enrolment = amir.open(f"/audit/enrolments/{agreed.enrolment}")
        claim = amir.open(f"/audit/claims/{claimed['id']}")
        account = amir.open(f"/audit/accounts/reserved:{agreed.enrolment}")
        transfer = amir.open(next(link for link in account.links if "/audit/transfers/" in link))

    for page in (overview, balance, enrolment, claim, account, transfer):
        assert page.status == 200, page.url
    assert any(agreed.enrolment in link for link in claim.links)


def test_the_books_balance_and_nothing_is_left_to_do(
    scheme: Machine, claimed: dict[str, Any]
) -> None:
    summary = scheme.manage("summary")

    assert "trialBalance: 0.00" in summary
    assert "findings: []" in summary


def test_a_workers_lines_are_json_as_those_of_the_web_are(
    scheme: Machine, claimed: dict[str, Any]
) -> None:
    lines = (next(scheme.logs.glob("worker*.log"))).read_text().splitlines()
    said = [json.loads(line) for line in lines if line.startswith("{")]

    assert any(line["logger"] == "celery.apps.worker" for line in said)
    assert not [line for line in lines if line.startswith("[20")]  # as Celery writes by itself
