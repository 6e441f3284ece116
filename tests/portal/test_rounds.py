"""Rounds on the pages: everyone reads how money is divided, each sees the own application."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, time, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import localdate

from ontwikkelrekening.budgets.admitting import answer, propose
from ontwikkelrekening.budgets.drawing import assess_slice, draw
from ontwikkelrekening.budgets.models import Application, Placing, Round, Tranche
from ontwikkelrekening.budgets.refusing import confirm, waiting
from ontwikkelrekening.budgets.rounds import close
from ontwikkelrekening.eligibility.clocks import object_until
from ontwikkelrekening.portal.templatetags.scheme import long_date, long_moment
from tests.budgets.round_world import (
    AFTER,
    CLOSES_AT,
    DURING,
    allocated,
    applicants,
    everyone_applies,
    published,
)
from tests.portal.test_account import SPACE, text_of
from tests.portal.world import FATIMA_BSN, HENK_BSN, NOOR_BSN, Town, log_in

pytestmark = pytest.mark.django_db
PAGE = "/tijdvakken/voorjaar"


@pytest.fixture
def round_(town: Town) -> Round:
    return published(town.scheme)


def stranger() -> Client:
    return Client(headers={"accept-language": "nl"})


def test_anyone_reads_what_is_divided_when_and_how(round_: Round) -> None:
    with time_machine.travel(DURING, tick=False):
        listed = stranger().get("/tijdvakken/").content.decode()
        page = stranger().get(PAGE).content.decode()

    assert "U kunt nu aanvragen" in listed
    assert "€\N{NO-BREAK SPACE}2.500,00" in page
    assert round_.seed_hash[:16] in page
    assert "Log in om aan te vragen" in page


def test_who_logs_in_to_apply_comes_back_to_the_round(town: Town, round_: Round) -> None:
    with time_machine.travel(DURING, tick=False):
        browser = stranger()
        page = browser.get(PAGE).content.decode()
        link = re.search(r'href="/inloggen\?next=([^"]+)"[^>]*>Log in om aan te vragen', page)
        assert link
        answer = browser.post("/inloggen", {"bsn": FATIMA_BSN, "next": unquote(link[1])})

    assert answer["Location"] == PAGE


@pytest.mark.parametrize("at", [CLOSES_AT, AFTER])
def test_a_round_that_closed_says_so_to_who_did_not_apply(
    town: Town, round_: Round, at: datetime
) -> None:
    until = long_moment(CLOSES_AT).replace(SPACE, " ")
    with time_machine.travel(at, tick=False):
        if at == AFTER:
            allocated(round_)
        for browser in (stranger(), log_in(FATIMA_BSN)):
            page = text_of(browser.get(PAGE))
            assert f"Dit tijdvak is gesloten. U kon aanvragen tot {until}." in page
            assert "U kunt aanvragen" not in page


def test_the_waiting_list_is_over_after_its_last_day(town: Town, round_: Round) -> None:
    everyone_applies(round_, [town.henk, *applicants(3, ("contract", "on_call"))])
    allocated(round_)

    def page(day: int) -> str:
        with time_machine.travel(datetime(2027, 1, day, 9, tzinfo=UTC) - timedelta(days=1)):
            return text_of(log_in(HENK_BSN).get(PAGE))

    on_the_last_day, after = page(1), page(2)
    assert "U staat op de wachtlijst." in on_the_last_day
    assert "De lijst geldt tot en met 31 december 2026." in on_the_last_day
    assert "U krijgt geen geld uit dit tijdvak." in after
    assert "De wachtlijst gold tot en met 31 december 2026. Die dag is voorbij." in after
    assert "In het volgende tijdvak gaat u voor binnen uw groep." in after
    assert "U staat op de wachtlijst" not in after
    assert "Komt er geld terug?" not in after


def test_what_is_written_in_dutch_says_so_on_english_pages(round_: Round) -> None:
    page = Client(headers={"accept-language": "en"}).get(PAGE).content.decode()

    assert f'<dd lang="nl">{round_.fallback}</dd>' in page
    assert f'<h1 lang="nl">{round_.name}</h1>' in page


def test_a_draft_is_not_there(town: Town) -> None:
    assert stranger().get(PAGE).status_code == 404


def test_fatima_applies_keeps_a_receipt_and_changes_her_mind(town: Town, round_: Round) -> None:
    with time_machine.travel(DURING, tick=False):
        fatima = log_in(FATIMA_BSN)
        assert "U kunt nu aanvragen" in fatima.get("/").content.decode()
        check = fatima.get(f"{PAGE}/aanvragen", {"wanted": "900"})
        assert "Klopt dit?" in text_of(check)
        assert "Bedrag € 900,00" in text_of(check)
        assert f'href="{PAGE}?wanted=900"' in check.content.decode()
        again = fatima.get(PAGE, {"wanted": "900"})
        assert 'name="wanted" value="900"' in again.content.decode()
        assert not Application.objects.exists()
        assert fatima.post(f"{PAGE}/aanvragen", {"wanted": "1000"}).status_code == 302
        first = Application.objects.get()
        page = fatima.get(PAGE).content.decode()
        assert str(first.pk) in page
        assert "U kunt dit veranderen tot" in page

        fatima.post(f"{PAGE}/aanvragen", {"wanted": "600"})
        assert Application.objects.get().wanted == 60_000
        fatima.post(f"{PAGE}/intrekken")
        assert Application.objects.get().withdrawn
        page = fatima.get(PAGE).content.decode()
        assert "U trok uw aanvraag in." in page
        assert "Uw ontvangstbewijs" not in page
        assert "U kunt aanvragen tot" in page


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "wanted",
    [
        *("1.000", "1 000", "1000", "€ 1.000,00", "1000,-"),
        *("1,000", "1000.00", "€1,000", "€ 1,000.00", "€\N{NO-BREAK SPACE}1,000.00"),
    ],
)
def test_an_amount_is_understood_as_people_write_it(
    round_: Round, language: str, wanted: str
) -> None:
    with time_machine.travel(DURING, tick=False):
        citizen = log_in(FATIMA_BSN, language=language)
        citizen.post(f"{PAGE}/aanvragen", {"wanted": wanted})

    assert Application.objects.get().wanted == 100_000


def test_the_amount_that_is_filled_in_can_be_sent_as_it_is(round_: Round) -> None:
    with time_machine.travel(DURING, tick=False):
        page = log_in(FATIMA_BSN).get(PAGE).content.decode()

    assert 'name="wanted" value="1000"' in page


@pytest.mark.parametrize(
    "wanted", ["1,50", "10.50", "1.0001", "1.00.0", "", "0", "-5", "1001", "veel", "9" * 40]
)
def test_an_amount_that_cannot_be_is_said_beside_the_field(round_: Round, wanted: str) -> None:
    with time_machine.travel(DURING, tick=False):
        fatima = log_in(FATIMA_BSN)
        for ask in (fatima.get, fatima.post):
            answer = ask(f"{PAGE}/aanvragen", {"wanted": wanted})
            assert answer.status_code == 422
            assert "Vul een heel bedrag in, van 1 tot en met 1.000 euro." in answer.content.decode()

    assert not Application.objects.exists()


def test_too_late_is_said_and_nothing_is_written(round_: Round) -> None:
    with time_machine.travel(AFTER, tick=False):
        fatima = log_in(FATIMA_BSN)
        for ask in (fatima.get, fatima.post):
            assert ask(f"{PAGE}/aanvragen", {"wanted": "1000"}).status_code == 409

    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("language", "waits", "refused", "why", "objects", "late"),
    [
        (
            "nl",
            "Een medewerker kijkt er eerst naar.",
            "U kunt niet meedoen aan dit tijdvak.",
            "U woont niet in Nederland, of wij weten niet of u hier woont.",
            "U kunt bezwaar maken tot en met 21 april 2026.",
            "U kon bezwaar maken tot en met 21 april 2026. Die dag is voorbij.",
        ),
        (
            "en",
            "A member of our staff looks at it first.",
            "You cannot take part in this round.",
            "You do not live in the Netherlands, or we do not know whether you do.",
            "You can object until 21 April 2026.",
            "You could object until 21 April 2026. That day is over.",
        ),
    ],
)
def test_who_is_refused_reads_why_by_whom_and_until_when_to_object(
    town: Town,
    round_: Round,
    language: str,
    waits: str,
    refused: str,
    why: str,
    objects: str,
    late: str,
) -> None:
    """Noor never told where she lives."""
    everyone_applies(round_, [town.noor, town.henk])
    close(round_, at=AFTER)

    def page(at: datetime) -> str:
        with time_machine.travel(at, tick=False):
            return log_in(NOOR_BSN, language=language).get(PAGE).content.decode()

    assert why not in page(AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)
    first = page(AFTER)
    confirm(waiting(round_).get(), by="rosa", at=AFTER + timedelta(days=1))
    for after in (page(AFTER + timedelta(days=1)), page(datetime(2026, 4, 21, tzinfo=UTC))):
        assert all(said in after for said in (refused, why, objects, "Wet BRP"))
        assert waits not in after
    draw(round_, at=AFTER + timedelta(days=2))

    assert waits in first
    assert why in first
    assert objects not in first
    assert late in page(datetime(2026, 4, 22, tzinfo=UTC))
    assert str(Application.objects.get(account_code=town.noor).pk) in first


def test_who_has_a_place_reads_until_when_to_disagree_and_nothing_of_it_afterwards(
    town: Town, round_: Round
) -> None:
    everyone_applies(round_, [town.fatima])
    allocated(round_)
    drawn_on = localdate(Round.objects.get().drawn_at)

    def page(days: int) -> str:
        noon = datetime.combine(drawn_on + timedelta(days=days), time(12), tzinfo=UTC)
        with time_machine.travel(noon, tick=False):
            return text_of(log_in(FATIMA_BSN).get(PAGE))

    until = long_date(object_until(drawn_on))
    assert f"Zeg het ons tot en met {until}." in page(0)
    assert "Zeg het ons" not in page(60)


@pytest.mark.parametrize("division", ["priority", "lottery"])
def test_the_group_is_named_only_where_it_counts(town: Town, division: str) -> None:
    round_ = published(town.scheme, division=division)
    everyone_applies(round_, [town.fatima])
    allocated(round_)

    with time_machine.travel(AFTER, tick=False):
        page = log_in(FATIMA_BSN).get(PAGE).content.decode()

    assert ("Uw groep" in page) == (division == "priority")
    named = "1 van 4: flexkrachten die alleen een kind opvoeden"
    assert (named in page) == (division == "priority")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", "U doet toch mee aan dit tijdvak."),
        ("en", "You take part in this round after all."),
    ],
)
def test_who_is_admitted_after_a_refusal_reads_it(
    town: Town, round_: Round, language: str, told: str
) -> None:
    everyone_applies(round_, [town.noor, town.henk])
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)
    admission = propose(waiting(round_).get(), reason="Zij woont hier wel.", by="rosa", at=AFTER)

    def page() -> str:
        with time_machine.travel(AFTER, tick=False):
            return log_in(NOOR_BSN, language=language).get(PAGE).content.decode()

    assert told not in page()
    answer(admission, admitted=True, by="sam", at=AFTER)
    assert told in page()
    draw(round_, at=AFTER)
    assert told not in page()
    assert Placing.objects.filter(application__account_code=town.noor).exists()


def test_after_the_draw_each_sees_the_own_outcome_and_everyone_the_list(
    town: Town, round_: Round
) -> None:
    with time_machine.travel(DURING, tick=False):
        log_in(FATIMA_BSN).post(f"{PAGE}/aanvragen", {"wanted": "1000"})
    everyone_applies(round_, applicants(4))
    assert stranger().get(f"{PAGE}/lijst.csv").status_code == 404
    assert stranger().get(f"{PAGE}/tijdvak.json").status_code == 404
    allocated(round_)

    with time_machine.travel(AFTER, tick=False):
        fatima = log_in(FATIMA_BSN)
        page = fatima.get(PAGE).content.decode()
        home = text_of(fatima.get("/"))
        tranche = Tranche.objects.get(kind="round", account_code=town.fatima)
        credit = fatima.get(f"/tegoed/{tranche.pk}").content.decode()
    answer = stranger().get(f"{PAGE}/lijst.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))

    assert "U bent nummer 1 van 5." in page
    assert "alleen voor: " in home
    assert "alleen naast een opleiding die loopt" in home
    assert f'href="{PAGE}"' in credit
    assert "Het geld staat op uw rekening." in page
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert stranger().get(f"{PAGE}/tijdvak.json").json()["seedHash"] == round_.seed_hash
    assert town.fatima not in stranger().get(PAGE).content.decode()
