"""Payments in the administration: prepared by one, released by another, and what came back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from ontwikkelrekening.payouts.models import PaymentBatch
from providers.models import Claim
from tests.audit.world import Year, claim, enrol, logged_in, say
from tests.budgets.world import LATER

pytestmark = pytest.mark.django_db


def test_a_batch_is_prepared_released_downloaded_and_settled(year: Year) -> None:
    ineke, bas = logged_in("ineke", "payment-officers"), logged_in("bas", "payment-officers")
    claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
    batches = "/admin/payouts/paymentbatch/"

    prepared = say(ineke, f"{batches}do/prepare", pay_on=timezone.localdate())
    batch = PaymentBatch.objects.get(state="prepared")
    own = say(ineke, f"{batches}{batch.pk}/do/release")
    released = say(bas, f"{batches}{batch.pk}/do/release")
    page = bas.get(f"{batches}{batch.pk}/change/").content.decode()
    file = bas.get(f"/staff/payments/{batch.message_id}.xml")
    settled = say(bas, f"{batches}{batch.pk}/do/settle")

    assert "staat klaar" in prepared
    assert "Iemand anders moet het vrijgeven" in own
    assert "is vrijgegeven" in released
    assert f"/staff/payments/{batch.message_id}.xml" in page
    assert file.content.startswith(b"<?xml")
    assert "is verwerkt" in settled
    assert not Claim.objects.filter(state="in_file").exists()


def test_a_payment_that_came_back_after_it_was_paid_is_recorded_once_by_who_pays(
    year: Year,
) -> None:
    ineke, amir = logged_in("ineke", "payment-officers"), logged_in("amir", "auditors")
    batch = f"/admin/payouts/paymentbatch/{year.batch.pk}/"
    payout = year.batch.payouts.get()
    act, answers = f"{batch}do/return", {"payout": payout.reference, "reason": "AC04"}

    assert amir.post(act, answers).status_code == 403
    unknown = say(ineke, act, payout="OWR-1", reason="AC04")
    unsaid = say(ineke, act, payout=payout.reference, reason="  ")
    payout.refresh_from_db()
    assert payout.state == "paid"
    said = say(ineke, act, reason="AC04", payout=f" {payout.reference}\t")  # as it was copied
    again = say(ineke, act, **answers)
    page = ineke.get(f"{batch}change/").content.decode()

    assert "Dit betaalbestand heeft geen betaling met dit kenmerk." in unknown
    assert "Dit veld is vereist." in unsaid
    assert f"{payout.reference} is teruggekomen." in said
    assert f"Betaling {payout.reference} is al teruggekomen." in again
    for word in (
        "teruggestuurd door de bank na betaling",
        "AC04",
        "Klaargezet door",
        "Betaaldatum",
    ):
        assert word in page
    year.paid.refresh_from_db()
    assert year.paid.state == "approved"


def test_a_day_that_is_missing_is_said_at_the_top_and_leads_to_its_field(year: Year) -> None:
    ineke = logged_in("ineke", "payment-officers")

    page = say(ineke, "/admin/payouts/paymentbatch/do/prepare", pay_on="")

    assert "<title>Fout: Betalingen klaarzetten" in page
    assert re.search(r'autofocus>\s*<p><a href="#id_pay_on">.*?</a>: Dit veld is', page)


def test_who_releases_reads_what_is_released(year: Year) -> None:
    """Amount, day and number of payments stand on the page that asks, before anything counts."""
    ineke, bas = logged_in("ineke", "payment-officers"), logged_in("bas", "payment-officers")
    claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)
    batches = "/admin/payouts/paymentbatch/"
    pay_on = timezone.localdate() + timedelta(days=9)
    say(ineke, f"{batches}do/prepare", pay_on=str(pay_on))
    batch = PaymentBatch.objects.get(state="prepared")

    page = bas.get(f"{batches}{batch.pk}/do/release").content.decode().replace("\xa0", " ")

    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert facts["Bedrag"] == "€ 150,00"
    assert facts["Betalingen"] == "1"
    assert date_format(pay_on, "j F Y") in facts.values()
    assert "ineke" in facts.values()


def test_nothing_to_pay_is_said_plainly(year: Year) -> None:
    ineke = logged_in("ineke", "payment-officers")

    said = say(ineke, "/admin/payouts/paymentbatch/do/prepare", pay_on=timezone.localdate())

    assert "Er is nu niets te betalen." in said


def test_a_day_to_pay_on_is_within_the_term(year: Year) -> None:
    ineke = logged_in("ineke", "payment-officers")
    claim(year.world, enrol(year.world, year.world.henk), "start", 150, at=LATER)

    said = say(ineke, "/admin/payouts/paymentbatch/do/prepare", pay_on="2999-12-31")

    assert "Op 31-12-2999 kan niet worden betaald. Kies een dag van" in said
    assert not PaymentBatch.objects.filter(state="prepared").exists()


def test_another_iban_is_proposed_by_one_and_agreed_to_by_another(year: Year) -> None:
    petra, paul = (logged_in(name, "provider-officers") for name in ("petra", "paul"))
    amir, school = logged_in("amir", "auditors"), year.world.provider
    propose = f"/admin/providers/provider/{school.pk}/do/change-iban"
    reason = "Teruggebeld op het nummer in het Handelsregister."

    wrong = say(petra, propose, iban="NL91ABNA0417164301", reason=reason)
    proposed = say(petra, propose, iban="NL91 ABNA 0417 1643 00", reason=reason)
    waiting = amir.get(f"/audit/providers/{school.pk}").content.decode()
    agree = f"/admin/providers/ibanchange/{school.iban_changes.get(agreed=None).pk}/do/agree"
    own = say(petra, agree)
    shown = paul.get(agree).content.decode()
    agreed = say(paul, agree)

    assert re.search(r"Nieuw IBAN</a>: Dit is geen geldig IBAN", wrong)
    assert "Iemand anders moet akkoord geven." in proposed
    assert "NL91ABNA0417164300" in waiting
    assert reason in waiting
    assert "Wie het nieuwe IBAN voorstelde, kan niet ook akkoord geven." in own
    assert school.iban in shown
    assert reason in shown
    assert "NL91ABNA0417164300" in shown
    assert "wordt vanaf nu betaald op NL91ABNA0417164300" in agreed
    assert amir.get(propose).status_code == 403
    school.refresh_from_db()
    assert school.iban == "NL91ABNA0417164300"
