"""Paying by command: the same two people, a file that is whole, and plain sentences."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate

from ontwikkelrekening.payouts.models import (
    PaymentBatch,
)
from ontwikkelrekening.payouts.paying import (
    settle_batch,
)
from providers.models import Claim
from providers.states import ClaimState
from tests.budgets.world import (
    LATER,
    World,
    staff,
)
from tests.payouts.test_recovering import paid_claim, recovered
from tests.payouts.world import AFTER, approved_claim, released

pytestmark = pytest.mark.django_db


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


def test_the_commands_recover_a_claim_and_book_what_is_repaid(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    settle_batch(released(world), by="ineke", at=LATER)
    claim = Claim.objects.get()
    for name in ("rosa", "sam"):
        staff(name, "reviewers")
    staff("ineke", "payment-officers")
    propose = "propose_recovery", str(claim.pk), "--reason", "nobody came", "--heard", "no answer"
    today = localdate()
    repay = (
        "book_repayment", world.provider.kvk_number, "50,00", "--received-on", today.isoformat(),
    )  # fmt: skip

    with pytest.raises(CommandError, match="of the group reviewers"):
        call_command(*propose, "--by", "ineke")
    with pytest.raises(CommandError, match="There is no claim x"):
        call_command("agree_to_recovery", "x", "--by", "sam")
    with pytest.raises(CommandError, match="Nobody has proposed"):
        call_command("agree_to_recovery", str(claim.pk), "--by", "sam")
    call_command(*propose, "--by", "rosa")
    with pytest.raises(CommandError, match="already"):
        call_command(*propose, "--by", "sam")
    with pytest.raises(CommandError, match="cannot decide it as well"):
        call_command("agree_to_recovery", str(claim.pk), "--by", "rosa")
    call_command("agree_to_recovery", str(claim.pk), "--by", "sam")
    with pytest.raises(CommandError, match="'recover' is not possible"):
        call_command(*propose, "--by", "rosa")
    with pytest.raises(CommandError, match="of the group payment-officers"):
        call_command(*repay, "--reference", "terug", "--by", "rosa")
    with pytest.raises(CommandError, match="is not an amount in euros"):
        call_command(*repay[:2], "10000000000", *repay[3:], "--reference", "x", "--by", "ineke")
    call_command(*repay, "--reference", "terug", "--by", "ineke")
    with pytest.raises(CommandError, match="already"):
        call_command(*repay, "--reference", "terug", "--by", "ineke")
    assert "owes 100.00 euros now" in capsys.readouterr().out

    kvk, day = world.provider.kvk_number, ("--received-on", today.isoformat())
    withdraw = "withdraw_repayment", kvk, *day, "--reference", "terug", "--reason"
    with pytest.raises(CommandError, match="of the group payment-officers"):
        call_command(*withdraw, "dubbel", "--by", "rosa")
    with pytest.raises(CommandError, match=r"invalid.*gisteren|gisteren is not a day"):
        call_command(*withdraw[:2], "--received-on", "gisteren", *withdraw[4:], "x", "--by", "bas")
    with pytest.raises(CommandError, match="Nothing of 87654321 is booked with this reference"):
        call_command(withdraw[0], "87654321", *withdraw[2:], "dubbel", "--by", "ineke")
    with pytest.raises(CommandError, match="what was booked wrongly"):
        call_command(*withdraw, " ", "--by", "ineke")
    call_command(*withdraw, "dubbel", "--by", "ineke")
    with pytest.raises(CommandError, match="withdrawn already"):
        call_command(*withdraw, "dubbel", "--by", "ineke")
    assert "owes 150.00 euros now" in capsys.readouterr().out
    call_command(*repay, "--reference", "terug", "--by", "ineke")
    call_command(*withdraw, "nog eens", "--by", "ineke")
    assert Claim.objects.get().state == ClaimState.RECOVERED


@pytest.mark.usefixtures("in_english")
def test_the_commands_remind_and_write_off(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = paid_claim(world).claim
    recovered(claim)
    for name in ("ineke", "bas"):
        staff(name, "payment-officers")
    staff("rosa", "reviewers")
    kvk = world.provider.kvk_number

    with time_machine.travel(AFTER):
        call_command("remind_providers", "--by", "ineke")
    assert "Nothing is late" in capsys.readouterr().out
    with time_machine.travel(AFTER + timedelta(weeks=7)):
        call_command("remind_providers", "--by", "ineke")
    assert re.search(r": €\s?150.00 to be paid by 20", capsys.readouterr().out)
    write_off = "propose_write_off", kvk, "100,00", "--reason", "bankrupt", "--by"
    with pytest.raises(CommandError, match="of the group payment-officers"):
        call_command(*write_off, "rosa")
    with pytest.raises(CommandError, match="There is no provider 87654321"):
        call_command(write_off[0], "87654321", *write_off[2:], "ineke")
    with pytest.raises(CommandError, match="does not owe that much"):
        call_command(*write_off[:2], "1000", *write_off[3:], "ineke")
    with pytest.raises(CommandError, match="Nobody has proposed"):
        call_command("agree_to_write_off", kvk, "--by", "bas")
    call_command(*write_off, "ineke")
    with pytest.raises(CommandError, match="cannot agree to it as well"):
        call_command("agree_to_write_off", kvk, "--by", "ineke")
    call_command("agree_to_write_off", kvk, "--by", "bas")
    assert "owes 50.00 euros now" in capsys.readouterr().out


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

    assert (
        f"{reference} came back; what of it was not recovered is due again."
        in capsys.readouterr().out
    )
    assert Claim.objects.get().state == ClaimState.APPROVED


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
        (["prepare_payments", "--by", "ineke"], "There is nothing to pay now."),
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
