"""Staff judge evidence and take in a register's extract."""

from __future__ import annotations

import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ontwikkelrekening.citizens.evidence import ask_sample, hand_in
from ontwikkelrekening.citizens.models import AccessLog, Circumstance, Exhibit
from tests.audit.world import Year, logged_in, say

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 arbeidscontract"
FACTS = "/admin/citizens/circumstance/"
HEADER = "bsn,kind,value,valid_from\n"


@pytest.fixture
def fact(year: Year) -> Circumstance:
    """Fatima's own word about her work, asked about and shown."""
    ask_sample(per_cent=100, seed="1", on=timezone.localdate())
    fact = Circumstance.objects.get(citizen__account_code=year.world.fatima, kind="contract")
    hand_in(fact, PDF, at=timezone.now())
    return fact


def extract(*rows: str, name: str = "register.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (HEADER + "\n".join(rows)).encode())


def test_a_reviewer_opens_what_was_shown_and_judges_it(year: Year, fact: Circumstance) -> None:
    rosa = logged_in("rosa", "reviewers")
    page = f"{FACTS}{fact.pk}/change/"

    listed = rosa.get(FACTS).content.decode()
    opened = rosa.get(page).content.decode()
    document = rosa.get(f"{FACTS}{fact.pk}/document/{Exhibit.objects.get().pk}")
    said = say(rosa, f"{FACTS}{fact.pk}/do/stands")

    assert year.world.fatima in listed
    assert "soort werk" in listed
    assert "oproepwerk" not in listed
    assert "soort werk: oproepwerk" in opened
    assert "28 dagen" in listed
    assert f"/document/{document.request['PATH_INFO'].rsplit('/', 1)[1]}" in opened
    assert document.content == PDF
    assert document["Content-Disposition"].startswith("attachment;")
    assert "Wat is getoond, is weggegooid." in said
    fact.refresh_from_db()
    assert (fact.evidence, fact.judged_by) == ("seen", "rosa")
    assert not Exhibit.objects.exists()
    looks = AccessLog.objects.filter(citizen=fact.citizen, actor="rosa")
    assert set(looks.values_list("purpose", flat=True)) == {"evidence", "judged"}
    assert rosa.post(f"{FACTS}{fact.pk}/do/falls").status_code == 302
    fact.refresh_from_db()
    assert fact.evidence == "seen"


def test_evidence_that_shows_nothing_ends_the_statement(fact: Circumstance) -> None:
    said = say(logged_in("rosa", "reviewers"), f"{FACTS}{fact.pk}/do/falls")

    fact.refresh_from_db()
    assert "telt niet meer mee" in said
    assert fact.evidence == "rejected"


@pytest.mark.parametrize("group", ["auditors", "policy-officers", "payment-officers"])
def test_others_see_no_evidence(year: Year, fact: Circumstance, group: str) -> None:
    other = logged_in("otto", group)

    for address in (
        FACTS,
        f"{FACTS}{fact.pk}/document/{Exhibit.objects.get().pk}",
        f"{FACTS}do/import",
    ):
        assert other.get(address).status_code in (302, 403)


def test_an_extract_is_taken_in_with_a_report_for_every_row(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")
    bsn = "111111110"
    rows = (
        f"{bsn},education,mbo3,2020-01-01",
        f"{bsn},education,doctor,2021-01-01",
        "123456789,education,mbo3,2020-01-01",
    )

    first = say(rosa, f"{FACTS}do/import", source="register", file=extract(*rows))
    second = say(rosa, f"{FACTS}do/import", source="register", file=extract(*rows))

    assert "Toegevoegd: <strong>1</strong>" in first
    assert "Afgewezen: <strong>2</strong>" in first
    assert "<td>3</td><td>afgewezen</td><td>onbekende waarde" in first
    assert "Was al bekend: <strong>1</strong>" in second
    assert "doctor" not in first.replace("university", "")
    assert Circumstance.objects.get(source="register").value == "mbo3"


def test_of_many_rows_the_report_shows_those_that_were_refused(year: Year) -> None:
    rows = ["111111110,education,mbo3,2020-01-01"] * 1001

    answer = logged_in("rosa", "reviewers").post(
        f"{FACTS}do/import", {"source": "register", "file": extract(*rows, "x")}
    )

    assert "U ziet 1000 regels. Afgewezen regels gaan voor." in answer.content.decode()
    assert [number for _words, number in answer.context["totals"]] == [1, 1000, 1]
    assert len(answer.context["lines"]) == 1000
    assert answer.context["lines"][-1][:2] == (1003, "afgewezen")


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("foto.png", b"x"), "heet niet .csv, .json"),
        (None, "Kies een bestand van hoogstens 6 MB."),
        (SimpleUploadedFile("leeg.csv", b""), "leeg"),
        (SimpleUploadedFile("klein.csv.gz", gzip.compress(b"," * 7_000_000)), "groter dan 6 MB"),
        (SimpleUploadedFile("klein.json.gz", gzip.compress(b"[" * 7_000_000)), "groter dan 6 MB"),
        (SimpleUploadedFile("lang.csv", b"x\r" * 20_001), "meer dan 20000 regels"),
        (SimpleUploadedFile("lang.json.gz", gzip.compress(b"{}" * 20_001)), "meer dan 20000"),
        (SimpleUploadedFile("stuk.csv.gz", gzip.compress(b"bsn,kind")[:-4]), "beschadigd"),
    ],
)
def test_a_file_that_is_no_extract_is_asked_again(
    year: Year, file: SimpleUploadedFile | None, sentence: str
) -> None:
    answers: dict[str, object] = {"source": "register"} | ({"file": file} if file else {})

    assert sentence in say(logged_in("rosa", "reviewers"), f"{FACTS}do/import", **answers)


def test_the_list_asks_as_often_for_many_as_for_one(year: Year, fact: Circumstance) -> None:
    rosa = logged_in("rosa", "reviewers")
    rosa.get(FACTS)
    with CaptureQueriesContext(connection) as before:
        rosa.get(f"{FACTS}?kind=contract")
    with CaptureQueriesContext(connection) as after:
        rosa.get(FACTS)

    assert len(after) == len(before)
