"""Taking in what the bank says: batches it paid, payments it sent back, and what providers paid back.

What an entry is follows from what the bank gives back of ours: the name of a payment file, the reference of a
payment, the KvK number or IBAN of a provider that owes. Nothing is guessed: the rest waits for a person.
A payment comes back only where the bank says that it does: a provider may give our reference to what it pays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ledger.errors import PeriodIsClosed
from ledger.money import to_cents, to_money
from ontwikkelrekening.payouts.bank_statements.camt import Movement, Statement, read_statements
from ontwikkelrekening.payouts.errors import UnableToPay
from ontwikkelrekening.payouts.models import (
    CAME_BACK,
    REFERENCE_MAX,
    BankEntry,
    BankStatement,
    BatchState,
    Became,
    PaymentBatch,
    Payout,
    PayoutState,
    Repayment,
)
from ontwikkelrekening.payouts.paying import return_payout, settle_batch
from ontwikkelrekening.payouts.repaying import UnableToBookRepayment, book_repayment
from providers.errors import Unable
from providers.models import Claim, Provider
from providers.states import ClaimState

KVK = re.compile(r"(?<!\d)\d{8}(?!\d)")
FILE = re.compile(r"OWR-\d{8}-[0-9a-f]{8}")  # as `prepare_batch` names it
PAYMENT = re.compile(FILE.pattern + r"-\d{5,}")
# What the bank's code says (ISO 20022, external code sets: return reasons), as it is kept with the payment.
RETURNS = {
    "AC01": "rekeningnummer onjuist",
    "AC04": "rekening opgeheven",
    "AC06": "rekening geblokkeerd",
    "AG01": "betaling niet toegestaan",
    "AM05": "dubbele betaling",
    "BE01": "naam hoort niet bij de rekening",
    "BE04": "adres ontbreekt",
    "MD07": "rekeninghouder overleden",
    "MS02": "geweigerd door de ontvanger",
    "MS03": "geen reden opgegeven",
    "RC01": "bank onbekend",
    "RR04": "geweigerd op grond van regels",
}
Meaning = tuple[Became, str]  # what an entry became, and the cause of its bookings
AT_ONCE = 2_000  # entries: the database hangs up on who is silent for ten seconds in a transaction
UNKNOWN: Meaning = (Became.UNKNOWN, "")


class UnableToTakeIn(Unable):
    """The statement is not taken in, and nothing of it booked."""

    field = "file"

    def __init__(self, statement: Statement) -> None:
        super().__init__(f"{statement.identifier}: {_(self.sentence)}")


class AnotherAccount(Unable):
    field = "file"
    sentence = "This statement is not of the account that payments are made from."


class TakenInBefore(UnableToTakeIn):
    sentence = "This statement was taken in before."


class NotTheNext(UnableToTakeIn):
    sentence = (
        "This statement does not begin with the balance that the last one ended with: one is missing "
        "between them, or it is an older one."
    )


class NotOverYet(UnableToTakeIn):
    sentence = "This statement ends on a day that is still to come."


def take_in(content: bytes, *, by: str, at: datetime) -> list[BankStatement]:
    """Take in every statement of our account in a file, all or nothing, and book what is certain.

    Raises UnreadableStatement, AnotherAccount or a subclass of UnableToTakeIn.
    """
    statements = read_statements(content, iban=settings.PAYER_IBAN)
    if not statements:
        raise AnotherAccount
    with transaction.atomic():
        return [_take_in(statement, by=by, at=at) for statement in statements]


def _take_in(statement: Statement, *, by: str, at: datetime) -> BankStatement:
    last = BankStatement.objects.filter(followed_by=None).first()
    if _is_known(statement):
        raise TakenInBefore(statement)
    if last is not None and (
        to_cents(last.closing) != statement.opening or last.closes_on > statement.closes_on
    ):
        raise NotTheNext(statement)
    if statement.closes_on > localdate(at):
        raise NotOverYet(statement)
    try:
        with transaction.atomic():
            kept = BankStatement.objects.create(
                identifier=statement.identifier,
                iban=settings.PAYER_IBAN,
                follows=last,
                closes_on=statement.closes_on,
                opening=to_money(statement.opening),
                closing=to_money(statement.closing),
                taken_in_by=by,
                taken_in_at=at,
            )
    except IntegrityError as error:  # somebody took it, or another after the last, in meanwhile
        raise (TakenInBefore if _is_known(statement) else NotTheNext)(statement) from error
    meant = _meanings(statement, by=by, at=at)
    for start in range(0, len(statement.movements), AT_ONCE):
        BankEntry.objects.bulk_create(
            BankEntry(
                statement=kept,
                number=movement.number,
                booked_on=movement.booked_on,
                amount=to_money(movement.cents),
                reference=_reference(movement),
                became=meant[movement.number][0],
                cause=meant[movement.number][1],
            )
            for movement in statement.movements[start : start + AT_ONCE]
        )
    return kept


def _is_known(statement: Statement) -> bool:
    return BankStatement.objects.filter(identifier=statement.identifier).exists()


def _reference(movement: Movement) -> str:
    """Ours, else the bank's; that of anybody else may name people."""
    return (_payment(movement) or _file(movement) or movement.bank_reference)[:REFERENCE_MAX]


