"""From an approved claim to a paid one: two people, one file, nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
import sepaxml
import xmlschema
from defusedxml import ElementTree
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate
from djmoney.money import Money

from ledger.checking import check_ledger
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.models import (
    BatchState,
    PaymentBatch,
    Payout,
    PayoutLine,
)
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    settle_batch,
    withdraw_batch,
)
from ontwikkelrekening.payouts.sepa import Payer, Payment, UnableToWriteFile, write_file
from providers.models import Claim
from providers.states import ClaimState
from tests.budgets.world import (
    AT,
    LATER,
    ON,
    World,
    left,
    staff,
)
from tests.payouts.world import (
    AFTER,
    NEW_IBAN,
    PAY_ON,
    approved_claim,
    on_another_iban,
    payable,
    released,
    reverse_approval,
)
from tests.providers.world import admitted, iban

pytestmark = pytest.mark.django_db
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def test_claims_are_bundled_per_provider(world: World) -> None:
    claims = [approved_claim(world), approved_claim(world)]
    world.provider = admitted("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT)
    claims.append(approved_claim(world))

    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    evc, roc = batch.payouts.order_by("provider__name")
    assert (evc.amount, roc.amount) == (Money(150, "EUR"), Money(300, "EUR"))
    assert roc.claims.count() == 2
    assert set(Claim.objects.values_list("state")) == {(ClaimState.APPROVED,)}
    assert not Claim.objects.payments().exists()

    release_batch(batch, by="bas", at=AFTER)

    assert set(Claim.objects.values_list("state")) == {(ClaimState.IN_FILE,)}
    assert Claim.objects.get(pk=claims[0].pk).payment_reference == roc.reference
    assert {each["sent_at"] for each in Claim.objects.payments()} == {AFTER}


def test_what_was_reversed_in_the_books_is_not_paid(world: World) -> None:
    gone, due = approved_claim(world), approved_claim(world)
    reverse_approval(gone)

    batch = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)

    assert batch.payouts.get().claims.get() == due
    assert payable(world.provider) == 0
    assert check_against_books() == []


def test_what_is_reversed_after_it_was_prepared_is_not_released(world: World) -> None:
    gone, _due = approved_claim(world), approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    reverse_approval(gone)

    with pytest.raises(errors.ClaimReversed, match=str(gone.pk)):
        release_batch(batch, by="bas", at=LATER)

    withdraw_batch(batch, by="ineke", at=LATER)
    again = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)
    assert again.payouts.get().amount == Money(150, "EUR")


def test_released_money_is_on_its_way_and_settled_money_is_paid(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    assert payable(world.provider) == 15_000

    release_batch(batch, by="bas", at=LATER)
    assert (payable(world.provider), left("in_transit")) == (0, 15_000)

    settle_batch(batch, by="ineke", at=LATER)
    assert (left("in_transit"), left("bank")) == (0, -15_000)
    assert Claim.objects.get().state == ClaimState.PAID
    assert check_ledger() == []


def test_the_file_is_valid_and_says_what_the_books_say(world: World) -> None:
    batch = released(world, claims=2)
    xml = bytes(batch.file or b"")

    schemas = Path(sepaxml.__file__).parent / "schemas"
    xmlschema.XMLSchema(schemas / "pain.001.001.09.xsd").validate(xml.decode())
    root = ElementTree.fromstring(xml)
    payout = batch.payouts.get()
    assert root.findtext(".//p:GrpHdr/p:MsgId", namespaces=NAMESPACE) == batch.message_id
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NAMESPACE) == "300.00"
    assert root.findtext(".//p:EndToEndId", namespaces=NAMESPACE) == payout.reference
    assert root.findtext(".//p:CdtrAcct//p:IBAN", namespaces=NAMESPACE) == world.provider.iban
    assert root.findtext(".//p:ReqdExctnDt/p:Dt", namespaces=NAMESPACE) == "2026-02-05"
    assert batch.file_sha256 == hashlib.sha256(xml).hexdigest()


def test_the_person_who_prepared_cannot_release(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with pytest.raises(errors.SamePerson, match="ineke"):
        release_batch(batch, by="ineke", at=LATER)

    with pytest.raises(IntegrityError, match="released_by_someone_else"), transaction.atomic():
        PaymentBatch.objects.update(
            state=BatchState.RELEASED, released_by="ineke", released_at=LATER, file=b"x",
            file_sha256="x",
        )  # fmt: skip


def test_a_batch_is_released_once(world: World) -> None:
    batch = released(world)

    with pytest.raises(errors.WrongState):
        release_batch(batch, by="bas", at=LATER)

    assert left("in_transit") == 15_000


def test_without_claims_there_is_nothing_to_pay(world: World) -> None:
    with pytest.raises(errors.NothingToPay):
        prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("days", [-1, 31])
def test_a_batch_is_paid_within_the_term(world: World, days: int) -> None:
    approved_claim(world)
    today = localdate(LATER)

    with pytest.raises(
        errors.UnableToPayOn, match="from 03-02-2026 up to and including 05-03-2026"
    ):
        prepare_batch(by="ineke", pay_on=today + timedelta(days=days), at=LATER)

    assert Claim.objects.get().state == ClaimState.APPROVED
    with pytest.raises(IntegrityError, match="paid_within_the_term"), transaction.atomic():
        PaymentBatch.objects.create(
            message_id="X", pay_on=today + timedelta(days=days), prepared_by="x", prepared_at=LATER
        )


@pytest.mark.parametrize("days", [0, 30])
def test_the_first_and_the_last_day_of_the_term_are_paid_on(world: World, days: int) -> None:
    approved_claim(world)
    pay_on = localdate(LATER) + timedelta(days=days)

    batch = prepare_batch(by="ineke", pay_on=pay_on, at=LATER)

    assert release_batch(batch, by="bas", at=LATER).pay_on == pay_on


def test_a_batch_that_lay_longer_than_the_term_is_paid_when_it_is_released(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    batch = release_batch(batch, by="bas", at=LATER + timedelta(days=60))

    assert batch.pay_on == localdate(LATER) + timedelta(days=60)


def test_a_claim_in_two_payouts_is_impossible(world: World) -> None:
    batch = released(world)
    payout = batch.payouts.get()
    other = PaymentBatch.objects.create(
        message_id="OTHER", pay_on=PAY_ON, prepared_by="ineke", prepared_at=LATER
    )
    second = Payout.objects.create(
        batch=other,
        provider=world.provider,
        iban=payout.iban,
        amount=payout.amount,
        reference="OTHER-1",
    )

    with pytest.raises(IntegrityError, match="claim_stands_in_one_payout"), transaction.atomic():
        PayoutLine.objects.create(payout=second, claim=payout.claims.get())


def test_a_withdrawn_batch_makes_its_claims_due_again(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    withdraw_batch(batch, by="bas", at=LATER)

    again = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    assert again.payouts.get().claims.count() == 1
    with pytest.raises(errors.WrongState):
        release_batch(batch, by="bas", at=LATER)


def test_an_iban_that_changed_since_preparing_stops_the_release(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    on_another_iban(world)

    with pytest.raises(errors.IbanChanged, match="ROC Voorbeeld"):
        release_batch(batch, by="bas", at=LATER)

    assert PaymentBatch.objects.get().state == BatchState.PREPARED
    assert payable(world.provider) == 15_000
    withdraw_batch(batch, by="ineke", at=LATER)
    again = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)
    assert again.payouts.get().iban == NEW_IBAN
    assert check_against_books() == []


def test_a_day_that_has_passed_becomes_the_day_of_release(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    batch = release_batch(batch, by="bas", at=LATER + timedelta(days=10))

    assert batch.pay_on == date(2026, 2, 13)
    assert b"<Dt>2026-02-13</Dt>" in bytes(batch.file or b"")


@pytest.mark.parametrize(
    ("name", "iban"), [("Goed", "NL00INGB0001234567"), ("", "NL20INGB0001234567")]
)
def test_a_payment_the_bank_would_refuse_writes_no_file(name: str, iban: str) -> None:
    payment = Payment(name, iban, 100, "REF-1", "Ontwikkelrekening")
    payer = Payer("Ontwikkelrekening", "NL91ABNA0417164300", "ABNANL2A")

    with pytest.raises(UnableToWriteFile):
        write_file([payment], payer=payer, message_id="M1", pay_on=PAY_ON, at=LATER)


def test_names_keep_to_the_letters_banks_know() -> None:
    payment = Payment("Créche Zoë & Co ☕ a_b@c", "NL20INGB0001234567", 100, "REF-1", "x")
    payer = Payer("Ontwikkelrekening", "NL91ABNA0417164300", "ABNANL2A")

    file = write_file([payment], payer=payer, message_id="M1", pay_on=PAY_ON, at=LATER)

    assert b"<Nm>Creche Zoe + Co a b c</Nm>" in file
    assert file == write_file([payment], payer=payer, message_id="M1", pay_on=PAY_ON, at=LATER)


def test_a_name_without_a_letter_that_banks_know_is_refused_in_words() -> None:
    payment = Payment("☆", "NL20INGB0001234567", 100, "REF-1", "x")
    payer = Payer("Ontwikkelrekening", "NL91ABNA0417164300", "ABNANL2A")

    with pytest.raises(UnableToWriteFile, match="☆"):
        write_file([payment], payer=payer, message_id="M1", pay_on=PAY_ON, at=LATER)


def test_only_payment_officers_get_the_file(world: World, client: Client) -> None:
    batch = released(world)
    address = f"/staff/payments/{batch.message_id}.xml"

    assert client.get(address).status_code == 302
    client.force_login(staff("amir", "auditors"))
    assert client.get(address).status_code == 403
    client.force_login(staff("bas", "payment-officers"))
    answer = client.get(address)

    assert answer.content == bytes(batch.file or b"")
    assert answer["Content-Disposition"] == f'attachment; filename="{batch.message_id}.xml"'
    assert client.get("/staff/payments/OWR-none.xml").status_code == 404


def test_a_batch_that_was_not_released_has_no_file(world: World, client: Client) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    client.force_login(staff("bas", "payment-officers"))

    assert client.get(f"/staff/payments/{batch.message_id}.xml").status_code == 404


def test_a_batch_asks_as_much_however_many_providers_it_pays(world: World) -> None:
    asked = [queries_of_a_batch(world, schools) for schools in ([1], [2, 3, 4])]

    assert asked[0] == asked[1]


def queries_of_a_batch(world: World, schools: Sequence[int]) -> list[int]:
    """How many it takes to prepare, release and settle a batch that pays these."""
    for number in schools:
        world.provider = admitted(f"School {number}", f"{number:08d}", iban(number), on=ON, at=AT)
        approved_claim(world)
    with CaptureQueriesContext(connection) as prepare:
        batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    with CaptureQueriesContext(connection) as release:
        release_batch(batch, by="bas", at=LATER)
    with CaptureQueriesContext(connection) as settle:
        settle_batch(batch, by="ineke", at=LATER)
    return [len(each) for each in (prepare, release, settle)]
