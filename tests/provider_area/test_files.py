"""A file of courses on the page: looked at first, every error beside its row, taken in once and whole."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from providers.importing import Outcome, Reason, hand_in, look, take_in
from providers.models import Course, CourseFile, StateChange
from providers.publishing import withdraw
from tests.provider_area.world import School, build_school, log_in, text
from tests.providers.world import MONDAY, de_linde, digital_skills
from tests.racing import Beside

HEADER = "primaryCode;name;category;price;studyLoad;sessions;duration;place"
# what the course of the school says already
KNOWN = "DIG-01;Basis digitale vaardigheden;course;260,00;24;8;P8W;"
HALF = json.dumps(
    [
        {
            "primaryCode": {"code": "CODE"},
            "name": [{"language": "nl", "value": "x"}],
            "studyLoad": [{"studyLoadUnit": "hour", "value": 1}],
            "consumer": {"consumerKey": "ontwikkelrekening", "category": "course", "price": 1},
        }
    ]
).encode()
NEW = "HOR-03;Barista in twee dagen;module;210,00;14;;P2W;Heerlen"


def file_of(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows)).encode()


def upload(desk: Client, content: bytes, name: str = "opleidingen.csv") -> Any:
    given = {"once": str(uuid4()), "file": SimpleUploadedFile(name, content)}
    return desk.post("/opleiders/opleidingen/bestand", given)


def handed_in(desk: Client, content: bytes, name: str = "opleidingen.csv") -> str:
    answer = upload(desk, content, name)
    assert answer.status_code == 302, text(answer)
    address: str = answer["Location"]
    return address


def agree(desk: Client, address: str, *, publish: bool = True, key: str = "") -> Any:
    given = {"once": key or str(uuid4()), **({"publish": "on"} if publish else {})}
    return desk.post(address, given)


def outcomes(school: School, *rows: str) -> list[str]:
    file = hand_in(school.provider, file_of(*rows).decode(), name="x", by="x", at=MONDAY)
    return [line.outcome for line in sorted(look(file), key=lambda line: line.number)]


def test_a_file_is_looked_at_before_anything_changes(school: School, desk: Client) -> None:
    page = text(desk.get(handed_in(desk, file_of(KNOWN, NEW))))

    assert "Barista in twee dagen" in page
    assert re.findall(r"<dt>(\w[^<]*)</dt><dd class=\"num\">(\d+)", page) == [
        ("Klopt niet", "0"),
        ("Nieuw", "1"),
        ("Verandert", "0"),
        ("Is er al", "1"),
    ]
    assert Course.objects.count() == 1


def test_it_is_taken_in_once_and_again_changes_nothing(school: School, desk: Client) -> None:
    address, key = handed_in(desk, file_of(KNOWN, NEW)), str(uuid4())

    first, twin, later = agree(desk, address, key=key), agree(desk, address, key=key), None
    later = agree(desk, address)

    assert [each.status_code for each in (first, twin, later)] == [302, 302, 302]
    made = Course.objects.get(code="HOR-03")
    assert (made.state, made.weeks, made.sessions, made.place) == ("published", 2, 1, "Heerlen")
    assert StateChange.objects.filter(subject_id=made.pk).count() == 1
    assert "Alles uit dit bestand is er al" in text(desk.get(address))


def test_new_courses_may_stay_drafts(school: School, desk: Client) -> None:
    agree(desk, handed_in(desk, file_of(NEW)), publish=False)

    assert Course.objects.get(code="HOR-03").state == "draft"


def test_every_error_stands_beside_its_row_and_nothing_is_taken_in(
    school: School, desk: Client
) -> None:
    rows = (NEW, "HOR-03;Nog eens;module;10,00;1;;;", ";<b>x</b>;wellness;0;9999999999;x;8 weken;")
    address = handed_in(desk, file_of(*rows))
    page, refused = text(desk.get(address)), agree(desk, address)

    assert "2 regels kloppen niet" in page
    assert "primaryCode: Deze opleiding staat twee keer in het bestand." in page
    for field in ("primaryCode", "category", "price", "studyLoad", "sessions", "duration"):
        assert f"{field}: " in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert refused.status_code == 422
    assert "Sommige regels kloppen niet" in text(refused)
    assert not Course.objects.filter(code="HOR-03").exists()


def test_the_report_can_be_downloaded_and_starts_no_formula(school: School, desk: Client) -> None:
    address = handed_in(desk, file_of('=HYPERLINK("x");=1+1;wellness;1;1;;;'))

    report = b"".join(desk.get(f"{address}?download=rows")).decode()

    assert "'=1+1" in report
    assert "wellness" in report


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Dit bestand is leeg"),
        (b" \n", "Het bestand is leeg"),
        (b"PK\x03\x04xlsx", "Dit is een rekenblad"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Dit is geen tekstbestand"),
    ],
)
def test_what_is_no_text_is_refused_beside_the_field(
    school: School, desk: Client, content: bytes, said: str
) -> None:
    answer = upload(desk, content)

    assert answer.status_code == 422
    assert said in text(answer)
    assert not CourseFile.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"naam;prijs\nx;1\n",
        b"{",
        b"[[]]",
        b"[" * 50_000,
        b'[{"a": ' + b"9" * 5000 + b"}]",
        HALF.replace(b"CODE", b"\\ud800"),
        HALF.replace(b"course", b"\\ud800"),
        b'{"items": 3}',
        b'[{"consumer": null}]',
        file_of(f"{NEW};te veel"),
        file_of('"nooit dicht'),
        file_of("x" * 200_000),
        HEADER.encode() + b";" * 5_000_000,
        ";".join(map(str, range(500_000))).encode(),
    ],
)
def test_what_is_no_list_of_courses_is_shown_as_such(
    school: School, desk: Client, content: bytes
) -> None:
    assert "1 regel klopt niet" in text(desk.get(handed_in(desk, content))) or (
        "regels kloppen niet" in text(desk.get(handed_in(desk, content)))
    )


def test_the_content_says_what_a_file_is_and_not_its_name(school: School, desk: Client) -> None:
    course = {
        "primaryCode": {"codeType": "identifier", "code": "JSON-1"},
        "name": [{"language": "nl-NL", "value": "Café beginnen"}],
        "studyLoad": [{"studyLoadUnit": "hour", "value": 24}],
        "consumer": {"consumerKey": "ontwikkelrekening", "category": "course", "price": "99.95"},
    }
    agree(desk, handed_in(desk, json.dumps([course]).encode("utf-8-sig"), "lijst.csv"))
    windows = file_of(NEW.replace("Heerlen", "Één")).decode().encode("cp1252")
    agree(desk, handed_in(desk, windows, "lijst.json"))

    assert Course.objects.get(code="JSON-1").name == "Café beginnen"
    assert Course.objects.get(code="HOR-03").place == "Één"


def test_empty_rows_of_a_spreadsheet_are_no_rows(school: School) -> None:
    assert outcomes(school, NEW, ";;;;;;;", "", ";;;;;;;", ";;") == [Outcome.NEW]


def test_rows_without_a_code_are_not_called_the_same_course(school: School) -> None:
    row = NEW.replace("HOR-03", "")
    file = hand_in(school.provider, file_of(row, row).decode(), name="x", by="x", at=MONDAY)

    faults = [(each.field, each.pattern) for line in look(file) for each in line.faults]

    assert faults == [("primaryCode", Reason.NEEDED)] * 2


def test_a_code_that_only_begins_like_another_is_another_course(school: School) -> None:
    wrong = NEW.replace("HOR-03", "C" * 41).replace("210,00", "0")
    right = NEW.replace("HOR-03", "C" * 40)

    assert outcomes(school, wrong, right) == [Outcome.WRONG, Outcome.NEW]


def test_a_quote_that_is_not_closed_is_told_in_the_readers_language(
    school: School, desk: Client
) -> None:
    page = text(desk.get(handed_in(desk, file_of(NEW, 'X;"nooit dicht', "Y;Z"))))

    assert "een aanhalingsteken" in page
    assert "unexpected" not in page
    assert re.findall(r"<td[^>]*>\s*([0-9]+)\s*<", page) == ["3", "2"]


def test_columns_of_the_provider_may_only_say_what_is_registered(school: School) -> None:
    def outcome(number: str, iban: str) -> str:
        rows = f"kvkNumber;iban;{HEADER}\n{number};{iban};{NEW}"
        file = hand_in(school.provider, rows, name="x", by="x", at=MONDAY)
        return look(file)[0].outcome

    own = school.provider
    assert outcome(own.kvk_number, f"{own.iban[:4]} {own.iban[4:]}") == Outcome.NEW
    assert outcome("99999999", own.iban) == Outcome.WRONG
    assert outcome(own.kvk_number, "NL00TEST0000000000") == Outcome.WRONG


def test_while_two_people_have_to_agree_to_its_iban_the_column_is_passed_over(
    school: School,
) -> None:
    newcomer = de_linde("Taalhuis", is_paid=False)
    rows = f"iban;{HEADER}\n{newcomer.iban_changes.get().after};{NEW}"

    (line,) = look(hand_in(newcomer, rows, name="x", by="x", at=MONDAY))

    assert line.outcome == Outcome.NEW


def test_what_people_agreed_to_stays_and_the_rest_may_change(school: School) -> None:
    assert outcomes(school, KNOWN.replace("260,00", "300,00")) == [Outcome.WRONG]
    assert outcomes(school, f"{KNOWN}Kerkrade") == [Outcome.CHANGED]


def test_a_published_course_that_changes_is_withdrawn_and_published_again(school: School) -> None:
    dearer = digital_skills(school.provider, code="DIG-02")
    draft = withdraw(digital_skills(school.provider, code="DIG-03"), actor="test", at=MONDAY)
    row = KNOWN.replace("260,00", "300,00")
    content = file_of(row.replace("DIG-01", "DIG-02"), row.replace("DIG-01", "DIG-03")).decode()
    file = hand_in(school.provider, content, name="x", by="x", at=MONDAY)

    done = take_in(file, publish=True, actor="employee:x", at=MONDAY)

    def events(course: Course) -> list[str]:
        made = StateChange.objects.filter(subject_id=course.pk, actor="employee:x")
        return list(made.order_by("pk").values_list("event", flat=True))

    dearer.refresh_from_db()
    draft.refresh_from_db()
    assert [str(each.price.amount) for each in (dearer, draft)] == ["300.00", "300.00"]
    assert (dearer.state, events(dearer)) == ("published", ["withdraw", "revise", "publish"])
    assert (draft.state, events(draft)) == ("withdrawn", ["revise"])
    assert done == {Outcome.CHANGED: 2}


def test_a_column_that_the_file_has_not_stays_as_it_is(school: School, desk: Client) -> None:
    full = {
        "description": "Twee\nregels",
        "mode": "online",
        "level": "bachelor",
        "language": "eng",
        "place": "Heerlen",
        "has_exam": True,
        "has_certificate": False,
    }
    course = digital_skills(school.provider, code="DIG-09", **full)
    few = "primaryCode,name,category,price,studyLoad,level\nDIG-09,Anders,course,260.00,24,\n"
    json_file = {
        "primaryCode": {"code": "DIG-09"},
        "name": [{"language": "nl", "value": "Nog anders"}],
        "studyLoad": [{"studyLoadUnit": "hour", "value": 24}],
        "addresses": [],
        "consumer": {"consumerKey": "ontwikkelrekening", "category": "course", "price": "260.00"},
    }

    agree(desk, handed_in(desk, few.encode()))
    course.refresh_from_db()
    assert (course.name, course.sessions, course.weeks) == ("Anders", 8, 8)
    assert {name: getattr(course, name) for name in full} == {**full, "level": ""}

    agree(desk, handed_in(desk, json.dumps([json_file]).encode()))
    course.refresh_from_db()
    assert (course.name, course.sessions, course.weeks) == ("Nog anders", 8, 8)
    assert {name: getattr(course, name) for name in full} == {**full, "level": "", "place": ""}


def test_the_page_says_what_stays_of_a_course(school: School, desk: Client) -> None:
    assert "Een kolom die niet in het bestand staat" in text(
        desk.get("/opleiders/opleidingen/bestand")
    )


def test_a_name_given_twice_is_said_to_be(school: School, desk: Client) -> None:
    double = HALF.replace(b'"price": 1', b'"price": 1, "price": 2').replace(b"CODE", b"A")

    assert "‘price’ staat twee keer" in text(desk.get(handed_in(desk, double)))


def test_ten_thousand_rows_are_taken_in_and_one_more_is_too_many(
    school: School, django_assert_max_num_queries: Any
) -> None:
    rows = [f"C-{number};Les;module;10,00;4;;;" for number in range(10_000)]
    file = hand_in(school.provider, file_of(*rows).decode(), name="x", by="x", at=MONDAY)

    with django_assert_max_num_queries(25):
        done = take_in(file, publish=True, actor="employee:x", at=MONDAY)

    assert done == {Outcome.NEW: 10_000}
    assert outcomes(school, *rows, NEW).count(Outcome.WRONG) == 1


def test_ten_thousand_courses_change_in_a_few_statements(
    school: School, django_assert_max_num_queries: Any
) -> None:
    """What is put together for long between two of them, the database ends as idle."""
    rows = [f"C-{number};Les;module;10,00;4;;;" for number in range(10_000)]
    dearer = [row.replace("10,00", "12,50") for row in rows]
    first, second = (
        hand_in(school.provider, file_of(*each).decode(), name="x", by="x", at=MONDAY)
        for each in (rows, dearer)
    )
    take_in(first, publish=True, actor="employee:x", at=MONDAY)

    with django_assert_max_num_queries(15):
        done = take_in(second, publish=True, actor="employee:x", at=MONDAY)

    assert done == {Outcome.CHANGED: 10_000}
    assert Course.objects.filter(price=12.50, state="published").count() == 10_000


def test_a_file_is_kept_for_a_week_and_is_of_one_provider(school: School, desk: Client) -> None:
    from datetime import timedelta

    old = hand_in(
        school.provider, "x", name="oud.csv", by="x", at=MONDAY - timedelta(days=7, seconds=1)
    )
    address = handed_in(desk, file_of(NEW))

    assert not CourseFile.objects.filter(pk=old.pk).exists()
    assert log_in(build_school("Taalhuis").provider).get(address).status_code == 404


def test_a_file_that_is_taken_in_holds_up_no_course_beside_it(
    own_database: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        linde = de_linde()
        file = hand_in(linde, file_of(NEW).decode(), name="x", by="x", at=MONDAY)
        with transaction.atomic():
            take_in(file, publish=True, actor="employee:x", at=MONDAY)
            beside = Beside(lambda: digital_skills(linde, code="BESIDE"))
            assert not beside.waits()
        assert beside.outcome() == "done"