def _meanings(statement: Statement, *, by: str, at: datetime) -> dict[int, Meaning]:
    """What each movement is, by its number; what follows from it is booked.

    What went out comes first: a payment that came back on the day itself was paid before.
    """
    movements = statement.movements
    batches = _locked_batches(movements)
    payouts = {
        payout.reference: payout for payout in Payout.objects.filter(batch__in=batches.values())
    }
    meant = dict.fromkeys((movement.number for movement in movements), UNKNOWN)
    for batch, paid in _by_batch(movements, batches).items():
        meaning = _paid(batch, paid, by=by, at=at)
        meant |= dict.fromkeys((movement.number for movement in paid), meaning)
    payers = _payers(movements)
    for movement in movements:
        if movement.cents < 0:
            continue
        if movement.returned is not None:
            if payout := payouts.pop(_payment(movement), None):  # it comes back once
                meant[movement.number] = _came_back(payout, movement, by=by, at=at)
        elif payer := payers.get(movement.number):
            reference = f"{statement.identifier}/{movement.number}"
            known = {cause for _became, cause in meant.values()}
            meant[movement.number] = _repaid(
                payer, movement, reference=reference, but=known, by=by, at=at
            )
    return meant


def _locked_batches(movements: Iterable[Movement]) -> dict[str, PaymentBatch]:
    """The batches that the bank names, by the name of their file: nobody settles one meanwhile."""
    batches = PaymentBatch.objects.filter(message_id__in={_file(each) for each in movements})
    locked = batches.defer("file").order_by("pk").select_for_update()
    return {batch.message_id: batch for batch in locked}


def _payment(movement: Movement) -> str:
    """The reference of the one payment of ours that it names; of what came back, wherever the bank wrote it."""
    text = movement.payment
    if movement.returned is not None:
        text += f" {movement.words}"
    named = set(PAYMENT.findall(text))
    return named.pop() if len(named) == 1 else ""


def _file(movement: Movement) -> str:
    """The message id of our payment file; its one part and its payments are named after it."""
    found = FILE.match(_payment(movement) or movement.file)
    return found[0] if found else ""


def _by_batch(
    movements: Iterable[Movement], batches: Mapping[str, PaymentBatch]
) -> dict[PaymentBatch, list[Movement]]:
    """What went out for each of our payment files: the bank books a file as one, or payment by payment."""
    paid: dict[PaymentBatch, list[Movement]] = defaultdict(list)
    for movement in movements:
        batch = batches.get(_file(movement))
        if batch is not None and movement.cents < 0 and movement.returned is None:
            paid[batch].append(movement)
    return paid


