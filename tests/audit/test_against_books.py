"""What a superuser changes beside the books is named: claims, payouts, batches, enrolments and grants."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from ledger.models import Transfer
from ledger.posting import reverse
from ontwikkelrekening.audit.against_books import CHECKS, check_against_books
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
    withdraw_batch,
)
from tests.audit.world import COMPLETED, Year, claim, employer, enrol
from tests.budgets.world import LATER, ON

pytestmark = pytest.mark.django_db

AMENDED = [
    ("UPDATE providers_claim SET amount = 151 WHERE state = 'paid'", "claim is booked"),
    ("UPDATE providers_claim SET state = 'approved' WHERE state = 'in_review'", "claim is booked"),
    ("UPDATE providers_claim SET state = 'refused' WHERE state = 'paid'", "claim is booked"),
    ("UPDATE providers_claim SET state = 'approved' WHERE state = 'paid'", "claim is as far"),
    ("UPDATE providers_enrolment SET maximum = maximum + 1", "enrolment reserved"),
    ("UPDATE payouts_payout SET amount = 151", "payout is the sum"),
    ("UPDATE payouts_payout SET amount = 151", "payout is booked"),
    ("UPDATE payouts_payout SET state = 'returned'", "payout is booked"),
    ("UPDATE payouts_payout SET state = 'open'", "payout agrees"),
    ("UPDATE payouts_paymentbatch SET file = file || ' '::bytea", "payment file"),
    ("UPDATE payouts_paymentbatch SET file_sha256 = repeat('0', 64)", "payment file"),
    ("UPDATE budgets_tranche SET granted = granted + 1", "grant is booked"),
    ("DELETE FROM payouts_payoutline", "payout is the sum"),
    (
        "INSERT INTO budgets_fundsum SELECT id, 0, 1, 0, 0, 0, 0, 0, 0, 0 FROM budgets_fund",
        "sums are what",
    ),
]


def by_hand(change: str) -> None:
    """As a superuser, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(("change", "named"), AMENDED)
def test_what_was_changed_by_hand_is_named(year: Year, change: str, named: str) -> None:
    assert check_against_books() == []

    by_hand(change)

    assert [x for x in check_against_books() if named in x.check] != []


def test_every_check_has_a_change_that_it_names() -> None:
    assert [check for check in CHECKS if not any(named in check for _, named in AMENDED)] == []


def test_whatever_happens_by_the_rules_is_in_order(full_year: Year) -> None:
    """A round, two funds in one course, a withdrawn batch, a returned payment."""
    employer(full_year)
    asked = claim(
        full_year.world, enrol(full_year.world, full_year.world.henk), "start", 150, at=LATER
    )
    withdraw_batch(
        prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED), by="bas", at=COMPLETED
    )
    assert check_against_books() == []
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    assert check_against_books() == []
    batch = release_batch(batch, by="bas", at=COMPLETED)
    assert check_against_books() == []
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    assert check_against_books() == []
    settle_batch(batch, by="bas", at=COMPLETED)
    assert check_against_books() == []
    transfer = Transfer.objects.get(booking=asked.booking_id)
    reverse(transfer.pk, reason="andere opleiding", effective_on=ON, at=LATER)
    assert check_against_books() == []


def test_the_command_and_the_page_say_what_was_found(
    year: Year, amir: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_against_books")
    assert f"{len(CHECKS)} checks, 0 findings" in capsys.readouterr().out
    by_hand("UPDATE providers_claim SET amount = 151 WHERE state = 'paid'")

    with pytest.raises(SystemExit):
        call_command("check_against_books")
    page = amir.get("/audit/checks").content.decode()

    said = f"claim:{year.paid.id}: the claim says 15100, the books 15000"
    assert said in capsys.readouterr().out
    assert said in page
    assert "elke goedgekeurde declaratie is geboekt" in page
