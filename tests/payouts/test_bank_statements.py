"""What the bank says is taken in: whole, in a row, and only what is certain is booked."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from djmoney.money import Money

from demo import bank
from ledger.checking import check_ledger
from ledger.models import Booking
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.bank_statements import taking_in
from ontwikkelrekening.payouts.bank_statements.camt import (
    Statement,
    UnreadableStatement,
    read_statements,
)
from ontwikkelrekening.payouts.bank_statements.comparing import (
    Difference,
    differences,
    lasting_differences,
)
from ontwikkelrekening.payouts.bank_statements.explaining import (
    ExplainedBefore,
    NoExplanation,
    explain,
)
from ontwikkelrekening.payouts.bank_statements.taking_in import (
    AnotherAccount,
    NotOverYet,
    NotTheNext,
    TakenInBefore,
    take_in,
)
from ontwikkelrekening.payouts.models import (
    BankEntry,
    BankStatement,
    BatchState,
    Became,
    PaymentBatch,
    PayoutState,
    Repayment,
)
from ontwikkelrekening.payouts.paying import return_payout, settle_batch
from ontwikkelrekening.payouts.repaying import book_repayment
from ontwikkelrekening.payouts.withdrawing import withdraw
from ontwikkelrekening.staff import PAYMENT_OFFICERS
from providers import claiming
from providers.models import Claim
from tests.budgets.world import LATER, World, left, staff
from tests.payouts.world import AFTER, PAY_ON, released, released_to_two

pytestmark = pytest.mark.django_db

AT = LATER + timedelta(days=10)
TODAY = AT.date()
ANOTHER_IBAN = "NL86INGB0002445588"


def said(
    *lines: bank.Line,
    identifier: str = "2026-001",
    day: date = PAY_ON,
    opening: int = 0,
    iban: str = settings.PAYER_IBAN,
) -> bytes:
    return bank.statement(lines, identifier=identifier, iban=iban, day=day, opening=opening)


def taken_in(*lines: bank.Line, **how: Any) -> BankStatement:
    (statement,) = take_in(said(*lines, **how), by="ineke", at=AT)
    return statement


def read(content: bytes) -> list[Statement]:
    return read_statements(content, iban=settings.PAYER_IBAN)


def became(statement: BankStatement) -> list[str]:
    return [entry.became for entry in statement.entries.all()]


def sound() -> bool:
    return not check_ledger() and not check_against_books()


def recovered(world: World) -> None:
    """What the provider was paid, EUR 150, it owes."""
    settle_batch(released(world), by="ineke", at=LATER)
    recovery = claiming.propose_recovery(
        Claim.objects.get(), reason="nobody came", heard="nothing", by="rosa", at=AFTER
    )
    recovering.agree(recovery, by="sam", at=AFTER)


def file_of(batch: PaymentBatch) -> bytes:
    return bytes(batch.file or b"")


def test_a_batch_that_the_bank_paid_is_settled_on_the_day_that_it_did(world: World) -> None:
    batch = released(world, claims=2)

    statement = taken_in(bank.paid(file_of(batch)))

    batch.refresh_from_db()
    assert (batch.state, batch.settled_by) == (BatchState.SETTLED, "ineke")
    (entry,) = statement.entries.all()
    assert (entry.became, entry.cause) == (Became.PAID, f"batch:{batch.pk}")
    assert (entry.amount, entry.booked_on) == (Money(-300, "EUR"), PAY_ON)
    assert left("bank") == -30_000
    assert differences(statement) == []
    assert sound()


def test_a_bank_that_books_payment_by_payment(world: World) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()
    line = bank.came_in(15_000, reference=payout.reference)
    paid = bank.Line(-15_000, line.details.replace("CRDT", "DBIT"))

    assert became(taken_in(paid)) == [Became.PAID]


@pytest.mark.parametrize("debited", [15_000, 30_000])
def test_a_bank_that_refused_a_payment_before_it_paid_the_rest(world: World, debited: int) -> None:
    """It pays the others only, or the whole file and gives the one back."""
    batch = released_to_two(world)
    refused, _paid = batch.payouts.order_by("reference")
    return_payout(refused, reason="account closed", by="bas", at=LATER)
    details = bank.paid(file_of(batch)).details
    back = [bank.came_back(refused.reference, 15_000)] if debited == 30_000 else []

    statement = taken_in(bank.Line(-debited, details), *back)

    assert became(statement) == ["paid", "known"][: 1 + len(back)]
    assert left("bank") == -15_000
    assert differences(statement) == []
    assert sound()


def test_the_message_of_the_bank_itself_does_not_hide_the_file(world: World) -> None:
    line = bank.paid(file_of(released(world)))
    details = f"{line.details}<TxDtls><Refs><MsgId>BANK-1</MsgId></Refs></TxDtls>"

    assert became(taken_in(bank.Line(line.cents, details))) == ["paid"]


@pytest.mark.parametrize("on_the_same_statement", [True, False])
def test_a_payment_that_came_back_is_due_again(world: World, on_the_same_statement: bool) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()
    back = bank.came_back(payout.reference, 15_000)

    if on_the_same_statement:
        assert became(taken_in(back, bank.paid(file_of(batch)))) == ["returned", "paid"]
    else:
        taken_in(bank.paid(file_of(batch)))
        later = taken_in(back, identifier="2026-002", day=TODAY, opening=-15_000)
        assert became(later) == ["returned"]
        assert differences(later) == []

    payout.refresh_from_db()
    assert (payout.state, payout.reason) == (PayoutState.SENT_BACK, "rekening opgeheven")
    assert left("bank") == 0
    assert sound()


@pytest.mark.parametrize(
    "how",
    [
        "<RvslInd>true</RvslInd>",
        "<BkTxCd><Domn><Fmly><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>",
    ],
)
def test_a_bank_that_says_in_its_words_which_payment_came_back(world: World, how: str) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()
    words = bank.came_in(15_000, words=f"Ontwikkelrekening {payout.reference}").details
    content = said(bank.paid(file_of(batch)), bank.Line(15_000, words))
    amount = b">150.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"

    (statement,) = take_in(content.replace(amount, amount + how.encode(), 1), by="ineke", at=AT)

    assert became(statement) == ["paid", "returned"]


def test_what_a_provider_pays_with_our_reference_is_no_payment_that_came_back(world: World) -> None:
    """Else its claims were due again, and paid a second time."""
    batch = released(world)
    (payout,) = batch.payouts.all()
    line = bank.came_in(15_000, reference=payout.reference, words=payout.reference)

    assert became(taken_in(bank.paid(file_of(batch)), line)) == ["paid", "unknown"]


def test_who_pays_with_our_reference_does_not_hide_the_payment_that_comes_back(
    world: World,
) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()
    stray = bank.came_in(100, reference=payout.reference, words=payout.reference)
    assert became(taken_in(bank.paid(file_of(batch)), stray)) == ["paid", "unknown"]

    back = bank.came_back(payout.reference, 15_000)
    statement = taken_in(back, identifier="2", day=TODAY, opening=-14_900)

    assert became(statement) == ["returned"]
    payout.refresh_from_db()
    assert payout.state == PayoutState.SENT_BACK


def test_a_return_that_is_booked_before_its_file(world: World) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()

    taken_in(bank.came_back(payout.reference, 15_000))
    payout.refresh_from_db()
    assert payout.state == PayoutState.RETURNED
    second = taken_in(bank.paid(file_of(batch)), identifier="2", day=TODAY, opening=15_000)

    assert became(second) == ["paid"]
    assert left("bank") == 0
    assert sound()


def test_what_was_booked_by_hand_is_known(world: World) -> None:
    batch = released(world, claims=1)
    (payout,) = batch.payouts.all()
    settle_batch(batch, by="bas", at=AT)
    return_payout(payout, reason="account closed", by="bas", at=AT)

    lines = (bank.paid(file_of(batch)), bank.came_back(payout.reference, 15_000))
    statement = taken_in(*lines, day=TODAY)

    assert became(statement) == ["known", "known"]
    assert differences(statement) == []
    assert left("bank") == 0


def test_what_the_bank_says_twice_is_left_to_a_person(world: World) -> None:
    """It may have paid a file or sent a payment back twice."""
    batch = released(world)
    (payout,) = batch.payouts.all()
    paid, back = bank.paid(file_of(batch)), bank.came_back(payout.reference, 15_000)

    assert became(taken_in(paid, back, back)) == ["paid", "returned", "unknown"]
    again = taken_in(paid, back, identifier="2", opening=15_000)

    assert became(again) == ["unknown", "unknown"]
    assert left("bank") == 0


@pytest.mark.parametrize("named_by", ["kvk", "iban"])
def test_what_a_provider_pays_back_is_booked(world: World, named_by: str) -> None:
    recovered(world)
    provider = world.provider
    words = f"terugbetaling {provider.kvk_number}" if named_by == "kvk" else "terug"
    iban = provider.iban if named_by == "iban" else ""

    statement = taken_in(bank.came_in(4_000, words=words, iban=iban), day=TODAY)

    repayment = Repayment.objects.get()
    (entry,) = statement.entries.all()
    assert (entry.became, entry.cause) == (Became.REPAID, f"repayment:{repayment.pk}")
    assert (repayment.amount, repayment.received_on) == (Money(40, "EUR"), TODAY)
    assert differences(statement) == []


def test_a_provider_that_pays_twice_under_one_reference_of_the_bank(world: World) -> None:
    recovered(world)
    part = bank.came_in(4_000, words=world.provider.kvk_number)

    statement = taken_in(bank.Line(8_000, part.details * 2), day=TODAY)

    assert became(statement) == ["repaid", "repaid"]
    references = Repayment.objects.order_by("reference").values_list("reference", flat=True)
    assert list(references) == ["2026-001/1", "2026-001/2"]


def test_a_repayment_that_was_booked_by_hand_is_known_once(world: World) -> None:
    recovered(world)
    book_repayment(
        world.provider, Money(40, "EUR"), received_on=TODAY, reference="x", by="bas", at=AT
    )
    line = bank.came_in(4_000, words=world.provider.kvk_number)

    assert became(taken_in(line, line, day=TODAY)) == ["known", "repaid"]


@pytest.mark.parametrize(
    "line",
    [
        bank.came_in(1_00, words="for Fatima"),
        bank.came_in(1_00, words="12345678"),
        bank.came_in(1_00, reference="OWR-20260101-00000000-00001"),
        bank.Line(-1_00, "<Btch><PmtInfId>SALARIES-1</PmtInfId></Btch>"),
        bank.Line(-1_00, ""),
    ],
)
def test_what_nobody_knows_waits_for_a_person_who_says_what_it_is(
    world: World, line: bank.Line
) -> None:
    statement = taken_in(line)
    (entry,) = statement.entries.all()
    assert (entry.became, entry.cause) == (Became.UNKNOWN, "")
    assert not Repayment.objects.exists()

    with pytest.raises(NoExplanation):
        explain(entry, explanation="\u200b", by="ineke", at=AT)
    explain(entry, explanation=" a gift ", by="ineke", at=AT)
    with pytest.raises(ExplainedBefore):
        explain(entry, explanation="another", by="bas", at=AT)

    entry.refresh_from_db()
    assert (entry.became, entry.explanation) == (Became.EXPLAINED, "a gift")
    assert sound()


def test_amounts_that_are_not_what_we_asked_for_are_left_to_a_person(world: World) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()
    short = bank.Line(-14_999, bank.paid(file_of(batch)).details)

    statement = taken_in(short, bank.came_back(payout.reference, 14_999))

    assert became(statement) == ["unknown", "unknown"]
    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED


def test_no_name_and_no_word_of_who_paid_is_kept(world: World) -> None:
    line = bank.came_in(1_00, words="Fatima Amrani", iban=ANOTHER_IBAN, reference="Fatima")
    taken_in(line, bank.Line(-1_00, "<Btch><PmtInfId>Fatima</PmtInfId></Btch>"))

    kept = str([*BankEntry.objects.values(), *BankStatement.objects.values()])
    assert not {"Fatima", "Somebody", ANOTHER_IBAN} & set(kept.replace("'", " ").split())


def test_statements_come_in_a_row_and_once(world: World) -> None:
    taken_in(bank.came_in(1_00), day=PAY_ON)

    with pytest.raises(TakenInBefore):
        taken_in(bank.came_in(1_00), day=PAY_ON)
    with pytest.raises(NotTheNext):
        taken_in(bank.came_in(1_00), identifier="2026-003", opening=2_00)
    with pytest.raises(NotTheNext, match="2026-003: "):
        taken_in(identifier="2026-003", opening=1_00, day=PAY_ON - timedelta(days=1))
    taken_in(identifier="2026-002", opening=1_00)
    with pytest.raises(AnotherAccount):
        taken_in(identifier="2026-003", opening=1_00, iban=ANOTHER_IBAN)
    with pytest.raises(NotOverYet):
        taken_in(identifier="2026-003", opening=1_00, day=TODAY + timedelta(days=1))

    assert BankStatement.objects.count() == 2


def test_statements_of_other_accounts_in_the_file_are_passed_over(world: World) -> None:
    ours, other = said(bank.came_in(1_00)), said(iban=ANOTHER_IBAN).replace(b"EUR", b"USD")
    both = ours.replace(
        b"<Stmt>", other[other.index(b"<Stmt>") : other.index(b"</BkTo")] + b"<Stmt>"
    )

    (statement,) = take_in(both, by="ineke", at=AT)

    assert (statement.iban, became(statement)) == (settings.PAYER_IBAN, ["unknown"])


def test_a_file_of_more_statements_is_taken_in_whole_or_not_at_all(world: World) -> None:
    batch = released(world)
    first = said(bank.paid(file_of(batch)))
    second = said(identifier="2", opening=0)  # not what the first ended with
    both = first.replace(
        b"</BkToCstmrStmt>", second[second.index(b"<Stmt>") : -len(b"</Document>")]
    )

    with pytest.raises(NotTheNext):
        take_in(both, by="ineke", at=AT)

    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED
    assert not BankStatement.objects.exists()


def test_what_is_of_a_day_whose_books_are_closed_is_booked_today(world: World) -> None:
    batch = released(world)
    (payout,) = batch.payouts.all()
    with time_machine.travel(AT, tick=False):
        call_command("close_period", str(PAY_ON))

    statement = taken_in(bank.paid(file_of(batch)), bank.came_back(payout.reference, 15_000))

    assert became(statement) == ["paid", "returned"]
    cause = f"batch:{batch.pk}"
    assert set(Booking.objects.filter(cause=cause).values_list("kind", "effective_on")) >= {
        ("settle", TODAY), ("return", TODAY),
    }  # fmt: skip
    assert sound()


def test_what_the_books_say_and_the_bank_does_not_is_shown(world: World) -> None:
    batch = released(world)
    settle_batch(batch, by="bas", at=AT)

    statement = taken_in(day=TODAY)

    assert differences(statement) == [Difference(f"batch:{batch.pk}", 0, -15_000)]


def test_what_was_booked_on_another_day_is_no_lasting_difference(world: World) -> None:
    """What the bank never paid is, in whichever statement it should have been."""
    assert lasting_differences() == []
    paid, never_paid = released(world), released(world)
    for batch in (paid, never_paid):
        settle_batch(batch, by="bas", at=AT, on=PAY_ON + timedelta(days=1))

    on_the_day = taken_in(bank.paid(file_of(paid)))
    later = taken_in(identifier="2", day=TODAY, opening=-15_000)

    assert len(differences(on_the_day)) == 1
    assert len(differences(later)) == 2
    assert lasting_differences() == [Difference(f"batch:{never_paid.pk}", 0, -15_000)]


def test_what_was_withdrawn_is_no_booking_that_the_bank_has_still_to_name(world: World) -> None:
    recovered(world)
    booked = book_repayment(
        world.provider, Money(50, "EUR"), received_on=TODAY, reference="x", by="bas", at=AT
    )
    withdraw(booked, reason="of another", by="bas", at=AT)

    assert differences(taken_in(day=TODAY)) == []


def test_an_explanation_may_name_what_was_booked(world: World) -> None:
    batch = released(world)
    settle_batch(batch, by="bas", at=AT)
    statement = taken_in(bank.Line(-15_000, ""), day=TODAY)
    (entry,) = statement.entries.all()

    explain(entry, explanation="that batch", cause=f"batch:{batch.pk}", by="ineke", at=AT)

    assert differences(statement) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<?xml", b"x<?xml"),
        (b"camt.053", b"camt.052"),
        (b"<Cd>CLBD</Cd>", b"<Cd>CLAV</Cd>"),
        (b">0.00<", b">1.00<"),
        (b">0.00<", b">x<"),
        (b">0.00<", b">NaN<"),
        (b">0.00<", b">Infinity<"),
        (b">0.00<", b">0.001<"),
        (b">0.00<", b">-0.01<"),
        (b">0.00<", b">1E999<"),
        (b">0.00<", b">0_0.00<"),
        (b">0.00<", b"><"),
        (b"Ccy='EUR'", b"Ccy='USD'"),
        (b"Ccy='EUR'", b""),
        (b"2026-02-05</Dt></Dt>", b"5 feb</Dt></Dt>"),
        (b"<Id>2026-001</Id>", b""),
        (b"<Id>2026-001</Id>", b"<Id>" + b"9" * 36 + b"</Id>"),
        (b"<Stmt>", b"<Rpt>"),
        (b"encoding='UTF-8'", b"encoding='nonsense'"),
        (b"<Document", b"<!DOCTYPE d [<!ENTITY a 'b'>]><Document"),
        (b"CRDT", b"BOTH"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_in_a_sentence(
    world: World, old: bytes, new: bytes
) -> None:
    content = said(bank.came_in(1_00)).replace(old, new)
    if new == b"<Rpt>":
        content = content.replace(b"</Stmt>", b"</Rpt>")

    with pytest.raises(UnreadableStatement) as refused:
        take_in(content, by="ineke", at=AT)

    assert str(refused.value)
    assert not BankStatement.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"bsn,name\n1,x", b"<a/>", b"\xff\xfe<\x00"])
def test_a_strange_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableStatement):
        read(content)


def test_what_the_bank_only_announces_is_no_entry() -> None:
    content = said(bank.came_in(1_00))
    announced = content.replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>").replace(
        b">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>", b">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>"
    )

    assert read(announced)[0].movements == ()


def test_the_second_version_of_the_format_is_read_as_well() -> None:
    """Its states are bare, and the amount of a part stands deeper."""
    old = (
        said(bank.came_back("OWR-1", 1_00))
        .replace(b"camt.053.001.08", b"camt.053.001.02")
        .replace(b"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts>BOOK</Sts>")
        .replace(b"<Cd>OPBD</Cd>", b"<Cd>PRCD</Cd>")
        .replace(
            b"</Refs><Amt Ccy='EUR'>1.00</Amt>",
            b"</Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>1.00</Amt></TxAmt></AmtDtls>",
        )
    )

    (statement,) = read(old)

    (movement,) = statement.movements
    assert (movement.cents, movement.payment, movement.returned) == (1_00, "OWR-1", "AC04")


def test_an_entry_of_many_payments_is_as_many_movements() -> None:
    parts = [bank.came_back(f"OWR-{n}", n * 100).details for n in (1, 2)]

    whole = read(said(bank.Line(3_00, "".join(parts))))[0].movements
    in_part = read(said(bank.Line(4_00, "".join(parts))))[0].movements

    assert [(each.cents, each.payment) for each in whole] == [(1_00, "OWR-1"), (2_00, "OWR-2")]
    assert [(each.cents, each.payment) for each in in_part] == [(4_00, "")]


def test_a_large_statement_is_written_in_pieces(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of 60 MB takes so long to make ready at once that the database hangs up."""
    monkeypatch.setattr(taking_in, "AT_ONCE", 2)

    with CaptureQueriesContext(connection) as asked:
        statement = taken_in(*[bank.came_in(cents) for cents in range(1, 6)])

    written = [each for each in asked if each["sql"].startswith('INSERT INTO "payouts_bankentry"')]
    assert len(written) == 3
    kept = statement.entries.values_list("number", "amount")
    assert [(number, int(amount * 100)) for number, amount in kept] == [(n, n) for n in range(1, 6)]


