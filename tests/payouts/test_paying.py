"""From an approved claim to a paid one: two people, one file, nothing twice."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import pytest
import sepaxml
import xmlschema
from defusedxml import ElementTree
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.timezone import localdate
from djmoney.money import Money

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.models import (
    BatchState,
    PaymentBatch,
    Payout,
    PayoutLine,
    PayoutState,
)
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
    withdraw_batch,
)
from ontwikkelrekening.payouts.sepa import Payer, Payment, UnableToWriteFile, write_file
from providers import claiming
from providers.admitting import admit
from providers.enrolling import redeem
from providers.models import Claim, Delivery, Endpoint, Provider, StateChange
from providers.states import ClaimState
from tests.budgets.world import (
    AT,
    LATER,
    ON,
    STARTS_ON,
    World,
    course,
    create_world,
    give,
    left,
    staff,
)

pytestmark = pytest.mark.django_db
PAY_ON = date(2026, 2, 5)
AFTER = LATER + timedelta(days=4)
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


@pytest.fixture
def world(db: None) -> World:
    return create_world()


def approved_claim(world: World) -> Claim:
    """Fatima takes a course of EUR 300; the provider claims the start, EUR 150."""
    give(world, world.fatima, 30_000)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    claim, _ = claiming.submit(
        uuid4(), agreed.enrolment.pk, "start", Money(150, "EUR"), {}, provider=world.provider,
        actor="roc", at=LATER,
    )  # fmt: skip
    claiming.assess(str(claim.pk), at=LATER)
    return claim


def released(world: World, *, claims: int = 1) -> PaymentBatch:
    for _ in range(claims):
        approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    return release_batch(batch, by="bas", at=LATER)


def payable(provider: Provider) -> int:
    return left(f"payable:{provider.pk}")


def test_claims_are_bundled_per_provider(world: World) -> None:
    claims = [approved_claim(world), approved_claim(world)]
    world.provider = admit("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT)
    claims.append(approved_claim(world))

    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    evc, roc = batch.payouts.order_by("provider__name")
    assert (evc.amount, roc.amount) == (Money(150, "EUR"), Money(300, "EUR"))
    assert roc.claims.count() == 2
    states = Claim.objects.filter(pk__in=[claim.pk for claim in claims]).values_list("state")
    assert set(states) == {(ClaimState.IN_FILE,)}
    assert Claim.objects.get(pk=claims[0].pk).payment_reference == roc.reference


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
            state=BatchState.RELEASED, released_by="ineke", file=b"x", file_sha256="x"
        )


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
    Provider.objects.filter(pk=world.provider.pk).update(iban="NL91ABNA0417164300")

    with pytest.raises(errors.IbanChanged, match="ROC Voorbeeld"):
        release_batch(batch, by="bas", at=LATER)

    assert PaymentBatch.objects.get().state == BatchState.PREPARED
    assert payable(world.provider) == 15_000


def test_what_the_bank_returns_is_to_be_paid_again(world: World) -> None:
    batch = released(world)

    return_payout(batch.payouts.get(), reason="account closed", by="ineke", at=LATER)

    assert (payable(world.provider), left("in_transit")) == (15_000, 0)
    assert Claim.objects.get().state == ClaimState.APPROVED
    settle_batch(batch, by="ineke", at=LATER)
    again = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    release_batch(again, by="bas", at=LATER)
    settle_batch(again, by="ineke", at=LATER)
    assert left("bank") == -15_000
    assert check_ledger() == []


def test_what_comes_back_after_it_was_paid_is_to_be_paid_again(world: World) -> None:
    Endpoint.objects.create(
        provider=world.provider, url="https://roc.example", secrets=["x"], challenge="x",
        verified_at=AT, registered_at=AT,
    )  # fmt: skip
    batch = released(world)
    settle_batch(batch, by="ineke", at=LATER)

    payout = return_payout(batch.payouts.get(), reason=" account closed ", by="bas", at=AFTER)

    assert (payout.state, payout.reason) == (PayoutState.SENT_BACK, "account closed")
    assert (payable(world.provider), left("in_transit"), left("bank")) == (15_000, 0, 0)
    claim = Claim.objects.get()
    assert (claim.state, claim.payment_reference) == (ClaimState.APPROVED, "")
    assert (claim.taken_up_at, claim.paid_at) == (None, None)
    assert not Claim.objects.payments().exists()
    move = StateChange.objects.filter(subject_id=claim.pk).latest("pk")
    assert (move.event, move.from_state, move.actor) == ("return", "paid", "bas")
    told = Delivery.objects.values_list("event__type", flat=True).order_by("created_at")
    assert list(told)[-2:] == [f"nl.ontwikkelrekening.claim.{x}" for x in ("paid", "approved")]
    assert check_ledger() == []

    again = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    settle_batch(release_batch(again, by="bas", at=LATER), by="ineke", at=LATER)
    assert (payable(world.provider), left("bank")) == (0, -15_000)
    return_payout(again.payouts.get(), reason="again", by="bas", at=LATER)
    assert (payable(world.provider), left("bank")) == (15_000, 0)
    assert check_ledger() == []


def test_of_a_settled_batch_only_what_came_back_is_undone(world: World) -> None:
    approved_claim(world)
    roc, world.provider = (
        world.provider,
        admit("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT),
    )
    approved_claim(world)
    batch = release_batch(prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER), by="bas", at=LATER)
    settle_batch(batch, by="ineke", at=LATER)

    return_payout(batch.payouts.get(provider=roc), reason="closed", by="bas", at=LATER)

    assert (payable(roc), payable(world.provider), left("bank")) == (15_000, 0, -15_000)
    assert Claim.objects.get(provider=roc).state == ClaimState.APPROVED
    assert Claim.objects.get(provider=world.provider).state == ClaimState.PAID
    assert PaymentBatch.objects.get().state == BatchState.SETTLED


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("is_settled", [False, True])
def test_a_payment_comes_back_once(world: World, is_settled: bool) -> None:
    batch = released(world)
    payout = batch.payouts.get()
    if is_settled:
        settle_batch(batch, by="ineke", at=LATER)
    return_payout(payout, reason="account closed", by="ineke", at=LATER)

    with pytest.raises(errors.CameBackBefore, match="has come back already"):
        return_payout(payout, reason="account closed", by="ineke", at=LATER)
    if not is_settled:
        settle_batch(batch, by="ineke", at=LATER)
    with pytest.raises(errors.CameBackBefore):
        return_payout(payout, reason="account closed", by="ineke", at=LATER)

    assert (payable(world.provider), left("bank"), left("in_transit")) == (15_000, 0, 0)


@pytest.mark.usefixtures("in_english")
def test_what_was_not_sent_cannot_come_back(world: World) -> None:
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)

    with pytest.raises(errors.WrongState, match="is prepared, not released or settled"):
        return_payout(batch.payouts.get(), reason="account closed", by="ineke", at=LATER)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_what_comes_back_says_why(world: World, reason: str) -> None:
    payout = released(world).payouts.get()

    with pytest.raises(errors.NoReason, match="200"):
        return_payout(payout, reason=reason, by="ineke", at=LATER)

    with pytest.raises(IntegrityError, match="came_back_says_why"), transaction.atomic():
        Payout.objects.update(state=PayoutState.RETURNED)
    assert Claim.objects.get().state == ClaimState.IN_FILE


@pytest.mark.usefixtures("in_english")
def test_the_command_records_what_came_back_after_it_was_paid(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = released(world)
    settle_batch(batch, by="ineke", at=LATER)
    staff("ineke", "payment-officers")
    staff("amir", "auditors")
    reference = batch.payouts.get().reference
    act = "return_payment", reference, "--reason", "account closed", "--by"

    with pytest.raises(CommandError, match="amir is no payment officer"):
        call_command(*act, "amir")
    call_command(*act, "ineke")
    with pytest.raises(CommandError, match="has come back already"):
        call_command(*act, "ineke")

    assert f"{reference} came back; its claims are due again." in capsys.readouterr().out
    assert Claim.objects.get().state == ClaimState.APPROVED


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
    payment = Payment("Créche Zoë & Co", "NL20INGB0001234567", 100, "REF-1", "x")
    payer = Payer("Ontwikkelrekening", "NL91ABNA0417164300", "ABNANL2A")

    file = write_file([payment], payer=payer, message_id="M1", pay_on=PAY_ON, at=LATER)

    assert b"Creche Zoe &amp; Co" in file
    assert file == write_file([payment], payer=payer, message_id="M1", pay_on=PAY_ON, at=LATER)


@pytest.mark.usefixtures("in_english")
def test_the_commands_take_a_claim_to_paid(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    approved_claim(world)
    staff("ineke", "payment-officers")
    staff("bas", "payment-officers")

    call_command("prepare_payments", "--by", "ineke")
    with pytest.raises(CommandError, match="someone else must release it"):
        call_command("release_payments", "--by", "ineke")
    call_command("release_payments", "--by", "bas", "--out", str(tmp_path))
    call_command("settle_payments", "--by", "ineke")

    assert "1 payments, 150.00 euros" in capsys.readouterr().out
    assert len(list(tmp_path.glob("OWR-*.xml"))) == 1
    assert Claim.objects.get().state == ClaimState.PAID


@pytest.mark.usefixtures("in_english")
def test_a_file_that_the_disk_refused_is_written_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved_claim(world)
    staff("ineke", "payment-officers")
    staff("bas", "payment-officers")
    call_command("prepare_payments", "--by", "ineke")
    with pytest.raises(CommandError, match="There is no batch that is released"):
        call_command("write_payment_file", "--by", "bas")
    with pytest.raises(CommandError, match="is prepared, not released"):
        call_command("write_payment_file", str(PaymentBatch.objects.get()), "--by", "bas")

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", Mock(side_effect=OSError(28, "No space left on device")))
        with pytest.raises(CommandError, match=r"No space left on device\. Write it with: .*OWR-"):
            call_command("release_payments", "--by", "bas", "--out", str(tmp_path))
    assert not [*tmp_path.iterdir()]
    call_command("write_payment_file", "--by", "ineke", "--out", str(tmp_path))

    (written,) = tmp_path.iterdir()
    batch = PaymentBatch.objects.get()
    assert (written.name, written.read_bytes()) == (f"{batch}.xml", bytes(batch.file or b""))
    with pytest.raises(CommandError, match="amir is no payment officer"):
        call_command("write_payment_file", "--by", "amir")


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["prepare_payments", "--by", "ineke"], "There are no approved claims to pay."),
        (["prepare_payments", "--by", "amir"], "amir is no payment officer."),
        (["prepare_payments", "--by", "ineke", "--pay-on", "2999-12-31"], "made on 31-12-2999: "),
        (["prepare_payments", "--by", "ineke", "--pay-on", "1999-01-01"], "made on 01-01-1999: "),
        (["release_payments", "--by", "ineke"], "There is no batch that is prepared."),
        (["settle_payments", "XX", "--by", "ineke"], "There is no batch XX."),
    ],
)
def test_a_command_that_cannot_says_why(world: World, command: list[str], message: str) -> None:
    staff("ineke", "payment-officers")
    staff("amir", "auditors")

    with pytest.raises(CommandError, match=message):
        call_command(*command)


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
