"""What an auditor sees of a recovery: who decided it and why, what was moved, what the provider owes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from djmoney.money import Money

from ledger.models import Transfer
from ontwikkelrekening.payouts import writing_off
from ontwikkelrekening.payouts.models import Repayment
from ontwikkelrekening.payouts.repaying import book_repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers import claiming
from providers.models import Claim, Provider
from providers.reminding import remind
from tests.audit.test_what_went_back import page
from tests.audit.world import Year, claim, enrol
from tests.budgets.world import LATER, give
from tests.payouts.test_recovering import HEARD, WHY, proposed, recovered
from tests.payouts.world import AFTER

pytestmark = pytest.mark.django_db


def address(asked: Claim) -> str:
    return reverse("audit:claim", args=[asked.pk])


def test_the_page_of_a_claim_recovered_after_it_was_paid_says_all_of_it(
    year: Year, amir: Client
) -> None:
    before = page(amir, address(year.paid))
    recovered(year.paid)
    back = Transfer.objects.get(booking=year.paid.recovery_id)

    said = page(amir, address(year.paid))

    assert "Niemand heeft voorgesteld iets terug te vorderen." in before
    assert WHY not in before
    assert f"✕ teruggevorderd {WHY}" in said
    assert f"rosa 07-02-2026 10:00 {WHY} {HEARD} ✓ goedgekeurd bas 07-02-2026 10:00" in said
    approval = Transfer.objects.get(booking=year.paid.booking_id)
    owed, reserved = f"receivable:{year.world.provider.pk}", f"reserved:{year.enrolment.pk}"
    assert f"{approval} Declaratie goedgekeurd {reserved} payable:" in said
    assert f"{back} Terugvordering {owed} {reserved} € 150,00" in said
    assert "✓ betaald € 150,00" in said  # the payment that carried it


def test_the_page_of_a_claim_recovered_before_it_was_paid_takes_it_from_what_is_payable(
    year: Year, amir: Client
) -> None:
    asked = claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
    recovered(asked)

    said = page(amir, address(asked))

    assert f"Terugvordering payable:{year.world.provider.pk} reserved:{asked.enrolment_id}" in said
    assert "receivable:" not in said
    assert "Terug te betalen, volgens de boeken" not in page(amir, _provider(year))


def test_a_proposal_waits_and_may_be_declined(year: Year, amir: Client) -> None:
    recovery = proposed(year.paid)
    waiting = page(amir, address(year.paid))
    claiming.decline_recovery(recovery, by="bas", at=AFTER)
    declined = page(amir, address(year.paid))

    assert f"{WHY} {HEARD} … wacht" in waiting
    assert f"{WHY} {HEARD} ✕ afgewezen bas" in declined
    for said in (waiting, declined):
        assert "Stand ✓ betaald Opleider" in said


def test_a_provider_shows_what_it_has_to_pay_back_until_it_has(year: Year, amir: Client) -> None:
    recovered(year.paid)
    owing, listed = page(amir, _provider(year)), page(amir, "/audit/providers")
    account = reverse("audit:account", args=[f"receivable:{year.world.provider.pk}"])
    linked = amir.get(_provider(year)).content.decode()
    part = _repay(year, 50)
    less = page(amir, _provider(year))
    _repay(year, 100)

    assert "Terug te betalen, volgens de boeken € 150,00" in owing
    assert f'href="{account}"' in linked
    assert "€ 0,00 € 0,00 € 150,00" in listed  # paid, to be paid, to be paid back
    assert f"Basis digitale vaardigheden € 150,00 rosa 07-02-2026 10:00 {WHY}" in owing
    assert "Er is nog niets terugbetaald." in owing
    assert "Terug te betalen, volgens de boeken € 100,00" in less
    assert "07-02-2026 TERUG-50 ineke 07-02-2026 10:00 € 50,00" in less
    assert reverse("audit:booking", args=[part]) in amir.get(_provider(year)).content.decode()
    assert "Terug te betalen, volgens de boeken" not in page(amir, _provider(year))
    assert "€ 0,00 € 0,00 € 0,00" in page(amir, "/audit/providers")
    assert "Terugbetaald door een opleider" in page(amir, "/audit/bookings")


def test_a_repayment_that_was_withdrawn_says_by_whom_and_why(year: Year, amir: Client) -> None:
    recovered(year.paid)
    wrong = Repayment.objects.get(pk=_repay(year, 50))

    withdraw(wrong, reason="van een ander", by="bas", at=AFTER)

    said = page(amir, _provider(year))
    assert "Terug te betalen, volgens de boeken € 150,00" in said
    assert "ineke 07-02-2026 10:00 07-02-2026 10:00 bas: van een ander € 50,00" in said
    assert "Terugboeking" in page(amir, reverse("audit:account", args=[_account(year)]))
    assert "Alle controles zijn goed" in page(amir, "/audit/")
    table = amir.get(f"{_provider(year)}?download=repayments")
    assert b"van een ander" in b"".join(table)


def test_a_provider_shows_what_was_reminded_and_written_off(year: Year, amir: Client) -> None:
    recovered(year.paid)
    none = page(amir, _provider(year))
    late = AFTER + timedelta(days=45)
    remind(Provider.objects.all(), by="ineke", at=late)
    proposal = writing_off.propose(
        year.world.provider, Money(50, "EUR"), reason="failliet", by="ineke", at=late
    )
    written_off = writing_off.agree(proposal, by="bas", at=late)

    said = page(amir, _provider(year))
    linked = amir.get(_provider(year)).content.decode()

    for words in ("Aanmaningen om terug te betalen", "Wat is afgeboekt"):
        assert words not in none
        assert words in said
    assert "24-03-2026 10:00 ineke 07-04-2026 € 150,00" in said
    assert "failliet ✓ goedgekeurd bas" in said
    assert "Terug te betalen, volgens de boeken € 100,00" in said
    assert reverse("audit:booking", args=[written_off.pk]) in linked
    assert "Afgeboekt" in page(amir, "/audit/bookings")
    assert "Alle controles zijn goed" in page(amir, "/audit/")


def test_a_provider_shows_of_which_claims_it_still_owes_what_and_until_when(
    year: Year, amir: Client
) -> None:
    """Recovered on a Saturday: six weeks later is a Saturday too, so until the Monday."""
    assert "Wat nog moet worden terugbetaald" not in page(amir, _provider(year))
    recovered(year.paid)
    _repay(year, 50)

    with time_machine.travel(datetime(2026, 3, 23, 12, tzinfo=UTC)):
        in_time = page(amir, _provider(year))
    with time_machine.travel(datetime(2026, 3, 24, 12, tzinfo=UTC)):
        too_late = page(amir, _provider(year))

    line = "Basis digitale vaardigheden 07-02-2026 23-03-2026 € 100,00"
    assert line in in_time
    assert line in too_late
    assert "Waarvan te laat" not in in_time
    assert "Waarvan te laat € 100,00" in too_late


def test_a_payment_and_an_enrolment_say_of_a_claim_that_it_was_recovered(
    year: Year, amir: Client
) -> None:
    recovered(year.paid)

    for where in (
        f"/audit/payments/{year.batch.id}",
        f"/audit/enrolments/{year.enrolment.id}",
        "/audit/claims?state=recovered",
    ):
        assert "Start ✕ teruggevorderd € 150,00" in page(amir, where), where
    assert "bevestigd door de bank, en niet teruggevorderd € 0,00" in page(
        amir, "/audit/funds/landelijk"
    )
    assert "Terug te vorderen van een opleider BVorOvrOvk € 150,00 € 0,00 € 150,00" in page(
        amir, "/audit/trial-balance"
    )
    assert "Alle controles zijn goed" in page(amir, "/audit/")


def test_more_recoveries_ask_no_more_queries(year: Year, amir: Client) -> None:
    pages = [_provider(year), "/audit/providers", address(year.paid), "/audit/bookings"]
    recovered(year.paid)
    _repay(year, 1)
    before = [_queries(amir, each) for each in pages]

    for euros in (2, 3, 4):
        give(year.world, year.world.henk, 30_000)
        asked = claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
        recovered(asked)
        _repay(year, euros)

    assert [_queries(amir, each) for each in pages] == before


def _provider(year: Year) -> str:
    return reverse("audit:provider", args=[year.world.provider.pk])


def _account(year: Year) -> str:
    return f"receivable:{year.world.provider.pk}"


def _repay(year: Year, euros: int) -> str:
    repayment = book_repayment(
        year.world.provider, Money(euros, "EUR"), received_on=AFTER.date(),
        reference=f"TERUG-{euros}", by="ineke", at=AFTER,
    )  # fmt: skip
    return str(repayment.pk)


def _queries(browser: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(browser, where)
    return len(queries)
