"""What providers have to pay back, in the administration: who is late is reminded, and two officers write off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from ontwikkelrekening.payouts import writing_off
from ontwikkelrekening.payouts.models import WriteOff
from providers.models import Reminder
from providers.owing import owed_by
from tests.audit.world import logged_in, say
from tests.budgets.world import World
from tests.payouts.test_recovering import paid_claim, recovered
from tests.payouts.test_recovery_administration import CHANGED, GROUPS, beside, plain
from tests.payouts.test_writing_off import proposed
from tests.payouts.world import AFTER

pytestmark = pytest.mark.django_db
DEBTORS, WRITE_OFFS = "/admin/payouts/debtor/", "/admin/payouts/writeoff/"
LATE = AFTER + timedelta(days=45)
QUEUE = "Opleiders die te laat zijn met terugbetalen, om aan te manen"
WHY = "Failliet, en de curator betaalt niemand."


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(LATE):
        yield


@pytest.fixture
def owing(world: World) -> World:
    """The provider owes EUR 150, and is a day late."""
    recovered(paid_claim(world).claim)
    return world


@pytest.fixture
def ineke() -> Client:
    return logged_in("ineke", "payment-officers")


def act(owing: World, name: str) -> str:
    return f"{DEBTORS}{owing.provider.pk}/do/{name}"


@pytest.mark.parametrize("all_of_them", [False, True])
def test_who_is_late_is_reminded_once_and_leaves_the_queue(
    owing: World, ineke: Client, all_of_them: bool
) -> None:
    address = f"{DEBTORS}do/remind-all" if all_of_them else act(owing, "remind")
    assert QUEUE in ineke.get("/admin/").content.decode()

    said = plain(say(ineke, address))
    again = plain(say(ineke, address))

    expected = (
        "1 opleider is aangemaand."
        if all_of_them
        else "ROC Voorbeeld leest dat € 150,00 uiterlijk op 7 april 2026 moet zijn terugbetaald."
    )
    assert expected in said
    assert "Er is niets te laat, of er loopt nog een aanmaning." in again
    assert Reminder.objects.count() == 1
    assert QUEUE not in ineke.get("/admin/").content.decode()
    assert "ROC Voorbeeld" not in ineke.get(f"{DEBTORS}?late=remind").content.decode()
    for listed in (DEBTORS, f"{DEBTORS}?late=yes", f"{DEBTORS}{owing.provider.pk}/change/"):
        assert "7 april 2026" in ineke.get(listed).content.decode()


def test_two_officers_write_off(owing: World, ineke: Client) -> None:
    bas = logged_in("bas", "payment-officers")

    said = say(ineke, act(owing, "write-off"), amount="€ 100,00", reason=WHY)
    waiting = WriteOff.objects.get()
    agree = f"{WRITE_OFFS}{waiting.pk}/do/agree"
    own = plain(say(ineke, agree))
    waits = plain(bas.get("/admin/").content.decode())
    asked = plain(bas.get(agree).content.decode())
    done = plain(say(bas, agree))
    listed = plain(bas.get(WRITE_OFFS).content.decode())

    assert "De afboeking is voorgesteld. Iemand anders moet akkoord geven." in said
    assert "kan er niet ook akkoord voor geven" in own
    assert "Afboekingen om te beantwoorden" in waits
    for words in ("ROC Voorbeeld", "€ 100,00", WHY, "ineke"):
        assert words in asked
        assert words in listed
    assert "€ 100,00 is afgeboekt. ROC Voorbeeld moet in totaal nog € 50,00 terugbetalen." in done
    assert owed_by(owing.provider) == 5_000


def test_a_write_off_is_declined_or_withdrawn(owing: World, ineke: Client) -> None:
    bas = logged_in("bas", "payment-officers")
    declined = proposed(owing, 150)
    assert "hetzelfde terugbetalen" in say(bas, f"{WRITE_OFFS}{declined.pk}/do/decline")
    agreed = writing_off.agree(proposed(owing, 150), by="bas", at=LATE)
    address = f"{WRITE_OFFS}{agreed.pk}/do/withdraw"

    said = plain(say(ineke, address, reason="De opleider betaalt toch."))

    assert "Het is ingetrokken. ROC Voorbeeld moet in totaal nog € 150,00 terugbetalen." in said
    assert CHANGED in say(bas, address, reason="Dubbel.")
    for each in (declined, agreed):
        assert "/do/" not in ineke.get(f"{WRITE_OFFS}{each.pk}/change/").content.decode()
    assert owed_by(owing.provider) == 15_000


@pytest.mark.parametrize(
    ("amount", "reason", "field", "sentence"),
    [
        ("150,01", WHY, "amount", "Die moet nog € 150,00 terugbetalen."),
        ("0", WHY, "amount", "Een bedrag is meer dan nul."),
        ("1.000", WHY, "amount", "Vul een bedrag in euro’s in"),
        ("150", "\u200b", "reason", "Schrijf in hoogstens 500 letters wat is geprobeerd"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    owing: World, ineke: Client, amount: str, reason: str, field: str, sentence: str
) -> None:
    said = say(ineke, act(owing, "write-off"), amount=amount, reason=reason)

    assert sentence in beside(field, said)
    assert not WriteOff.objects.exists()


@pytest.mark.parametrize("group", GROUPS)
def test_only_payment_officers_remind_and_write_off(owing: World, group: str) -> None:
    waiting = proposed(owing, 1)
    browser = logged_in("iemand", group)
    pages = [
        WRITE_OFFS,
        f"{WRITE_OFFS}{waiting.pk}/change/",
        f"{DEBTORS}do/remind-all",
        *(act(owing, name) for name in ("remind", "write-off")),
        *(f"{WRITE_OFFS}{waiting.pk}/do/{name}" for name in ("agree", "decline")),
    ]

    for address in pages:
        status = browser.get(address).status_code
        assert (status == 200) == (group == "payment-officers"), address
        if status != 200:
            assert browser.post(address).status_code == status
    assert not Reminder.objects.exists()
