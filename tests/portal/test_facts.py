"""What is known of someone and from whom; telling something else; showing that it is so."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ontwikkelrekening.citizens.evidence import ask_sample, judge
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Circumstance, Citizen, Exhibit
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.eligibility.facts import circumstances_of
from ontwikkelrekening.eligibility.models import Decision
from tests.portal.test_account import text_of
from tests.portal.world import FATIMA_BSN, HENK_BSN, TODAY, Town, log_in
from tests.portal.world import _person as portal_person

PDF = b"%PDF-1.7 arbeidscontract"


def document(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("contract.pdf", content)


def asked(town: Town) -> Circumstance:
    ask_sample(per_cent=100, seed="1", on=TODAY.date())
    return Circumstance.objects.get(citizen__account_code=town.fatima, kind="contract")


def test_fatima_sees_what_is_known_and_from_whom(fatima: Client) -> None:
    text = text_of(fatima.get("/mijn-gegevens"))

    assert (
        "Uw werk Werk via een uitzendbureau Sinds 1 september 2025. Bron: u vertelde het ons."
        in text
    )
    assert "Alleen met een kind onder de 18 jaar thuis" in text
    assert "Fatima Test Geboren op 3 april 1991" in text
    assert "Uw opleiding Dit weten wij niet. Vertel het ons" in text


def test_the_page_says_what_stays_after_erasure_and_that_is_what_stays(
    fatima: Client, town: Town
) -> None:
    text = text_of(fatima.get("/mijn-gegevens"))
    assert "Uw besluiten en betalingen blijven minstens zeven jaar staan." in text
    assert "De gegevens die telden bij een besluit, wissen we ook." in text

    erase(Citizen.objects.get(account_code=town.fatima), at=TODAY)

    decision = Decision.objects.get(account_code=town.fatima)
    assert (decision.facts, decision.outcome) == ({}, "granted")
    assert not Circumstance.objects.filter(citizen__account_code=town.fatima).exists()


def test_of_two_sources_the_page_says_which_counts(fatima: Client, town: Town) -> None:
    stated = (Stated("contract", "permanent", date(2025, 9, 1), source="register"),)
    person = portal_person("Fatima", FATIMA_BSN, 1991)
    register([NewCitizen(person.identity, person.born_on, "nl", stated)], at=TODAY)

    text = text_of(fatima.get("/mijn-gegevens"))

    assert "Uw werk Een vaste baan Sinds 1 september 2025. Bron: uit een register." in text
    assert "Wat nu niet meetelt : Uw werk Werk via een uitzendbureau" in text


def test_a_change_of_work_counts_from_its_day(fatima: Client, town: Town) -> None:
    answer = fatima.post(
        "/mijn-gegevens/contract", {"value": "permanent", "valid_from": "2026-03-01"}, follow=True
    )

    assert "Wij hebben bewaard wat u vertelde." in text_of(answer)
    assert "Uw werk Een vaste baan Sinds 1 maart 2026" in text_of(answer)
    assert (
        circumstances_of([town.fatima], on=date(2026, 2, 28))[town.fatima]["contract"] == "agency"
    )
    assert (
        circumstances_of([town.fatima], on=date(2026, 3, 1))[town.fatima]["contract"] == "permanent"
    )


def test_what_does_not_count_because_something_began_later_is_not_promised_to_count(
    fatima: Client,
) -> None:
    asked = text_of(fatima.get("/mijn-gegevens/contract"))
    earlier = {"value": "temporary", "valid_from": "2025-03-01"}

    told = text_of(fatima.post("/mijn-gegevens/contract", earlier, follow=True))
    again = {"value": "temporary", "valid_from": "2025-09-02"}
    retold = text_of(fatima.post("/mijn-gegevens/contract", again, follow=True))

    assert "telt meteen mee" not in asked
    assert "Wij hebben bewaard wat u vertelde." in told
    assert "Het telt mee vanaf het volgende besluit." not in told
    assert "Maar iets anders telt: “Werk via een uitzendbureau”, sinds 1 september 2025" in told
    assert "Vertel het dan opnieuw, met een dag na 1 september 2025." in told
    assert "Het telt mee vanaf het volgende besluit." in retold


def test_what_is_over_is_said_to_be_over(fatima: Client) -> None:
    over = {"value": "on_call", "valid_from": "2026-02-01", "valid_until": "2026-02-28"}

    told = text_of(fatima.post("/mijn-gegevens/contract", over, follow=True))

    assert "Het telt nu niet mee, want de laatste dag is voorbij." in told


def test_sent_twice_it_is_stated_once_and_a_mistake_is_stated_again(
    fatima: Client, town: Town
) -> None:
    for value in ("permanent", "permanent", "temporary"):
        fatima.post("/mijn-gegevens/contract", {"value": value, "valid_from": "01-03-2026"})

    mine = Circumstance.objects.filter(citizen__account_code=town.fatima, kind="contract")
    assert mine.count() == 3
    assert circumstances_of([town.fatima], on=TODAY.date())[town.fatima]["contract"] == "temporary"


def test_raising_a_child_alone_ends_on_the_day_the_child_turns_18(
    fatima: Client, town: Town
) -> None:
    fatima.post(
        "/mijn-gegevens/household",
        {"value": "sole_parent", "valid_from": "2026-03-01", "valid_until": "2027-05-09"},
    )

    def at_home(day: date) -> str | None:
        return circumstances_of([town.fatima], on=day)[town.fatima].get("household")

    mine = Circumstance.objects.filter(citizen__account_code=town.fatima, kind="household")
    assert mine.latest("recorded_at").valid_until == date(2027, 5, 9)
    assert at_home(date(2027, 5, 8)) == "sole_parent"
    assert at_home(date(2027, 5, 9)) is None


def test_the_last_day_of_a_job_still_counts(fatima: Client, town: Town) -> None:
    fatima.post(
        "/mijn-gegevens/contract",
        {"value": "on_call", "valid_from": "2026-02-01", "valid_until": "2026-02-28"},
    )

    def work(day: date) -> str | None:
        return circumstances_of([town.fatima], on=day)[town.fatima].get("contract")

    assert work(date(2026, 1, 31)) == "agency"
    assert work(date(2026, 2, 28)) == "on_call"
    assert work(date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        ("contract", {"valid_from": "2026-03-01"}, "Kies wat het is."),
        ("contract", {"value": "permanent"}, "Vul in sinds wanneer dit zo is."),
        ("contract", {"value": "permanent", "valid_from": "2026-03-03"}, "Deze dag komt nog."),
        ("contract", {"value": "permanent", "valid_from": "1980-01-01"}, "voor uw geboorte"),
        ("contract", {"value": "baas", "valid_from": "2026-03-01"}, "geldige keuze"),
        ("working_since", {"valid_from": "31-02-2020"}, "Deze datum bestaat niet."),
        (
            "contract",
            {"value": "permanent", "valid_from": "2026-03-01", "valid_until": "2026-02-01"},
            "Het einde moet na het begin liggen.",
        ),
        (
            "contract",
            {"value": "permanent", "valid_from": "2026-03-01", "valid_until": "9999-12-31"},
            "Deze dag is te ver weg.",
        ),
        ("working_since", {"valid_from": "2026-03-03"}, "Deze dag komt nog."),
        (
            "household",
            {"value": "sole_parent", "valid_from": "2026-03-01", "valid_until": "2205-05-01"},
            "Een kind wordt binnen 18 jaar 18.",
        ),
        (
            "household",
            {"value": "sole_parent", "valid_from": "2026-03-01"},
            "Vul in wanneer uw jongste kind 18 wordt.",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_the_question(
    fatima: Client, kind: str, given: dict[str, str], sentence: str
) -> None:
    before = Circumstance.objects.count()

    answer = fatima.post(f"/mijn-gegevens/{kind}", given)

    assert answer.status_code == 422
    assert answer.content.decode().count(sentence) == 2
    assert Circumstance.objects.count() == before


def test_nothing_is_asked_that_no_rule_needs(fatima: Client) -> None:
    assert fatima.get("/mijn-gegevens/sex").status_code == 404
    assert fatima.get("/mijn-gegevens/haircolour").status_code == 404
    assert "Vrouw of man" not in text_of(fatima.get("/mijn-gegevens"))


def test_evidence_that_is_asked_can_be_handed_in_and_goes_when_it_is_judged(
    fatima: Client, town: Town
) -> None:
    fact = asked(town)
    page = f"/mijn-gegevens/bewijs/{fact.pk}"
    listed = text_of(fatima.get("/mijn-gegevens"))

    handed = fatima.post(page, {"document": document()}, follow=True)

    assert "Werk via een uitzendbureau , uiterlijk op 30 maart 2026" in listed
    assert "Wij vragen u om bewijs van iets wat u vertelde." in text_of(fatima.get("/"))
    assert "Dit hebben wij van u gekregen." in text_of(handed)
    assert PDF not in bytes(Exhibit.objects.get().content)
    fact.refresh_from_db()
    judge(fact, holds=True, by="rosa", at=TODAY)
    assert not Exhibit.objects.exists()
    assert fatima.get(page).status_code == 404
    assert "Wij vragen u om bewijs van" in text_of(fatima.get("/"))  # of the other facts
    assert "Gecontroleerd" in text_of(fatima.get("/mijn-gegevens"))
    assert "beoordeelde wat u liet zien" in text_of(fatima.get("/wie-keek"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Dit bestand is leeg."),
        (b"<html>", "Wij kunnen pdf, JPEG en PNG lezen."),
        (PDF + b"x" * 5 * 1024 * 1024, "groter dan 5 MB"),
        (PDF + b"x" * 7 * 1024 * 1024, "Kies een bestand van hoogstens 5 MB."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    fatima: Client, town: Town, content: bytes, sentence: str
) -> None:
    answer = fatima.post(f"/mijn-gegevens/bewijs/{asked(town).pk}", {"document": document(content)})

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Exhibit.objects.exists()


def test_after_a_rejection_the_next_statement_is_asked_about_too(
    fatima: Client, town: Town
) -> None:
    judge(asked(town), holds=False, by="rosa", at=TODAY)

    fatima.post("/mijn-gegevens/contract", {"value": "on_call", "valid_from": "2026-03-01"})

    latest = Circumstance.objects.filter(kind="contract").latest("pk")
    assert (latest.value, latest.evidence, latest.evidence_due_on) == (
        "on_call", "asked", date(2026, 3, 30),
    )  # fmt: skip


def test_nobody_sees_or_shows_for_someone_else(town: Town) -> None:
    fact = asked(town)
    henk = log_in(HENK_BSN)

    answer = henk.post(f"/mijn-gegevens/bewijs/{fact.pk}", {"document": document()})

    assert answer.status_code == 404
    assert "uitzendbureau" not in text_of(henk.get("/mijn-gegevens"))
    assert Client().get("/mijn-gegevens").status_code == 403
