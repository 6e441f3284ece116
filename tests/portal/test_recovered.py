"""A claim that was not due after all: what the citizen reads, and that the sums stay right."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.budgets.accounts import overview
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch, settle_batch
from providers import claiming
from providers.enrolling import redeem
from providers.models import Claim, Enrolment
from tests.budgets.test_accounts import claim_start
from tests.portal.test_account import text_of
from tests.portal.test_copy import rows
from tests.portal.test_last_days import NOT_BACK
from tests.portal.world import FATIMA_BSN, TODAY, Town, log_in

NOT_DUE = "De opleider heeft geen recht op dit geld."
FREE = 180_000


def running(town: Town) -> Enrolment:
    """Fatima's course of € 260,00, taken in by its provider, which claimed the start of € 130,00."""
    agreed = agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    enrolment = redeem(agreed.code, provider=town.scheme.provider, actor="roc", at=TODAY)
    claim_start(town.scheme, enrolment, at=TODAY)
    return enrolment


def pay() -> None:
    batch = prepare_batch(by="ineke", pay_on=TODAY.date(), at=TODAY)
    settle_batch(release_batch(batch, by="bas", at=TODAY), by="bas", at=TODAY)


def recover(enrolment: Enrolment, *, at: datetime = TODAY) -> None:
    (claim,) = Claim.objects.filter(enrolment=enrolment).standing()
    said = {"reason": "Niemand kwam.", "heard": "De school gaf geen antwoord."}
    proposed = claiming.propose_recovery(claim, **said, by="rosa", at=at)
    recovering.agree(proposed, by="sam", at=at)


def free_after_each_line(text: str) -> list[str]:
    return re.findall(r"Daarna vrij: € ([\d.]+,\d\d)", text)


@pytest.mark.parametrize(
    ("is_paid", "why"),
    [
        (True, "We betaalden dit aan de opleider. Later zagen we dat dit niet klopte."),
        (False, "We keurden dit goed. Later zagen we dat dit niet klopte."),
    ],
)
def test_who_is_still_learning_reads_that_it_is_reserved_again_and_has_nothing_to_do(
    fatima: Client, town: Town, is_paid: bool, why: str
) -> None:
    enrolment = running(town)
    if is_paid:
        pay()
    recover(enrolment)

    page = text_of(fatima.get(f"/keuzes/{enrolment.pk}"))
    home, statement = text_of(fatima.get("/")), text_of(fatima.get("/afschrift"))

    assert f"Toch niet voor de opleider {NOT_DUE} U hoeft niets te doen." in page
    assert why in page
    assert ("De opleider moet het terugbetalen, u niet." in page) is is_paid
    assert "Voor u gereserveerd € 260,00" in page
    assert "Betaald aan de opleider € 0,00" in page
    assert "nog niet betaald" not in page
    for text in (home, statement):
        assert "Toch niet voor ROC Voorbeeld Voor “Basis digitale vaardigheden”." in text
        assert f"{NOT_DUE} Wij reserveerden het weer voor u. U hoeft niets te doen." in text
    assert "U kunt nog gebruiken € 1.540,00" in home


def test_it_looks_like_no_loss_and_the_running_balance_stays(fatima: Client, town: Town) -> None:
    enrolment = running(town)
    pay()
    before = free_after_each_line(text_of(fatima.get("/afschrift")))
    recover(enrolment)

    page = fatima.get("/afschrift")
    (line,) = re.findall(r"<li>(?:(?!</li>).)*Toch niet voor.*?</li>", page.content.decode(), re.S)

    assert '<span class="num quiet">€\xa0130,00</span>' in line
    assert free_after_each_line(text_of(page)) == ["1.540,00", *before]


def test_after_the_course_it_is_back_on_the_account(town: Town) -> None:
    enrolment = running(town)
    pay()
    over = TODAY + timedelta(days=(enrolment.claim_until - TODAY.date()).days + 1)

    with time_machine.travel(over, tick=False):
        expire(on=over.date(), at=over)
        recover(enrolment, at=over)
        fatima = log_in(FATIMA_BSN)
        page = text_of(fatima.get(f"/keuzes/{enrolment.pk}"))
        statement = text_of(fatima.get("/afschrift"))
        state = overview(town.fatima, on=over.date())

    assert "€ 260,00 kwam terug op uw rekening." in page
    assert "Betaald aan de opleider € 0,00" in page
    assert statement.index("Terug op uw rekening: “Basis") < statement.index("Toch niet voor")
    assert sum(line.used + line.reserved for line in state.tranches) == 0
    free = f"{state.available_cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    assert free_after_each_line(statement)[0] == free
    assert check_against_books() == []


def test_credit_past_its_last_day_has_ended(town: Town) -> None:
    enrolment = running(town)
    pay()
    Tranche.objects.filter(account_code=town.fatima).update(expires_on=enrolment.claim_until)
    over = TODAY + timedelta(days=(enrolment.claim_until - TODAY.date()).days + 1)

    with time_machine.travel(over, tick=False):
        expire(on=over.date(), at=over)
        recover(enrolment, at=over)
        fatima = log_in(FATIMA_BSN)
        before = text_of(fatima.get("/afschrift"))
        expire(on=over.date() + timedelta(days=1), at=over)
        page, after = (text_of(fatima.get(x)) for x in (f"/keuzes/{enrolment.pk}", "/afschrift"))

    assert f"€ 260,00 {NOT_BACK}" in page
    assert "kwam terug op uw rekening" not in page
    for statement in (before, after):
        assert statement.index("Afgelopen") < statement.index("Toch niet voor")
        assert free_after_each_line(statement)[0] == "0,00"


def test_the_copy_says_why_and_what_the_provider_said_and_asks_no_more_for_more(
    fatima: Client, town: Town
) -> None:
    def recovered() -> int:
        recover(running(town))
        with CaptureQueriesContext(connection) as queries:
            rows(fatima)
        return len(queries)

    assert recovered() == recovered()

    copy = rows(fatima)
    (claim,) = copy["enrolments"][0]["claims"]
    assert claim["state"] == {
        "code": "recovered",
        "nl": "Toch niet voor de opleider",
        "en": "Not for the provider after all",
    }
    (recovery,) = claim["recoveries"]
    assert (recovery["reason"], recovery["heard"], recovery["agreed"]) == (
        "Niemand kwam.",
        "De school gaf geen antwoord.",
        True,
    )
    lines = [(line["kind"], line["free_changed_by_cents"]) for line in copy["statement"]]
    assert ("recover", 0) in lines
    assert sum(line["paid_cents"] for line in copy["statement"]) == 0
    assert FREE + sum(cents for kind, cents in lines if kind != "top_up") == FREE - 52_000