def _paid(batch: PaymentBatch, paid: Sequence[Movement], *, by: str, at: datetime) -> Meaning:
    """The bank paid this file, when what went out is what it asks for, with or without what had come back; once."""
    cause = f"batch:{batch.pk}"
    if BankEntry.objects.filter(cause=cause, amount__lt=0).exists():
        return UNKNOWN
    asked = batch.payouts.exclude(state=PayoutState.WITHDRAWN)
    sums = [
        each.aggregate(sum=Sum("amount"))["sum"]
        for each in (asked, asked.exclude(state=PayoutState.RETURNED))
    ]
    went_out = -sum(movement.cents for movement in paid)
    if went_out not in [int(each * 100) for each in sums if each]:
        return UNKNOWN
    if batch.state == BatchState.SETTLED:
        return Became.KNOWN, cause
    try:
        _on(
            max(movement.booked_on for movement in paid),
            lambda on: settle_batch(batch, by=by, at=at, on=on),
        )
    except UnableToPay:
        return UNKNOWN
    return Became.PAID, cause


def _on(day: date, act: Callable[[date | None], object]) -> None:
    """Book on the day of the bank, or today when the books of that day are closed."""
    try:
        act(day)
    except PeriodIsClosed:
        act(None)


def _came_back(payout: Payout, movement: Movement, *, by: str, at: datetime) -> Meaning:
    came = [Became.RETURNED, Became.KNOWN]  # and not what somebody paid under our reference
    before = BankEntry.objects.filter(reference=payout.reference, amount__gt=0, became__in=came)
    if to_cents(payout.amount) != movement.cents or before.exists():
        return UNKNOWN
    cause = f"batch:{payout.batch_id}"
    payout.refresh_from_db(fields=["state"])
    if payout.state in CAME_BACK:
        return Became.KNOWN, cause
    reason = RETURNS.get(movement.returned or "", "teruggestuurd door de bank")
    try:
        _on(
            movement.booked_on,
            lambda on: return_payout(payout, reason=reason, by=by, at=at, on=on),
        )
    except UnableToPay:
        return UNKNOWN
    return Became.RETURNED, cause


def _payers(movements: Iterable[Movement]) -> dict[int, Provider]:
    """Who paid what came in, of the providers that claims were recovered of: by KvK number or IBAN, where that is one."""
    recovered = Claim.objects.filter(state=ClaimState.RECOVERED).values("provider")
    providers = Provider.objects.filter(pk__in=recovered)
    by_name = {name: each for each in providers for name in (each.kvk_number, each.iban)}
    payers = {}
    for movement in movements:
        named = {*KVK.findall(movement.words), movement.counterpart} - {""}
        found = {by_name[name] for name in named if name in by_name}
        if len(found) == 1:
            payers[movement.number] = found.pop()
    return payers


def _repaid(
    provider: Provider,
    movement: Movement,
    *,
    reference: str,
    but: Collection[str],
    by: str,
    at: datetime,
) -> Meaning:
    """A provider paid back what it owes, when it owes as much.

    Booked by hand already is what no other entry is, also not of this statement (`but`).
    """
    amount = to_money(movement.cents)
    booked = Repayment.objects.filter(
        provider=provider, amount=amount, received_on=movement.booked_on, withdrawn_at=None
    )
    for repayment in booked:
        cause = f"repayment:{repayment.pk}"
        if cause not in but and not BankEntry.objects.filter(cause=cause).exists():
            return Became.KNOWN, cause
    try:
        repayment = book_repayment(
            provider,
            amount,
            received_on=movement.booked_on,
            reference=reference,
            by=by,
            at=at,
        )
    except UnableToBookRepayment:
        return UNKNOWN
    return Became.REPAID, f"repayment:{repayment.pk}"
