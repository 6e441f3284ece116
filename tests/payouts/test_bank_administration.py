"""Bank statements in the administration and on the pages of the audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from demo import bank
from ontwikkelrekening.payouts.bank_statements.explaining import explain
from ontwikkelrekening.payouts.models import BankEntry, BankStatement, BatchState, Became
from ontwikkelrekening.payouts.paying import settle_batch
from tests.audit.world import logged_in, say
from tests.budgets.world import World
from tests.payouts.test_bank_statements import AT, TODAY, file_of, said, taken_in
from tests.payouts.world import PAY_ON, released

pytestmark = pytest.mark.django_db

TAKE_IN = "/admin/payouts/bankstatement/do/take-in"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(AT):
        yield


@pytest.fixture
def ineke(world: World) -> Client:
    return logged_in("ineke", "payment-officers")


def plain(client: Client, page: str) -> str:
    return unescape(client.get(page).content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def hand_in(client: Client, content: bytes) -> str:
    return say(client, TAKE_IN, file=SimpleUploadedFile("afschrift.xml", content))


def explain_page(entry: BankEntry) -> str:
    return f"/admin/payouts/bankentry/{entry.pk}/do/explain"


def test_an_officer_takes_a_statement_in_and_explains_what_is_left(
    world: World, ineke: Client
) -> None:
    batch = released(world)
    told = hand_in(ineke, said(bank.paid(file_of(batch)), bank.came_in(25_00), day=TODAY))

    batch.refresh_from_db()
    assert batch.state == BatchState.SETTLED
    assert "2026-001 ingelezen. 1 regel wacht op een verklaring." in told
    assert "Regels van de bank om te verklaren" in plain(ineke, "/admin/")
    entry = BankEntry.objects.get(became=Became.UNKNOWN)
    assert "Niet geboekt, of op dagen zonder afschrift" in plain(ineke, explain_page(entry))
    assert "De regel is verklaard." in say(
        ineke, explain_page(entry), explanation="Een gift.", cause=""
    )
    entry.refresh_from_db()
    assert (entry.explanation, entry.explained_by) == ("Een gift.", "ineke")


@pytest.mark.parametrize("days_later", [0, 1])
def test_a_booking_that_the_bank_did_not_name_is_offered(
    world: World, ineke: Client, days_later: int
) -> None:
    batch = released(world)
    settle_batch(batch, by="bas", at=AT, on=PAY_ON + timedelta(days=days_later))
    (entry,) = taken_in(bank.Line(-15_000, ""), day=PAY_ON).entries.all()
    taken_in(identifier="2", day=TODAY, opening=-15_000)

    assert f"batch:{batch.pk}" in plain(ineke, explain_page(entry))
    say(ineke, explain_page(entry), explanation="Dat bestand.", cause=f"batch:{batch.pk}")
    entry.refresh_from_db()
    assert entry.cause == f"batch:{batch.pk}"


def test_a_statement_leads_to_its_entries_in_pages(world: World, ineke: Client) -> None:
    """A bank may book 50,000 payments one by one: on one page that took a minute."""
    statement = taken_in(*[bank.came_in(25_00)] * 150)
    taken_in(bank.came_in(26_00), identifier="2", opening=150 * 25_00)

    page = plain(ineke, f"/admin/payouts/bankstatement/{statement.pk}/change/")
    listed = f"/admin/payouts/bankentry/?statement={statement.identifier}"

    assert f'<a href="{listed}">150</a>' in page
    assert page.count("25,00") == 0
    entries = plain(ineke, listed)
    assert 0 < entries.count("25,00") <= 100
    assert "26,00" not in entries


@pytest.mark.parametrize("content", [b"x", b"<a/>", said(identifier="9" * 36)])
def test_a_file_that_cannot_be_taken_in_is_refused_beside_its_field(
    ineke: Client, content: bytes
) -> None:
    page = hand_in(ineke, content)

    assert '<a href="#id_file">' in page
    assert not BankStatement.objects.exists()


def test_others_take_in_and_explain_nothing(world: World) -> None:
    (entry,) = taken_in(bank.came_in(25_00)).entries.all()
    rosa = logged_in("rosa", "reviewers")

    assert rosa.get(TAKE_IN).status_code == 403
    assert rosa.get(explain_page(entry)).status_code == 403


def test_an_auditor_reads_what_the_bank_says_and_where_the_books_differ(world: World) -> None:
    batch = released(world)
    settle_batch(batch, by="bas", at=AT)
    statement = taken_in(bank.came_in(25_00), bank.came_in(1_00), day=TODAY)
    amir = logged_in("amir", "auditors")

    explain(BankEntry.objects.get(number=2), explanation="a gift", by="ineke", at=AT)
    listed = plain(amir, "/audit/bank")
    page = plain(amir, f"/audit/bank/{statement.pk}")

    assert "2026-001" in listed
    assert "€ 26,00" in listed
    assert "Door iemand verklaard" in listed
    assert f"batch:{batch.pk}" in listed
    assert f"batch:{batch.pk}" in page
    assert "nog niet verklaard" in page
    assert "150,00" in page
