"""Objecting to a decision, and asking beforehand what one would get."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.test import Client

from ontwikkelrekening.citizens.identity import full_name
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.models import Decision, Objection
from tests.eligibility.acts import decided
from tests.eligibility.people import citizen
from tests.portal.test_account import text_of
from tests.portal.world import FATIMA_BSN, HENK_BSN, TODAY, Town, log_in

WORDS = "Ik werk sinds maart met een nulurencontract."


def path_of(town: Town, *, whose: str = "") -> str:
    decision = Decision.objects.get(account_code=whose or town.fatima)
    return f"/besluiten/{decision.pk}/bezwaar"


def test_fatima_objects_in_her_own_words_after_a_check(fatima: Client, town: Town) -> None:
    asked = text_of(fatima.get(path_of(town)))
    checked = fatima.post(path_of(town), {"words": WORDS})
    assert not Objection.objects.exists()

    sent = fatima.post(path_of(town), {"words": WORDS, "send": "1"}, follow=True)

    assert "Waarom bent u het er niet mee eens?" in asked
    assert "U krijgt nooit minder omdat u bezwaar maakt." in text_of(checked)
    assert "Ontvangen" in text_of(sent)
    assert WORDS in text_of(sent)
    assert "U krijgt uiterlijk" in text_of(sent)


def test_an_empty_objection_is_asked_again_and_a_change_keeps_the_words(
    fatima: Client, town: Town
) -> None:
    empty = fatima.post(path_of(town), {"words": " "})
    changed = fatima.post(path_of(town), {"words": WORDS, "change": "1"})

    assert empty.status_code == 422
    assert empty.content.decode().count("Vertel wat er niet klopt.") == 2
    assert f">{WORDS}</textarea>" in changed.content.decode()


def test_sending_twice_objects_once(fatima: Client, town: Town) -> None:
    for _ in range(2):
        answer = fatima.post(path_of(town), {"words": WORDS, "send": "1"})

    assert Objection.objects.count() == 1
    assert answer["Location"].endswith(str(Objection.objects.get().pk))
    letter = text_of(fatima.get(path_of(town)[: -len("/bezwaar")]))
    assert "Ik ben het er niet mee eens" not in letter
    assert "U maakte bezwaar op 2 maart 2026. Wij zijn ermee bezig." in letter


def test_words_that_cannot_be_sent_stay_with_the_reason(fatima: Client, town: Town) -> None:
    fatima.post(path_of(town), {"words": WORDS, "send": "1"})
    more = "En mijn kind is nog geen 18."

    second = fatima.post(path_of(town), {"words": more, "send": "1"})

    assert second.status_code == 422
    assert "Wij zijn ermee bezig." in text_of(second)
    assert f">{more}</textarea>" in second.content.decode()


def test_words_about_a_refusal_that_waits_for_a_person_stay_as_well(town: Town) -> None:
    waiting = citizen("Sara", "999900031", date(1996, 6, 21))
    (decision,) = decided(town.scheme.scheme, waiting)
    path = path_of(town, whose=decision.account_code)

    answer = log_in("999900031").post(path, {"words": WORDS, "send": "1"})

    assert answer.status_code == 422
    assert "Daarna kunt u bezwaar maken." in text_of(answer)
    assert f">{WORDS}</textarea>" in answer.content.decode()


def test_who_wrote_for_too_long_can_copy_the_words(fatima: Client, town: Town) -> None:
    with time_machine.travel(TODAY + timedelta(minutes=30), tick=False):
        answer = fatima.post(path_of(town), {"words": WORDS})
        page = answer.content.decode()

    assert answer.status_code == 403
    assert "U bent uitgelogd" in page
    assert f'readonly aria-describedby="written-hint">{WORDS}</textarea>' in page
    assert "Wat u net verstuurde, is niet aangekomen." in page
    assert "is bewaard" not in page


@pytest.mark.parametrize(("site", "shown"), [("same-origin", True), ("cross-site", False)])
def test_a_form_of_an_earlier_session_gives_back_the_words_to_our_own_pages_only(
    town: Town, site: str, shown: bool
) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": site})

    answer = browser.post(path_of(town), {"words": WORDS})

    assert answer.status_code == 403
    assert (WORDS in answer.content.decode()) is shown


def test_a_page_made_of_what_was_sent_offers_no_way_to_lose_it(fatima: Client, town: Town) -> None:
    asked = fatima.get(path_of(town)).content.decode()
    checked = fatima.post(path_of(town), {"words": WORDS}).content.decode()

    assert "/taal/setlang/" in asked
    assert "/taal/setlang/" not in checked


def test_an_objection_is_taken_back_after_one_question(fatima: Client, town: Town) -> None:
    fatima.post(path_of(town), {"words": WORDS, "send": "1"})
    path = f"/bezwaren/{Objection.objects.get().pk}/intrekken"

    asked, done = fatima.get(path), fatima.post(path, follow=True)

    assert "Uw bezwaar intrekken?" in text_of(asked)
    assert "U trok uw bezwaar in." in text_of(done)
    assert fatima.post(path).status_code == 302


def test_the_answer_is_shown_with_the_words(fatima: Client, town: Town) -> None:
    fatima.post(path_of(town), {"words": WORDS, "send": "1"})
    objection = Objection.objects.get()
    objecting.acknowledge(objection, committee=False, by="rosa", at=TODAY)
    objecting.uphold(objection, answer="De regels zijn goed toegepast.", by="rosa", at=TODAY)

    text = text_of(fatima.get(f"/bezwaren/{objection.pk}"))

    assert "We keken er opnieuw naar. Het besluit blijft." in text
    assert "De regels zijn goed toegepast." in text


COURT = "U kunt in beroep gaan bij de rechtbank tot en met 13 april 2026."


def test_after_our_answer_every_page_shows_the_way_to_the_court_and_no_second_objection(
    fatima: Client, town: Town
) -> None:
    path = path_of(town)
    fatima.post(path, {"words": WORDS, "send": "1"})
    objection = Objection.objects.get()
    assert "rechtbank" not in text_of(fatima.get(f"/bezwaren/{objection.pk}"))
    objecting.acknowledge(objection, committee=False, by="rosa", at=TODAY)
    objecting.uphold(objection, answer="De regels zijn goed toegepast.", by="rosa", at=TODAY)

    letter = text_of(fatima.get(path[: -len("/bezwaar")]))

    assert COURT in text_of(fatima.get(f"/bezwaren/{objection.pk}"))
    assert COURT in letter
    assert "bezwaar maken" not in letter
    assert "Ik ben het er niet mee eens" not in letter
    assert fatima.get(path).status_code == 302
    assert fatima.post(path, {"words": WORDS, "send": "1"}).status_code == 302
    assert Objection.objects.count() == 1


def test_a_decision_on_an_objection_shows_the_way_to_the_court(fatima: Client, town: Town) -> None:
    fatima.post(path_of(town), {"words": WORDS, "send": "1"})
    objection = Objection.objects.get()
    objecting.acknowledge(objection, committee=False, by="rosa", at=TODAY)
    new = objecting.replace(objection, answer="U heeft gelijk.", by="rosa", at=TODAY)

    letter = text_of(fatima.get(f"/besluiten/{new.pk}"))

    assert COURT in letter
    assert "bezwaar maken" not in letter
    assert COURT in text_of(fatima.get(f"/bezwaren/{objection.pk}"))
    english = text_of(log_in(FATIMA_BSN, language="en").get(f"/besluiten/{new.pk}"))
    assert "You can appeal to the district court until 13 April 2026." in english


def test_words_with_markup_are_only_words(fatima: Client, town: Town) -> None:
    page = fatima.post(path_of(town), {"words": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_nobody_objects_to_someone_elses_decision(town: Town) -> None:
    henk = log_in(HENK_BSN)

    assert henk.get(path_of(town)).status_code == 404
    assert henk.post(path_of(town), {"words": WORDS, "send": "1"}).status_code == 404
    assert not Objection.objects.exists()


def test_the_letter_can_be_kept_as_a_pdf(fatima: Client, town: Town) -> None:
    answer = fatima.get(path_of(town).replace("/bezwaar", "/brief"))

    assert answer["Content-Type"] == "application/pdf"
    assert full_name(town.fatima) == "Fatima Test"
    assert answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]


def rows_everywhere() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}


ANSWERS = {"born_on": "1991-04-03", "contract": "zero_hours", "resident": "yes"}


def test_anyone_can_ask_what_they_would_get_and_nothing_is_kept(town: Town) -> None:
    stranger = Client(headers={"accept-language": "nl"})
    before = rows_everywhere()

    text = text_of(stranger.post("/wat-krijg-ik", ANSWERS))

    assert re.search(r"U zou € [\d.]+,00 krijgen", text)
    assert "We bewaarden niets van uw antwoorden." in text
    assert rows_everywhere() == before
    assert settings.SESSION_COOKIE_NAME not in stranger.cookies


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "Vul uw geboortedatum in."),
        ({"born_on": "2027-01-01"}, "Dit kan geen geboortedatum zijn."),
        ({"born_on": "1991-04-03", "working_years": "tien"}, "Vul een getal in, zoals 10."),
    ],
)
def test_a_wrong_answer_is_said_beside_the_question(
    town: Town, answers: dict[str, str], sentence: str
) -> None:
    answer = Client(headers={"accept-language": "nl"}).post("/wat-krijg-ik", answers)

    assert answer.status_code == 422
    assert answer.content.decode().count(sentence) == 2