def test_the_command_says_what_became_of_it_and_keeps_nothing_in_a_dry_run(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], in_english: None
) -> None:
    batch = released(world)
    staff("ineke", PAYMENT_OFFICERS)
    file = tmp_path / "afschrift.xml"
    file.write_bytes(said(bank.paid(file_of(batch)), bank.came_in(1_00)))

    with time_machine.travel(AT, tick=False):
        call_command("take_in_statement", file, "--by", "ineke", "--dry-run")
        first = capsys.readouterr().out
        assert not BankStatement.objects.exists()
        call_command("take_in_statement", file, "--by", "ineke")
        with pytest.raises(CommandError, match="was taken in before"):
            call_command("take_in_statement", file, "--by", "ineke")
        with pytest.raises(CommandError, match="is no active member of staff"):
            call_command("take_in_statement", file, "--by", "rosa")
        with pytest.raises(CommandError, match="No such file"):
            call_command("take_in_statement", tmp_path / "none.xml", "--by", "ineke")

    assert first == capsys.readouterr().out
    assert "from 0.00 to -149.00 euros" in first
    assert "\n  1 paid\n  1 unknown\n" in first
    assert "unknown: 2026-02-05 1.00" in first


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payouts_bankentry SET amount = 5",
        "UPDATE payouts_bankentry SET became = 'known', cause = 'x'",
        "DELETE FROM payouts_bankentry",
        "UPDATE payouts_bankstatement SET closing = 5",
        "DELETE FROM payouts_bankstatement",
    ],
)
def test_what_the_bank_wrote_stays(world: World, change: str) -> None:
    taken_in(bank.came_in(1_00))

    with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        connection.cursor().execute(change)
