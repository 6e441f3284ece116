"""What staff do by hand: the same domain calls as the API, with the same rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from ontwikkelrekening.logs import JsonLines
from providers.claiming import reviewing
from providers.models import Claim, Course, Enrolment, StateChange
from providers.outbox import drain
from providers.states import ClaimState, CourseState
from tests.provider_area.world import School, log_in, send, text
from tests.providers.world import MONDAY, claim, digital_skills

COURSE = {
    "code": "BAR-01",
    "name": "Barista in twee dagen",
    "category": "module",
    "price": "210,00",
    "hours": "14",
    "sessions": "2",
    "weeks": "2",
    "mode": "presential",
    "language": "nld",
    "has_certificate": "on",
}


def test_the_home_page_counts_what_matters(school: School, desk: Client) -> None:
    claim(school.running)
    drain()
    page = text(desk.get("/opleiders/"))

    assert "Zorgschool De Linde" in page
    assert "€\xa0130,00" in page  # approved, to be paid


def test_a_course_is_registered_published_withdrawn_and_changed(
    school: School, desk: Client
) -> None:
    made = send(desk, "opleidingen/nieuw", **COURSE)
    course = Course.objects.get(code="BAR-01")
    assert made["Location"] == f"/opleiders/opleidingen/{course.pk}"
    assert "De opleiding is opgevoerd." in text(desk.get(made["Location"]))

    send(desk, f"opleidingen/{course.pk}/publiceren")
    send(desk, f"opleidingen/{course.pk}/intrekken")
    send(desk, f"opleidingen/{course.pk}/wijzigen", **{**COURSE, "price": "€ 1.195,50"})

    course.refresh_from_db()
    assert (course.state, str(course.price.amount)) == (CourseState.WITHDRAWN, "1195.50")
    moves = StateChange.objects.filter(subject_id=course.pk).order_by("id")
    assert [move.event for move in moves] == ["publish", "withdraw", "revise"]
    assert {move.actor[:9] for move in moves} == {"employee:"}


def test_a_published_course_is_not_changed(school: School, desk: Client) -> None:
    answer = send(desk, f"opleidingen/{school.course.pk}/wijzigen", **COURSE)

    assert answer.status_code == 422
    assert "Dit kan niet meer" in text(answer)
    school.course.refresh_from_db()
    assert school.course.name == "Basis digitale vaardigheden"


def test_what_people_agreed_to_stays_but_the_words_may_change(school: School, desk: Client) -> None:
    path = f"opleidingen/{school.course.pk}"
    send(desk, f"{path}/intrekken")
    same = {
        **COURSE,
        "category": "course",
        "price": "260",
        "hours": "24",
        "sessions": "8",
        "weeks": "8",
    }

    dearer = send(desk, f"{path}/wijzigen", **{**same, "price": "261"})
    renamed = send(desk, f"{path}/wijzigen", **{**same, "name": "Digitaal op weg"})

    assert dearer.status_code == 422
    assert "Mensen kozen deze opleiding zoals ze is." in text(dearer)
    assert renamed.status_code == 302
    school.course.refresh_from_db()
    assert school.course.name == "Digitaal op weg"


def test_a_code_of_ones_own_course_enrols_once(school: School, desk: Client) -> None:
    answer = send(desk, "inschrijvingen/code", code=school.code.lower().replace("-", " "))

    assert answer.status_code == 302
    assert "De burger is ingeschreven." in text(desk.get(answer["Location"]))
    again = send(desk, "inschrijvingen/code", code=school.code)
    assert again.status_code == 422
    assert "Deze code is al gebruikt." in text(again)
    assert school.code in text(again)


@pytest.mark.parametrize("code", ["7K3M-9QXZ-4T2P", "hallo", "", "x" * 60, "\x00"])
def test_a_code_that_is_none_is_said_beside_the_field(
    school: School, desk: Client, code: str
) -> None:
    answer = send(desk, "inschrijvingen/code", code=code)

    assert answer.status_code == 422
    assert 'id="id_code_error"' in text(answer)


def test_an_instalment_is_claimed_assessed_and_paid_for(school: School, desk: Client) -> None:
    page = f"inschrijvingen/{school.running.pk}"
    assert f"{page}/declareren/start" in text(desk.get(f"/opleiders/{page}"))

    asked = desk.get(f"/opleiders/{page}/declareren/start").content.decode()
    assert re.findall(r"primary-action\">(.*?)<", asked) == ["Declareren"]
    answer = send(desk, f"{page}/declareren/start", amount="130,00")
    drain()

    made = Claim.objects.get()
    assert answer["Location"] == f"/opleiders/declaraties/{made.pk}"
    assert (made.state, made.evidence) == (ClaimState.APPROVED, {})
    assert made.submitted_by.startswith("employee:")
    assert "in de volgende betaling" in text(desk.get(answer["Location"]))
    assert f"{page}/declareren/start" not in text(desk.get(f"/opleiders/{page}"))


def test_a_claim_in_review_says_why_in_the_readers_language(school: School, desk: Client) -> None:
    send(
        desk,
        f"inschrijvingen/{school.running.pk}/declareren/completion",
        amount="130",
        attendance="60",
    )
    drain()
    made = Claim.objects.get()

    dutch = text(desk.get(f"/opleiders/declaraties/{made.pk}"))
    english = text(log_in(school.provider, language="en").get("/opleiders/declaraties"))

    assert made.evidence == {"attendance": 60}
    assert "geen certificaat, te weinig aanwezigheid en geen examen gedaan" in dutch
    assert "too little attendance" in english


def test_the_reason_of_a_refusal_is_read_as_it_was_written(school: School, desk: Client) -> None:
    made = claim(school.running, "completion")
    drain()
    reviewing.refuse(made, by="rosa", reason="De lijst van 12 maart klopt niet.", at=MONDAY)
    reviewing.confirm_refusal(made, by="sam", at=MONDAY)

    page = text(desk.get(f"/opleiders/declaraties/{made.pk}"))

    assert "De lijst van 12 maart klopt niet." in page


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("130,01", "Het bedrag is hoger dan de termijn"),
        ("0", "Vul een bedrag in euro’s in"),
        ("-5", "Vul een bedrag in euro’s in"),
        ("1e3", "Vul een bedrag in euro’s in"),
        ("12,345", "Vul een bedrag in euro’s in"),
        ("veel", "Vul een bedrag in euro’s in"),
        ("", "Vul dit in."),
    ],
)
def test_an_amount_that_cannot_be_is_said_beside_the_field(
    school: School, desk: Client, amount: str, sentence: str
) -> None:
    answer = send(desk, f"inschrijvingen/{school.running.pk}/declareren/start", amount=amount)

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert 'id="id_amount_error"' in text(answer)
    assert not Claim.objects.exists()


def test_an_instalment_that_is_not_in_the_terms_is_not_there(school: School, desk: Client) -> None:
    assert (
        desk.get(f"/opleiders/inschrijvingen/{school.running.pk}/declareren/bonus").status_code
        == 404
    )


def test_a_claim_is_taken_back_and_claimed_again(school: School, desk: Client) -> None:
    made = claim(school.running)

    send(desk, f"declaraties/{made.pk}/intrekken")
    again = send(desk, f"inschrijvingen/{school.running.pk}/declareren/start", amount="130")

    made.refresh_from_db()
    assert made.state == ClaimState.WITHDRAWN
    assert again.status_code == 302


def test_a_decided_claim_is_not_taken_back(school: School, desk: Client) -> None:
    made = claim(school.running)
    drain()

    answer = send(desk, f"declaraties/{made.pk}/intrekken")

    assert answer.status_code == 422
    assert "Dit kan niet meer" in text(answer)


def test_only_what_has_still_to_be_claimed_is_listed_as_such(school: School, desk: Client) -> None:
    listed = "/opleiders/inschrijvingen?show=claimable"
    assert str(school.running.pk) in text(desk.get(listed))

    claim(school.running)
    assert str(school.running.pk) in text(desk.get(listed))
    second = claim(school.running, "completion")
    assert str(school.running.pk) not in text(desk.get(listed))
    send(desk, f"declaraties/{second.pk}/intrekken")
    assert str(school.running.pk) in text(desk.get(listed))


def test_a_course_that_has_still_to_start_is_counted(school: School, desk: Client) -> None:
    assert Enrolment.objects.of(school.provider).coming(on=MONDAY.date()).count() == 0
    assert not Enrolment.objects.coming(on=MONDAY.date().replace(day=1)).exclude(
        pk=school.running.pk
    )
    assert Enrolment.objects.coming(on=MONDAY.date().replace(day=1)).count() == 1


def test_a_table_is_downloaded_with_formulas_disarmed(school: School, desk: Client) -> None:
    digital_skills(school.provider, code="=1+1", name="@SUM(A1)")

    answer = desk.get("/opleiders/opleidingen?download=courses")
    body = b"".join(answer).decode()

    assert answer["Content-Type"].startswith("text/csv")
    assert "'=1+1" in body
    assert "'@SUM(A1)" in body


def test_pages_take_few_queries_however_many_rows(
    school: School, desk: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        digital_skills(school.provider, code=f"X{number}")
    for path in ("", "opleidingen", "inschrijvingen", "declaraties", "betalingen"):
        with django_assert_max_num_queries(12):
            assert desk.get(f"/opleiders/{path}").status_code == 200


def test_a_failure_of_a_page_is_logged_with_where_and_tells_the_reader_nothing(
    desk: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("row of Fatima")

    monkeypatch.setattr("ontwikkelrekening.provider_area.views.courses.table_on", fail)
    desk.raise_request_exception = False

    answer = desk.get("/opleiders/opleidingen")
    missing = desk.get("/opleiders/opleidingen/00000000-0000-4000-8000-000000000000")

    assert (answer.status_code, missing.status_code) == (500, 404)
    assert "Fatima" not in text(answer)
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    line = JsonLines().format(record)
    assert '"error": "RuntimeError"' in line
    assert "views/courses.py" in line
    assert "Fatima" not in line
