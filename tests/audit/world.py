"""A year in small: a top-up, a refusal, a paid claim, one in review, a batch at the bank."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from djmoney.money import Money

from demo import bank
from ontwikkelrekening.budgets.contributing import contribute
from ontwikkelrekening.budgets.funders import FunderDetails, open_funder
from ontwikkelrekening.budgets.models import Fund, Round, TopUpRun
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.budgets.topping_up import start_run
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.eligibility.deciding import confirm_refusal
from ontwikkelrekening.eligibility.example import EXAMPLE
from ontwikkelrekening.eligibility.models import Decision, Objection, Simulation
from ontwikkelrekening.eligibility.objecting import acknowledge, file
from ontwikkelrekening.eligibility.policies import Setting, draft
from ontwikkelrekening.eligibility.simulating import start
from ontwikkelrekening.payouts.bank_statements.taking_in import take_in
from ontwikkelrekening.payouts.models import PaymentBatch
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch
from providers import claiming
from providers.enrolling import redeem
from providers.models import Claim, Enrolment
from providers.outbox import drain
from tests.budgets.round_world import allocated, applicants, everyone_applies, published
from tests.budgets.world import (
    AT,
    LATER,
    ON,
    STARTS_ON,
    World,
    course,
    create_world,
    person,
    staff,
)

COMPLETED = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@dataclass
class Year:
    """What happened, and by which account codes."""

    world: World
    willem: str  # above his AOW age: refused
    run: TopUpRun
    enrolment: Enrolment
    paid: Claim
    in_review: Claim
    batch: PaymentBatch
    round: Round | None = None
    simulation: Simulation | None = None
    objection: Objection | None = None


def play_a_year() -> Year:
    world = create_world()
    (willem,) = register([WILLEM], at=AT).codes
    run = start_run(world.scheme, on=ON, at=AT)
    with time_machine.travel(AT, tick=False):
        drain()
    enrolment = enrol(world, world.fatima)
    paid = claim(world, enrolment, "start", 150, at=LATER)
    batch = prepare_batch(by="ineke", pay_on=date(2026, 2, 5), at=LATER)
    batch = release_batch(batch, by="bas", at=LATER)
    _hear_from_the_bank(batch)
    in_review = claim(world, enrolment, "completion", 150, at=COMPLETED)
    return Year(world, willem, run, enrolment, paid, in_review, batch)


def _hear_from_the_bank(batch: PaymentBatch) -> None:
    """It paid the batch, and somebody paid in what nobody has explained."""
    lines = (bank.paid(bytes(batch.file or b"")), bank.came_in(25_00))
    said = bank.statement(lines, identifier="2026-001", iban=settings.PAYER_IBAN, day=LATER.date())
    take_in(said, by="bas", at=LATER)
    batch.refresh_from_db()


def play_on(year: Year) -> Year:
    """What comes beside a year: a round that was drawn, a draft tried on everyone, an objection."""
    year.round = allocated(open_round(year))
    policy = draft(year.world.scheme, starts_on=date(2027, 1, 1), settings=DEARER, on=ON)
    year.simulation = start(policy, on=date(2027, 1, 1), by="petra", at=AT)
    drain()
    refusal = Decision.objects.get(account_code=year.willem)
    confirm_refusal(refusal, by="rosa", at=LATER)
    year.objection = file(refusal, words="Ik werk nog.", on=LATER.date(), at=LATER)
    acknowledge(year.objection, committee=False, by="sam", at=LATER)
    return year


def open_round(year: Year) -> Round:
    round_ = published(year.world)
    everyone_applies(round_, [year.world.fatima, year.world.henk, *applicants(2)])
    return round_


def enrol(world: World, code: str, *, price: str = "300.00") -> Enrolment:
    agreed = agree(code, course(world, price=price), starts_on=STARTS_ON, at=AT, id=uuid4())
    return redeem(agreed.code, provider=world.provider, actor="roc", at=AT + timedelta(days=1))


def employer(year: Year) -> Fund:
    """Bakkerij Jansen gives Henk € 240, so a course of € 360 is paid by two funds."""
    bakkerij = open_funder(
        FunderDetails(
            code="bakkerij",
            name="Bakkerij Jansen",
            kind="employer",
            categories=["course"],
            years_valid=1,
            follows=year.world.scheme,
        ),
        at=AT,
    )
    contribute(
        bakkerij,
        f"account,amount,reference,categories,valid_until\n{year.world.henk},240.00,F1,,",
        on=ON,
        at=AT,
    )
    return bakkerij


def claim(
    world: World, enrolment: Enrolment, instalment: str, euros: int, *, at: datetime
) -> Claim:
    """Submit and assess; without evidence a completion is picked for review."""
    submitted, _ = claiming.submit(
        uuid4(),
        enrolment.pk,
        instalment,
        Money(euros, "EUR"),
        {},
        provider=world.provider,
        actor="roc",
        at=at,
    )
    claiming.assess(str(submitted.pk), at=at)
    submitted.refresh_from_db()
    return submitted


def logged_in(name: str, *groups: str, **fields: Any) -> Client:
    """A browser in which this member of staff is logged in."""
    user: User = staff(name, *groups)
    for field, value in fields.items():
        setattr(user, field, value)
    user.save()
    browser = Client()
    browser.force_login(user)
    return browser


def auditor() -> Client:
    return logged_in("amir", "auditors")


DEARER = dict(EXAMPLE) | {"amount_general_cents": Setting(60_000, "concept")}
WILLEM = person(33_333_333, date(1950, 3, 1), ("residence", "yes"))


def say(browser: Client, address: str, **answers: object) -> str:
    """Do an act as its page asks for it, and return what the page says afterwards."""
    if "/do/" in address and not answers:
        asked = browser.get(address)
        found = re.search(r'name="seen" value="(\w+)"', asked.content.decode())
        answers = {"seen": found[1]} if found else {}
    answer = browser.post(address, answers, follow=True)
    assert answer.status_code in (200, 422), answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())
