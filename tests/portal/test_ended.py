"""An account that has ended: what its owner reads, and what can be done no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from djmoney.money import Money

from ledger.checking import check_ledger
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.budgets import errors, pausing
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import Pause, Tranche
from ontwikkelrekening.budgets.reserving import Agreed, agree, quote
from ontwikkelrekening.budgets.returning import reopen, return_credit
from ontwikkelrekening.citizens.models import Citizen
from providers import claiming
from providers.enrolling import UnableToEnrol, redeem
from providers.models import Enrolment
from tests.portal.world import TODAY, Town


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


def chosen(town: Town) -> Agreed:
    return agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())


def end(town: Town, *, why: str = "left") -> None:
    return_credit(town.fatima, why=why, on=TODAY.date(), at=TODAY)


def words(browser: Client, address: str) -> str:
    text = re.sub(r"<[^>]+>", " ", browser.get(address).content.decode())
    return " ".join(text.replace("&nbsp;", " ").replace("\xa0", " ").split())


@pytest.mark.parametrize("why", ["left", "died"])
def test_home_says_that_the_account_has_ended_and_offers_nothing_that_cannot_be(
    fatima: Client, town: Town, why: str
) -> None:
    before = words(fatima, "/")
    end(town, why=why)

    home, statement = words(fatima, "/"), words(fatima, "/afschrift")

    assert "Uw rekening is gestopt Sinds 2 maart 2026 krijgt u geen nieuw tegoed" in home
    for page in (home, statement):
        assert "Teruggegeven: Opleiding" in page
        assert "De laatste dag" not in page
    for act in ("Ik heb een opleiding gevonden", "Uw rekening pauzeren"):
        assert act in before
        assert act not in home


def test_credit_whose_last_day_passed_is_still_told_so(fatima: Client, town: Town) -> None:
    Tranche.objects.filter(account_code=town.fatima).update(expires_on=TODAY.date())
    expire(on=TODAY.date() + timedelta(days=1), at=TODAY)

    home = words(fatima, "/")

    assert "De laatste dag is voorbij" in home
    assert "Teruggegeven" not in home
    assert "gestopt" not in home


def test_who_comes_back_has_an_account_like_before(fatima: Client, town: Town) -> None:
    end(town)
    reopen(town.fatima)

    home = words(fatima, "/")

    assert "Ik heb een opleiding gevonden" in home
    assert "Teruggegeven: Opleiding" in home


def test_its_pages_say_what_cannot_be_done(fatima: Client, town: Town) -> None:
    tranche = Tranche.objects.filter(account_code=town.fatima, kind="general").get()
    end(town)

    course = words(fatima, f"/opleidingen/{town.course.pk}")
    credit = words(fatima, f"/tegoed/{tranche.pk}")

    assert "Uw rekening is gestopt. U kunt niets nieuws kiezen." in course
    assert "Uw rekening is gestopt" in words(fatima, "/pauze")
    assert "Niet gebruikt en teruggegaan" in credit
    assert "Zoek iets" not in credit
    until = (TODAY + timedelta(days=9)).date().isoformat()
    for ask in (fatima.get, fatima.post):
        assert ask("/pauze/controleren", {"until": until}).status_code == 422
    assert not Pause.objects.exists()


def test_nothing_is_agreed_to_or_paused_on_it_whatever_credit_is_left(town: Town) -> None:
    Citizen.objects.filter(account_code=town.fatima).update(ended_at=TODAY)
    day = TODAY.date()

    with pytest.raises(errors.AccountHasEnded):
        quote(town.fatima, town.course, starts_on=day, on=day)
    with pytest.raises(errors.AccountHasEnded):
        chosen(town)
    with pytest.raises(pausing.AccountHasEnded):
        pausing.pause(town.fatima, until=day + timedelta(days=9), by="citizen", at=TODAY)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("is_at_once", [True, False])
def test_no_provider_takes_in_a_code_of_it(town: Town, is_at_once: bool) -> None:
    """An end that nobody returned credit for, by erasing, is followed in the night."""
    agreed = chosen(town)
    if is_at_once:
        end(town)
    else:
        Citizen.objects.filter(account_code=town.fatima).update(ended_at=TODAY)
        expire(on=TODAY.date(), at=TODAY)

    with pytest.raises(UnableToEnrol):
        redeem(agreed.code, provider=town.scheme.provider, actor="roc", at=TODAY)

    assert Enrolment.objects.get().state == "lapsed"
    assert not Tranche.objects.of(town.fatima).holding_credit().exists()
    assert check_ledger() == []
    assert check_against_books() == []


def test_a_course_that_a_provider_took_in_goes_on(town: Town) -> None:
    agreed = chosen(town)
    enrolment = redeem(agreed.code, provider=town.scheme.provider, actor="roc", at=TODAY)
    end(town)

    claim, _ = claiming.submit(
        uuid4(), enrolment.pk, "start", Money(130, "EUR"), {}, provider=town.scheme.provider,
        actor="roc", at=TODAY,
    )  # fmt: skip
    claiming.assess(str(claim.pk), at=TODAY)

    claim.refresh_from_db()
    assert claim.state == "approved"


def test_no_choice_promises_money_that_does_not_come_back(fatima: Client, town: Town) -> None:
    unused = chosen(town)
    later = TODAY + timedelta(days=7)
    taken = agree(town.fatima, town.course, starts_on=later.date(), at=TODAY, id=uuid4())
    redeem(taken.code, provider=town.course.provider, actor="de-linde", at=TODAY)
    end(town)

    lapsed = words(fatima, f"/keuzes/{unused.enrolment.pk}")
    running = words(fatima, f"/keuzes/{taken.enrolment.pk}")
    cancel = words(fatima, f"/keuzes/{taken.enrolment.pk}/annuleren")

    assert "Uw rekening is gestopt" in lapsed
    assert "niet op tijd" not in lapsed
    for page in (lapsed, running, cancel):
        assert "op uw rekening" not in page
    for page in (running, cancel):
        assert "Daarom komt er niets bij u terug." in page
