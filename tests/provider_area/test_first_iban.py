"""What a provider sees while two people have still to agree to its first IBAN."""

from __future__ import annotations

import pytest
from django.test import Client

from providers import changing_iban
from providers.models import Provider
from tests.provider_area.test_suspended import NEXT, page_of
from tests.provider_area.world import School, log_in
from tests.providers.world import (
    MONDAY,
    assessed,
    claim,
    de_linde,
    digital_skills,
    iban,
    redeemed,
    suspended,
)

HEADING = "Wij kunnen u nog niet betalen"
WAITS = "wacht: uw IBAN is nog niet gecontroleerd"


@pytest.fixture
def newcomer(school: School) -> Provider:
    return de_linde("Taalhuis", is_paid=False)


@pytest.mark.parametrize("path", ["", "betalingen"])
def test_home_and_payments_say_what_is_checked_until_two_agreed(
    newcomer: Provider, desk: Client, path: str
) -> None:
    own, change = log_in(newcomer), newcomer.iban_changes.get()

    page = page_of(own, path)
    changing_iban.decline(change, by="bas", at=MONDAY)
    declined = page_of(own, path)
    another = changing_iban.propose(newcomer, iban(9_001), reason="x", by="olga", at=MONDAY)
    changing_iban.agree(another, by="bas", at=MONDAY)

    assert HEADING in page
    assert f"Wij controleren nog of {change.after[:4]}…{change.after[-4:]} uw IBAN is." in page
    assert change.after not in page
    assert "op een andere rekening" not in page
    assert HEADING in declined
    assert "Wij hebben uw IBAN niet. Bel ons om het door te geven." in declined
    assert "U kunt gewoon declareren." in declined
    assert HEADING not in page_of(own, path)
    assert HEADING not in page_of(desk, path)


def test_what_is_approved_waits(newcomer: Provider) -> None:
    own = log_in(newcomer)
    found = assessed(claim(redeemed(digital_skills(newcomer))))
    pages = ["declaraties", f"declaraties/{found.pk}"]

    for path in pages:
        page = page_of(own, path)
        assert (WAITS in page, NEXT in page) == (True, False)
    page = page_of(own, "betalingen")
    assert ("Goedgekeurd, wacht" in page, "In de volgende betaling" in page) == (True, False)
    assert "Naar uw rekening" not in page
    suspended(newcomer)
    assert "wacht: de betalingen aan u zijn opgeschort" in page_of(own, pages[1])


def test_when_two_agreed_it_is_in_the_next_payment(newcomer: Provider) -> None:
    own = log_in(newcomer)
    found = assessed(claim(redeemed(digital_skills(newcomer))))

    changing_iban.agree(newcomer.iban_changes.get(), by="bas", at=MONDAY)

    assert NEXT in page_of(own, f"declaraties/{found.pk}")
    page = page_of(own, "betalingen")
    assert "In de volgende betaling" in page
    assert "…" in page
