"""What is said of money and codes once a last day has passed, before the night and after it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from ontwikkelrekening.budgets.accounts import overview
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.reserving import agree
from providers.models import Enrolment
from tests.budgets.world import give
from tests.portal.test_account import text_of
from tests.portal.world import FATIMA_BSN, TODAY, Town, add_course, log_in

HERE = ZoneInfo("Europe/Amsterdam")
LAST_DAY = date(2026, 3, 5)
AFTER = datetime(2026, 3, 6, 9, tzinfo=TODAY.tzinfo)
STARTS_ON = date(2026, 3, 9)
NOT_BACK = "krijgt u niet terug. De laatste dag om het te gebruiken is voorbij."


def paid_from(town: Town, cents: int, *, starts_on: date = STARTS_ON) -> Enrolment:
    """Fatima's course of € 260,00, so much of it from credit that ends on the last day."""
    ending = Tranche.objects.filter(account_code=town.fatima, kind="general")
    ending.update(expires_on=date(2030, 1, 1))
    if cents:
        give(town.scheme, town.fatima, cents, expires_on=LAST_DAY)
    return agree(town.fatima, town.course, starts_on=starts_on, at=TODAY, id=uuid4()).enrolment


def free_by_the_statement(browser: Client) -> str:
    """What was free after the newest line."""
    free = re.search(r"Daarna vrij: € ([\d.]+,\d\d)", text_of(browser.get("/afschrift")))
    assert free
    return free[1]


@pytest.mark.parametrize(
    ("ended", "asked", "told"),
    [
        (
            0,
            "Dan komt € 260,00 meteen terug op uw rekening. Het kost niets.",
            "U annuleerde. € 260,00 kwam terug op uw rekening.",
        ),
        (
            10_000,
            f"Dan komt € 160,00 meteen terug op uw rekening. € 100,00 {NOT_BACK}",
            f"U annuleerde. € 160,00 kwam terug op uw rekening. € 100,00 {NOT_BACK}",
        ),
        (26_000, f"€ 260,00 {NOT_BACK}", f"U annuleerde. € 260,00 {NOT_BACK}"),
    ],
)
def test_cancelling_says_before_and_after_what_comes_back_and_what_has_ended(
    town: Town, ended: int, asked: str, told: str
) -> None:
    choice = f"/keuzes/{paid_from(town, ended).pk}"

    with time_machine.travel(AFTER, tick=False):
        fatima = log_in(FATIMA_BSN)
        may = text_of(fatima.get(choice))
        before = text_of(fatima.get(f"{choice}/annuleren"))
        after = text_of(fatima.post(f"{choice}/annuleren", follow=True))
        expire(on=AFTER.date() + timedelta(days=1), at=AFTER)
        next_day = text_of(fatima.get(choice))

    assert asked in before
    assert ("Dat kost niets." in may) is ("Het kost niets." in before) is not ended
    assert ("niet terug" in may) is ("niet terug" in before) is bool(ended)
    assert told in after
    assert ("niet terug" in after) is bool(ended)
    assert told in next_day


def test_on_its_last_day_all_comes_back(town: Town) -> None:
    choice = f"/keuzes/{paid_from(town, 26_000).pk}"

    with time_machine.travel(datetime(2026, 3, 5, 9, tzinfo=TODAY.tzinfo), tick=False):
        page = text_of(log_in(FATIMA_BSN).get(f"{choice}/annuleren"))

    assert "Dan komt € 260,00 meteen terug op uw rekening. Het kost niets." in page


def test_what_goes_with_it_is_in_the_amount_that_comes_back(town: Town) -> None:
    lessons = paid_from(town, 0)
    care = add_course(town.scheme, "Oppas tijdens de les", category="childcare", price="100.00")
    agree(town.fatima, care, starts_on=STARTS_ON, at=TODAY, id=uuid4())
    Tranche.objects.filter(kind="childcare_travel").update(expires_on=LAST_DAY)

    with time_machine.travel(AFTER, tick=False):
        page = text_of(log_in(FATIMA_BSN).get(f"/keuzes/{lessons.pk}/annuleren"))

    assert f"Dan komt € 260,00 meteen terug op uw rekening. € 100,00 {NOT_BACK}" in page
    assert "Wij annuleren dan ook “Oppas tijdens de les”." in page


def test_the_statement_and_the_overview_agree_before_the_night_and_after(town: Town) -> None:
    choice = f"/keuzes/{paid_from(town, 26_500).pk}"

    def both() -> tuple[str, str]:
        home = text_of(fatima.get("/"))
        said = re.search(r"U kunt nog gebruiken € ([\d.]+,\d\d)", home)
        assert said
        return said[1], free_by_the_statement(fatima)

    with time_machine.travel(AFTER, tick=False):
        fatima = log_in(FATIMA_BSN)
        not_yet_booked = both()
        fatima.post(f"{choice}/annuleren")
        cancelled = both()
        statement = text_of(fatima.get("/afschrift"))
        expire(on=AFTER.date(), at=AFTER)
        booked = both()

    assert not_yet_booked == cancelled == booked == ("1.800,00", "1.800,00")
    assert "Afgelopen: Opleiding De laatste dag is voorbij. min − € 265,00" in statement
    assert overview(town.fatima, on=AFTER.date()).available_cents == 180_000


@pytest.mark.parametrize("ended", [0, 26_000])
def test_a_code_is_told_to_be_over_from_the_day_after_its_last(town: Town, ended: int) -> None:
    enrolment = paid_from(town, ended, starts_on=TODAY.date())
    choice = f"/keuzes/{enrolment.pk}"

    def pages(day: date) -> tuple[str, str]:
        with time_machine.travel(
            datetime(day.year, day.month, day.day, 0, 30, tzinfo=HERE), tick=False
        ):
            fatima = log_in(FATIMA_BSN)
            return text_of(fatima.get("/keuzes")), text_of(fatima.get(choice))

    listed, page = pages(enrolment.code_valid_until)
    assert "Code nog niet gebruikt" in listed
    assert "Dit is uw code" in page

    morning = enrolment.code_valid_until + timedelta(days=1)
    listed, page = pages(morning)
    assert "Voorbij Basis digitale vaardigheden" in listed
    for text in (listed, page):
        assert "Code niet meer geldig" in text
        assert "Uw code staat" not in text
    assert "Dit is uw code" not in page
    assert "De laatste dag was 16 maart 2026." in page
    coming = f"€ 260,00 {NOT_BACK}" if ended else "€ 260,00 komt binnen een dag terug"
    assert coming in page

    expire(on=morning, at=datetime(2026, 3, 17, 3, 30, tzinfo=TODAY.tzinfo))
    listed, page = pages(morning)
    came = f"€ 260,00 {NOT_BACK}" if ended else "€ 260,00 kwam terug op uw rekening."
    assert "Code niet meer geldig" in listed
    assert came in page
    assert "komt binnen een dag" not in page
