"""What was undone shows as undone: payments that the bank sent back, transfers that were reversed."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse as address_of

from ledger.models import Transfer
from ledger.posting import reverse
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
)
from tests.audit.world import COMPLETED, Year, claim, enrol
from tests.budgets.world import LATER, ON

pytestmark = pytest.mark.django_db


def page(browser: Client, address: str) -> str:
    """The words of a page, each on its own; no marks, one kind of space."""
    answer = browser.get(address)
    assert answer.status_code == 200, address
    text = re.sub(r"<[^>]+>", " ", answer.content.decode().replace("&nbsp;", " "))
    return " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize("is_paid_first", [False, True])
def test_a_payment_that_the_bank_sent_back_is_not_shown_as_paid(
    year: Year, amir: Client, is_paid_first: bool
) -> None:
    returned = claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    batch = release_batch(batch, by="bas", at=COMPLETED)
    if is_paid_first:
        settle_batch(batch, by="bas", at=COMPLETED)
    return_payout(batch.payouts.get(), reason="AC04 closed", by="ineke", at=COMPLETED)
    if not is_paid_first:
        settle_batch(batch, by="bas", at=COMPLETED)

    for address in (
        f"/audit/payments/{batch.id}",
        f"/audit/providers/{year.world.provider.id}?payouts-sort=-reference",
        f"/audit/claims/{returned.id}",
    ):
        assert "AC04 closed" in page(amir, address)
        words = f"✕ teruggestuurd door de bank{' na betaling' if is_paid_first else ' '}"
        assert words in page(amir, address), address
    listed = page(amir, "/audit/payments")
    assert "1 € 150,00 € 0,00 € 150,00" in listed  # payments, amount, paid, sent back
    assert "1 € 150,00 € 150,00 € 0,00" in listed  # the batch that was paid


def test_a_reversal_is_named_on_every_page_that_leads_to_what_it_reversed(
    year: Year, amir: Client
) -> None:
    asked = claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
    transfer = Transfer.objects.get(booking__cause=f"claim:{asked.id}")
    before = page(amir, f"/audit/claims/{asked.id}")
    reverse(transfer.pk, reason="andere opleiding", effective_on=ON, at=LATER)
    mirror = Transfer.objects.get(booking=transfer.reversal_id)

    for address in (
        address_of("audit:transfer", args=transfer.pk),
        address_of("audit:booking", args=[transfer.booking_id]),
        address_of("audit:claim", args=[asked.id]),
    ):
        assert "Teruggeboekt door" in page(amir, address), address
        assert f"{mirror}" in page(amir, address), address
    assert f"{mirror}" not in before
    for address in (
        address_of("audit:transfer", args=mirror.pk),
        address_of("audit:booking", args=[mirror.booking_id]),
    ):
        assert f"Boekt terug transfer:{transfer}" in page(amir, address)
    assert "Elke euro daarvan" in page(amir, "/audit/funds/landelijk")
