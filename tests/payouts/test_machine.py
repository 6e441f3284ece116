"""The scheme's money against a small model in Python: whatever citizens, providers and staff do, they agree.

Each example plays in a copy of a database of its own. Every act that the rules refuse is tried as well: it
raises the error that names why, and leaves nothing behind. `make explore` takes new paths.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from djmoney.money import Money
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from demo import bank
from ledger.balances import balances
from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.errors import Overdrawn, PeriodIsClosed, PeriodIsNotOver
from ledger.models import Account
from ledger.money import to_cents, to_money
from ledger.reports import trial_balance
from ledger.rolling_up import roll_up
from ontwikkelrekening.audit.against_books import check_against_books
from ontwikkelrekening.budgets import errors as agreeing
from ontwikkelrekening.budgets import pausing, reserving, returning
from ontwikkelrekening.budgets.accounts import enrolments_of, expiring, overview
from ontwikkelrekening.budgets.adding_up import add_up
from ontwikkelrekening.budgets.assessing import assess
from ontwikkelrekening.budgets.contributing import UnusableFile, contribute
from ontwikkelrekening.budgets.fund_sums import fund_sums
from ontwikkelrekening.budgets.funders import FunderDetails, open_funder, statement_of
from ontwikkelrekening.budgets.funding import AmountIsNotPositive, make_available
from ontwikkelrekening.budgets.history import free_at, history
from ontwikkelrekening.budgets.models import Fund, Tranche
from ontwikkelrekening.budgets.nightly import end_day
from ontwikkelrekening.payouts import errors as paying_errors
from ontwikkelrekening.payouts import paying, recovering, repaying, withdrawing, writing_off
from ontwikkelrekening.payouts.bank_statements.taking_in import take_in
from ontwikkelrekening.payouts.models import (
    BankEntry,
    Became,
    Debtor,
    PaymentBatch,
    Payout,
    Repayment,
    WriteOff,
)
from providers import claiming, enrolling, suspending
from providers.claiming import recovering as taking_back
from providers.claiming import reviewing, submitting
from providers.free_days import last_day
from providers.models import Claim, Course, Enrolment, Provider, Recovery, Suspension
from providers.owing import (
    debts_of,
    late,
    owed_by,
    receivable_code,
    who_are_late,
    who_owe,
    with_debts,
)
from providers.publishing import CourseDetails, publish, register_course
from providers.states import IllegalMove
from tests.budgets.world import AT, CARE, COACHING, GENERAL, ON, World, create_world, give
from tests.copies import own_copy
from tests.payouts import model
from tests.payouts.model import (
    BESIDE,
    CAP,
    Asked,
    Batch,
    Credit,
    Held,
    Model,
    Person,
    Recovering,
    Repaid,
    WrittenOff,
)
from tests.providers.world import admitted

T = TypeVar("T")
SIX_WEEKS = timedelta(weeks=6)
CITIZENS = st.sampled_from(["fatima", "henk"])
PEOPLE = st.sampled_from(["rosa", "sam"])
TEXTS = st.sampled_from(["because", "because", "because", " "])
ANY = st.integers(0, 10_000)
CENTS = st.integers(1, 20_000)
DAYS = st.sampled_from([0, 0, 0, 1, 7, -1, 366])
PARTS = st.sampled_from(["start", "completion", "whole", "session-1", "session-2", "session-3"])
CATEGORIES = {"general": GENERAL, "coaching": COACHING, "care": CARE}
TABLES = [
    "ledger_account",
    "ledger_booking",
    "ledger_transfer",
    "budgets_tranche",
    "budgets_agreement",
    "budgets_pause",
    "providers_enrolment",
    "providers_claim",
    "providers_review",
    "providers_recovery",
    "providers_suspension",
    "providers_statechange",
    "providers_outboxmessage",
    "payouts_paymentbatch",
    "payouts_payout",
    "payouts_payoutline",
    "payouts_repayment",
]
ROWS = f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in TABLES)}"


@dataclass(frozen=True)
class Stage:
    """Where it plays: a state fund and an employer's, two citizens, two providers with two courses each."""

    world: World
    funds: dict[str, Fund]
    providers: Sequence[Provider]
    courses: Sequence[Course]

    @property
    def people(self) -> dict[str, str]:
        return {"fatima": self.world.fatima, "henk": self.world.henk}


def create_stage() -> Stage:
    world = create_world(fund_cents=FUNDED)
    details = FunderDetails(
        code="bakkerij",
        name="Bakkerij Jansen",
        kind="employer",
        categories=["course", "coaching"],
        follows=world.scheme,
    )
    other = admitted("EVC Centrum", "87654321", "NL91ABNA0417164300", on=ON, at=AT)
    providers = (world.provider, other)
    offered = [
        (0, "course", "300.00", 1, 2),
        (0, "coaching", "100.01", 3, 1),
        (1, "course", "250.05", 1, 1),
        (1, "childcare", "80.00", 1, 1),
    ]
    courses = []
    for provider, category, price, sessions, weeks in offered:
        said = CourseDetails(
            code=category,
            name=category,
            category=category,
            price=Money(price, "EUR"),
            hours=24,
            sessions=sessions,
            weeks=weeks,
        )
        made = register_course(providers[provider], said, at=AT)
        courses.append(publish(made, actor="petra", at=AT))
    funds = {"landelijk": world.fund, "bakkerij": open_funder(details, at=AT)}
    return Stage(world, funds, providers, courses)


FUNDED = 400_000


class Done(NamedTuple, Generic[T]):
    result: T


class MoneyMachine(RuleBasedStateMachine):
    """Every rule does one thing to the product and to the model, and expects the same answer."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.copy = own_copy()
        self.copy.__enter__()
        self.stage = stage
        self.made = 0
        self.closed = date.min
        self.said = 0  # the balance that the bank's last statement ended with, in cents
        self.said_paid: set[Batch] = set()
        self.said_back: set[model.Payment] = set()
        self.said_repaid: set[UUID] = set()
        self.model = Model(ON, {code: Person(code) for code in stage.people.values()})
        self.model.fund("landelijk", FUNDED)

    def teardown(self) -> None:
        try:
            self.all_checks_are_quiet()
            self.history_is_what_was_free()
        finally:
            self.copy.__exit__(None, None, None)

    # --- how a rule acts

    def at(self) -> datetime:
        """Now; never the same moment twice."""
        self.made += 1
        today = self.model.today
        morning = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
        return morning + timedelta(seconds=self.made)

    def id(self) -> UUID:
        self.made += 1
        return uuid5(NAMESPACE_OID, str(self.made))

    def day(self, days: int) -> date:
        return self.model.today + timedelta(days=days)

    def attempt(
        self, act: Callable[[], T], refused: Mapping[type[Exception], object]
    ) -> Done[T] | None:
        """Do it; or, when something stands in the way, see that it is refused for that."""
        expected = tuple(error for error, stands in refused.items() if stands)
        if not expected:
            return Done(act())
        before = rows()
        with pytest.raises(expected) as caught:
            act()
        assert type(caught.value) in expected
        assert rows() == before
        return None

    def pick(self, items: Sequence[T], number: int, apt: Callable[[T], object]) -> T:
        """One of them, the last for nothing; mostly one with which it is possible."""
        fitting = [item for item in items if apt(item)]
        chosen = fitting if fitting and number % 5 else items
        return chosen[number // 5 % len(chosen) - 1]

    # --- several acts in a row, so that an example gets far

    @initialize()
    def some_are_paid_already(self) -> None:
        for who in self.stage.people:
            for kind, cents, lasts in (
                ("general", 12_000, None),
                ("general", 25_000, 120),
                ("general", 9_000, 300),
                ("coaching", 6_000, 60),
                ("care", 9_000, 200),
            ):
                self.grant(who, kind, cents, lasts)
            self.contribute(who, 14_000, 100)
            self.contribute(who, 8_000, None)
            for course in range(4):
                self.follow(who, course, 0)
        for number in range(6):
            self.claim_what_is_open(5 * number + 1, shows=True)
        self.pay()
        for number in range(3):
            self.claim(
                5 * number + 1, "completion", whole=False, less=0, shows=False, assessed=True
            )
        for number, share in ((1, 0.5), (6, 1.0)):
            self.recover(number)
            self.book_a_repayment(number, share, days=0, reference="first")

    @rule(who=CITIZENS, course=st.integers(0, 3), days=st.sampled_from([0, 0, 1, 7]))
    def follow(self, who: str, course: int, days: int) -> None:
        known = len(self.model.courses)
        self.agree(who, course, days, own=10**6)
        if len(self.model.courses) > known:
            self.redeem(number=0, provider=0)

    @precondition(lambda self: self.model.courses)
    @rule(number=ANY, shows=st.booleans())
    def claim_what_is_open(self, number: int, shows: bool) -> None:
        self.claim(number, "start", whole=True, less=0, shows=shows, assessed=True)

    @rule()
    def pay(self) -> None:
        self.prepare(by="rosa", days=0)
        if self.model.batches:
            self.release(number=1, other=True)
            self.settle(number=1)

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY)
    def recover(self, number: int) -> None:
        known = len(self.model.recoveries)
        self.propose_a_recovery(number, "rosa", "because", "nothing")
        if len(self.model.recoveries) > known:
            self.agree_to_a_recovery(number=0, other=True)

    # --- credit

    @rule(cents=st.integers(0, 100_000))
    def make_money_available(self, cents: int) -> None:
        fund = self.stage.funds["landelijk"]
        id_, on, at = self.id(), self.model.today, self.at()
        if self.attempt(
            lambda: make_available(fund, cents=cents, id=id_, on=on, at=at),
            {AmountIsNotPositive: cents <= 0},
        ):
            make_available(fund, cents=cents, id=id_, on=on, at=at)  # again: nothing happens
            self.model.fund("landelijk", cents)

    @rule(
        who=CITIZENS,
        kind=st.sampled_from(["general", "general", "coaching", "care"]),
        cents=CENTS,
        lasts=st.none() | st.integers(0, 200),
    )
    def grant(self, who: str, kind: str, cents: int, lasts: int | None) -> None:
        account = self.stage.people[who]
        if self.model.people[account].has_ended:
            return
        until = None if lasts is None else self.day(lasts)
        if done := self.attempt(
            transaction.atomic(
                lambda: give(
                    self.stage.world,
                    account,
                    cents,
                    kind=kind,
                    categories=CATEGORIES[kind],
                    expires_on=until,
                    on=self.model.today,
                )
            ),
            {Overdrawn: cents > self.model.at["landelijk"]},
        ):
            self.model.grant(credit_of(done.result, "landelijk"))

    @rule(who=CITIZENS, cents=CENTS, lasts=st.none() | st.integers(-1, 200))
    def contribute(self, who: str, cents: int, lasts: int | None) -> None:
        account, fund = self.stage.people[who], self.stage.funds["bakkerij"]
        until = "" if lasts is None else str(self.day(lasts))
        line = f"{account},{to_money(cents).amount},{self.id()},{until}"
        text = f"account,amount,reference,valid_until\n{line}"
        if self.attempt(
            lambda: contribute(fund, text, on=self.model.today, at=self.at()),
            {UnusableFile: lasts == -1 or self.model.people[account].has_ended},
        ):
            self.model.fund("bakkerij", cents)
            known = [credit.id for credit in self.model.credits]
            self.model.grant(credit_of(Tranche.objects.exclude(pk__in=known).get(), "bakkerij"))

    # --- courses

    @rule(who=CITIZENS, course=st.integers(0, 3), days=DAYS, own=st.sampled_from([0, 10**6]))
    def agree(self, who: str, course: int, days: int, own: int) -> None:
        account, chosen, id_ = self.stage.people[who], self.stage.courses[course], self.id()
        person, starts_on, at = self.model.people[account], self.day(days), self.at()
        payers = self.model.payers(account, chosen.category)
        price = to_cents(chosen.price)
        covered = min(price, CAP, sum(payer.free for payer in payers))
        beside = [each for each in self.model.followed(account, starts_on) if each.is_running]

        def act() -> reserving.Agreed:
            return reserving.agree(
                account, chosen, starts_on=starts_on, at=at, id=id_, own_cents=own
            )

        if done := self.attempt(
            act,
            {
                agreeing.StartsInThePast: days < 0,
                agreeing.StartsTooFarAway: days > 365,
                agreeing.AccountHasEnded: person.has_ended,
                agreeing.AccountIsPaused: person.paused(self.model.today),
                agreeing.NeedsRunningEnrolment: chosen.category in BESIDE and not beside,
                agreeing.NoCreditForThis: not payers,
                agreeing.NotEnoughCredit: payers and price - covered > own,
            },
        ):
            assert act().code == done.result.code  # again: the same code
            made = model.Course(
                id_,
                account,
                self.stage.providers.index(chosen.provider),
                chosen.category,
                done.result.code,
                starts_on,
                starts_on + timedelta(weeks=chosen.weeks, days=-1),
                terms_of(chosen.category, covered),
            )
            self.model.agree(made, covered, payers)

    @precondition(lambda self: self.model.courses)
    @rule(number=ANY, provider=st.sampled_from([0, 0, 0, 1]))
    def redeem(self, number: int, provider: int) -> None:
        course = self.pick(self.model.courses, number, lambda each: each.state == "agreed")
        by = self.stage.providers[(course.provider + provider) % 2]
        if self.attempt(
            lambda: enrolling.redeem(course.code, provider=by, actor="roc", at=self.at()),
            {
                enrolling.UnknownCode: provider,
                enrolling.CodeIsUsed: course.was_redeemed,
                enrolling.CodeIsWithdrawn: course.state == "cancelled",
                enrolling.CodeHasExpired: course.state == "lapsed"
                or (course.state == "agreed" and course.code_until < self.model.today),
            },
        ):
            course.state, course.was_redeemed = "redeemed", True

    @precondition(lambda self: self.model.courses)
    @rule(number=ANY)
    def cancel(self, number: int) -> None:
        today = self.model.today
        course = self.pick(self.model.courses, number, lambda each: today < each.starts_on)
        enrolment = Enrolment.objects.get(pk=course.id)
        was_cancelled = course.state == "cancelled"
        if self.attempt(
            lambda: reserving.cancel(enrolment, by=course.account, at=self.at()),
            {
                agreeing.TooLateToCancel: not was_cancelled and today >= course.starts_on,
                IllegalMove: course.state in ("lapsed", "finished"),
            },
        ):
            if was_cancelled:
                return
            for each in [course, *self.model.only_beside(course)]:
                each.end("cancelled")

    # --- claims

    @precondition(lambda self: self.model.courses)
    @rule(
        number=ANY,
        part=PARTS,
        whole=st.booleans(),
        less=st.sampled_from([0, 0, 1, 5_000, -1]),
        shows=st.booleans(),
        assessed=st.booleans(),
    )
    def claim(
        self, number: int, part: str, whole: bool, less: int, shows: bool, assessed: bool
    ) -> None:
        """A part of a course is claimed: most often one that it has and that is not claimed yet."""
        today, id_ = self.model.today, self.id()
        course = self.pick(
            self.model.courses,
            number,
            lambda each: each.state == "redeemed" and each.starts_on <= today <= each.claim_until,
        )
        standing = [claim for claim in course.claims if claim.stands]
        claimed = {claim.instalment for claim in standing}
        open_ = [name for name in course.terms if name not in claimed]
        name = open_[0] if open_ and whole else part
        cents = max(course.terms.get(name, 100) - less, 1)
        provider, evidence = self.stage.providers[course.provider], {"certificate": shows}
        at = self.at()

        def act() -> submitting.Submitted:
            amount = to_money(cents)
            return claiming.submit(
                id_, course.id, name, amount, evidence, provider=provider, actor="roc", at=at
            )

        if self.attempt(
            act,
            {
                submitting.UnknownEnrolment: not course.was_redeemed,
                submitting.EnrolmentHasEnded: course.was_redeemed and course.state != "redeemed",
                submitting.BeforeTheStart: today < course.starts_on,
                submitting.AfterTheTerm: today > course.claim_until,
                submitting.UnknownInstalment: name not in course.terms,
                submitting.InstalmentIsClaimed: name in claimed,
                submitting.AboveTheInstalment: cents > course.terms.get(name, 0),
            },
        ):
            assert not act().is_new  # again: the same claim
            course.claims.append(Asked(id_, course, name, cents, shows))
            if assessed:
                self.assess_one(course.claims[-1])

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY)
    def assess(self, number: int) -> None:
        self.assess_one(
            self.pick(self.model.claims, number, lambda each: each.state == "submitted")
        )

    def assess_one(self, claim: Asked) -> None:
        assess(str(claim.id), at=self.at())
        if claim.state == "submitted" and self.is_doubtful(claim):
            claim.state = "in_review"
        elif claim.state == "submitted":
            self.model.approve(claim)

    def is_doubtful(self, claim: Asked) -> bool:
        course, days = claim.course, (self.model.today - claim.course.starts_on).days
        if claim.instalment == "completion":
            whole_weeks = (course.ends_on - course.starts_on).days // 7
            return not claim.shows or days < whole_weeks * 7 * 0.8
        if claim.instalment.startswith("session-"):
            before = int(claim.instalment[-1]) - 1
            earlier = [c for c in course.claims if c.instalment == f"session-{before}" and c.stands]
            return days < before or bool(before and not earlier)
        if course.category in BESIDE:
            return not any(
                other.state in ("redeemed", "finished")
                for other in self.model.followed(course.account, course.starts_on)
            )
        return False

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY, by=PEOPLE)
    def approve(self, number: int, by: str) -> None:
        claim, known = self.claim_in_review(number)
        if self.attempt(
            lambda: claiming.approve(known, by=by, at=self.at()),
            {
                IllegalMove: claim.state not in ("submitted", "in_review"),
                reviewing.NothingToConfirm: claim.state == "submitted",
                reviewing.JudgedMeanwhile: claim.refusal_by,
            },
        ):
            self.model.approve(claim)

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY, by=PEOPLE, reason=TEXTS)
    def refuse(self, number: int, by: str, reason: str) -> None:
        claim, known = self.claim_in_review(number)
        if self.attempt(
            lambda: claiming.refuse(known, by=by, reason=reason, at=self.at()),
            {
                IllegalMove: claim.state != "in_review",
                reviewing.NoReason: not reason.strip(),
                reviewing.JudgedMeanwhile: claim.refusal_by,
            },
        ):
            claim.refusal_by = by

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY, by=PEOPLE, agrees=st.booleans())
    def answer_a_refusal(self, number: int, by: str, agrees: bool) -> None:
        claim, known = self.claim_in_review(number, lambda each: each.refusal_by)
        act = claiming.confirm_refusal if agrees else claiming.send_back
        if self.attempt(
            lambda: act(known, by=by, at=self.at()),
            {
                IllegalMove: claim.state != "in_review",
                reviewing.NothingToConfirm: not claim.refusal_by,
                reviewing.SamePerson: claim.refusal_by == by,
            },
        ):
            claim.state = "refused" if agrees else "in_review"
            claim.refusal_by = claim.refusal_by if agrees else ""

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY)
    def withdraw(self, number: int) -> None:
        claim, known = self.claim_in_review(number)
        if self.attempt(
            lambda: claiming.withdraw(known, actor="roc", at=self.at()),
            {IllegalMove: claim.state not in ("submitted", "in_review")},
        ):
            claim.state = "withdrawn"

    def claim_in_review(
        self, number: int, apt: Callable[[Asked], object] = lambda _: True
    ) -> tuple[Asked, Claim]:
        claim = self.pick(
            self.model.claims, number, lambda each: each.state == "in_review" and apt(each)
        )
        return claim, Claim.objects.get(pk=claim.id)

    # --- recoveries

    @precondition(lambda self: self.model.claims)
    @rule(number=ANY, by=PEOPLE, reason=TEXTS, heard=TEXTS)
    def propose_a_recovery(self, number: int, by: str, reason: str, heard: str) -> None:
        claim = self.pick(
            self.model.claims, number, lambda each: each.state in ("approved", "paid")
        )
        known = Claim.objects.get(pk=claim.id)
        if done := self.attempt(
            lambda: claiming.propose_recovery(
                known, reason=reason, heard=heard, by=by, at=self.at()
            ),
            {
                taking_back.NoReason: not reason.strip(),
                taking_back.NotHeard: not heard.strip(),
                taking_back.RecoveryStands: any(
                    each.claim is claim and each.agreed is None for each in self.model.recoveries
                ),
                **self.unrecoverable(claim),
            },
        ):
            self.model.recoveries.append(Recovering(done.result.pk, claim, by))

    @precondition(lambda self: self.model.recoveries)
    @rule(number=ANY, other=st.sampled_from([True, True, True, False]))
    def agree_to_a_recovery(self, number: int, other: bool) -> None:
        recovery, known = self.recovery_that_waits(number)
        claim, by = recovery.claim, "paul" if other else recovery.by
        if self.attempt(
            lambda: recovering.agree(known, by=by, at=self.at()),
            {
                taking_back.AnsweredBefore: recovery.agreed is not None,
                taking_back.SamePerson: not other,
                recovering.StandsInBatch: claim.state == "approved" and self.model.in_batch(claim),
                **self.unrecoverable(claim),
            },
        ):
            recovery.agreed = True
            self.model.recover(claim)

    @precondition(lambda self: self.model.recoveries)
    @rule(number=ANY, by=PEOPLE)
    def decline_a_recovery(self, number: int, by: str) -> None:
        recovery, known = self.recovery_that_waits(number)
        if self.attempt(
            lambda: claiming.decline_recovery(known, by=by, at=self.at()),
            {taking_back.AnsweredBefore: recovery.agreed is not None},
        ):
            recovery.agreed = False

    def recovery_that_waits(self, number: int) -> tuple[Recovering, Recovery]:
        recovery = self.pick(self.model.recoveries, number, lambda each: each.agreed is None)
        return recovery, Recovery.objects.get(pk=recovery.id)

    def unrecoverable(self, claim: Asked) -> dict[type[Exception], bool]:
        return {
            taking_back.IsOnItsWay: claim.state == "in_file",
            IllegalMove: claim.state not in ("approved", "in_file", "paid"),
        }

    @rule(
        number=ANY,
        share=st.sampled_from([1.0, 0.5, 0.5, 0.0, 1.01]),
        days=st.sampled_from([0, 0, 0, -1, -400, 1]),
        reference=st.sampled_from(["first", "second", "third"]),
    )
    def book_a_repayment(self, number: int, share: float, days: int, reference: str) -> None:
        provider = self.pick([0, 1], number, lambda each: self.model.at[model.owed(each)])
        owed = -self.model.at[model.owed(provider)]
        cents = int(owed * share) + (share > 1)
        received_on = self.day(days)
        booked = (provider, received_on, reference)
        if done := self.attempt(
            lambda: repaying.book_repayment(
                self.stage.providers[provider],
                to_money(cents),
                received_on=received_on,
                reference=reference,
                by="ineke",
                at=self.at(),
            ),
            {
                repaying.NothingRepaid: cents <= 0,
                repaying.NotYetReceived: days > 0,
                repaying.NotYetOwed: received_on < self.model.owes_since(provider),
                repaying.BookedBefore: any(
                    each.booked == booked and not each.withdrawn for each in self.model.repayments
                ),
                repaying.MoreThanIsOwed: cents > owed,
                repaying.BooksAreClosed: received_on <= self.closed,
            },
        ):
            self.model.repayments.append(Repaid(done.result.pk, provider, cents, booked))
            self.model.move(cents, "bank", model.owed(provider))

    @precondition(lambda self: self.model.repayments)
    @rule(number=ANY, reason=TEXTS)
    def withdraw_a_repayment(self, number: int, reason: str) -> None:
        repaid = self.pick(self.model.repayments, number, lambda each: not each.withdrawn)
        known = Repayment.objects.get(pk=repaid.id)
        if self.attempt(
            lambda: withdrawing.withdraw(known, reason=reason, by="ineke", at=self.at()),
            {
                withdrawing.NoReason: not reason.strip(),
                withdrawing.WithdrawnBefore: repaid.withdrawn,
            },
        ):
            repaid.withdrawn = True
            self.model.move(repaid.cents, model.owed(repaid.provider), "bank")

    @rule(number=ANY, share=st.sampled_from([1.0, 0.5, 0.0, 1.01]), by=PEOPLE, reason=TEXTS)
    def propose_a_write_off(self, number: int, share: float, by: str, reason: str) -> None:
        provider = self.pick([0, 1], number, lambda each: self.model.at[model.owed(each)])
        owed = -self.model.at[model.owed(provider)]
        cents = int(owed * share) + (share > 1)
        if done := self.attempt(
            lambda: writing_off.propose(
                self.stage.providers[provider], to_money(cents), reason=reason, by=by, at=self.at()
            ),
            {
                writing_off.NothingWrittenOff: cents <= 0,
                writing_off.MoreThanIsOwed: cents > owed,
                writing_off.NoReason: not reason.strip(),
                writing_off.WriteOffWaits: any(
                    each.provider == provider and each.agreed is None
                    for each in self.model.write_offs
                ),
            },
        ):
            self.model.write_offs.append(WrittenOff(done.result.pk, provider, cents, by))

    @precondition(lambda self: self.model.write_offs)
    @rule(number=ANY, by=PEOPLE, agrees=st.sampled_from([True, True, False]))
    def answer_a_write_off(self, number: int, by: str, agrees: bool) -> None:
        proposed = self.pick(self.model.write_offs, number, lambda each: each.agreed is None)
        owed = -self.model.at[model.owed(proposed.provider)]
        known = WriteOff.objects.get(pk=proposed.id)
        answer = writing_off.agree if agrees else writing_off.decline
        if self.attempt(
            lambda: answer(known, by=by, at=self.at()),
            {
                writing_off.AnsweredBefore: proposed.agreed is not None,
                writing_off.SamePerson: agrees and by == proposed.by,
                writing_off.MoreThanIsOwed: agrees and proposed.cents > owed,
            },
        ):
            proposed.agreed = agrees
            if agrees:
                self.model.move(proposed.cents, "treasury", model.owed(proposed.provider))

    @precondition(lambda self: self.model.write_offs)
    @rule(number=ANY, reason=TEXTS)
    def withdraw_a_write_off(self, number: int, reason: str) -> None:
        written_off = self.pick(
            self.model.write_offs, number, lambda each: each.agreed and not each.withdrawn
        )
        known = WriteOff.objects.get(pk=written_off.id)
        if self.attempt(
            lambda: withdrawing.withdraw(known, reason=reason, by="ineke", at=self.at()),
            {
                withdrawing.NoReason: not reason.strip(),
                withdrawing.WithdrawnBefore: written_off.withdrawn,
                withdrawing.NeverBooked: not written_off.agreed,
            },
        ):
            written_off.withdrawn = True
            self.model.move(written_off.cents, model.owed(written_off.provider), "treasury")

    # --- what the bank says

    def hear(self, line: bank.Line) -> BankEntry:
        """Take in a statement of today with this one line."""
        opening, self.said = self.said, self.said + line.cents
        content = bank.statement(
            [line],
            identifier=str(self.id())[:35],
            iban=configured.PAYER_IBAN,
            day=self.model.today,
            opening=opening,
        )
        (statement,) = take_in(content, by="ineke", at=self.at())
        return statement.entries.get()

    @precondition(lambda self: any(each.went for each in self.model.batches))
    @rule(number=ANY)
    def hear_that_a_batch_was_paid(self, number: int) -> None:
        went = [batch for batch in self.model.batches if batch.went]
        batch = self.pick(went, number, lambda each: each.state == "released")
        known = PaymentBatch.objects.get(pk=batch.id)

        entry = self.hear(bank.paid(bytes(known.file or b"")))

        if batch in self.said_paid:
            assert entry.became == Became.UNKNOWN
            return
        self.said_paid.add(batch)
        if batch.state == "settled":
            assert entry.became == Became.KNOWN
        else:
            assert entry.became == Became.PAID
            self.model.settle(batch)

    @precondition(lambda self: any(each.went for each in self.model.batches))
    @rule(number=ANY)
    def hear_that_a_payment_came_back(self, number: int) -> None:
        payments = [each for batch in self.model.batches if batch.went for each in batch.payments]
        payment = self.pick(payments, number, lambda each: each.state in ("open", "paid"))
        pays_back = sum(claim.cents for claim in payment.claims if claim.state == "recovered")
        owed = -self.model.at[model.owed(payment.provider)]
        came_back = payment.state in ("returned", "sent_back")
        refused = payment in self.said_back or (
            not came_back and payment.state == "paid" and pays_back > owed
        )
        self.said_back.add(payment)

        entry = self.hear(bank.came_back(payment.reference, payment.cents))

        if refused:
            assert entry.became == Became.UNKNOWN
        elif came_back:
            assert entry.became == Became.KNOWN
        else:
            assert entry.became == Became.RETURNED
            self.model.come_back(payment)

    @rule(provider=st.integers(0, 1), share=st.sampled_from([0.1, 0.5, 1.0, 1.1]))
    def hear_that_a_provider_paid(self, provider: int, share: float) -> None:
        owed = -self.model.at[model.owed(provider)]
        cents = max(1, round(owed * share))
        is_debtor = any(
            claim.state == "recovered" and claim.course.provider == provider
            for claim in self.model.claims
        )
        by_hand = any(
            each.provider == provider
            and (each.cents, each.booked[1]) == (cents, self.model.today)
            and not each.withdrawn
            and each.id not in self.said_repaid
            for each in self.model.repayments
        )
        kvk_number = self.stage.providers[provider].kvk_number

        entry = self.hear(bank.came_in(cents, words=f"terug {kvk_number}"))

        if not is_debtor or (cents > owed and not by_hand):
            assert entry.became == Became.UNKNOWN
            return
        id_ = UUID(entry.cause.removeprefix("repayment:"))
        self.said_repaid.add(id_)
        if by_hand:
            assert entry.became == Became.KNOWN
        else:
            assert entry.became == Became.REPAID
            booked = (provider, self.model.today, Repayment.objects.get(pk=id_).reference)
            self.model.repayments.append(Repaid(id_, provider, cents, booked))
            self.model.move(cents, "bank", model.owed(provider))

    # --- payments

    @rule(by=PEOPLE, days=st.sampled_from([0, 0, 5, 30, 31, -1]))
    def prepare(self, by: str, days: int) -> None:
        due = self.model.due()
        if done := self.attempt(
            lambda: paying.prepare_batch(by=by, pay_on=self.day(days), at=self.at()),
            {paying_errors.NothingToPay: not due, paying_errors.UnableToPayOn: not 0 <= days <= 30},
        ):
            payments = [
                model.Payment(
                    payout.pk,
                    payout.reference,
                    number,
                    [claim for claim in due if claim.course.provider == number],
                )
                for payout in done.result.payouts.all()
                for number in [self.stage.providers.index(payout.provider)]
            ]
            self.model.batches.append(Batch(done.result.pk, by, payments))

    @precondition(lambda self: self.model.batches)
    @rule(number=ANY, other=st.sampled_from([True, True, True, False]))
    def release(self, number: int, other: bool) -> None:
        batch, known = self.batch_that_is(number, "prepared")
        by = "paul" if other else batch.by
        if self.attempt(
            lambda: paying.release_batch(known, by=by, at=self.at()),
            {
                paying_errors.WrongState: batch.state != "prepared",
                paying_errors.SamePerson: not other,
                paying_errors.PaymentsSuspended: any(
                    self.model.is_held(payment.provider) for payment in batch.open
                ),
            },
        ):
            batch.state = "released"
            for payment in batch.payments:
                self.model.move(payment.cents, model.payable(payment.provider), "in_transit")
                for claim in payment.claims:
                    claim.state, claim.payment = "in_file", payment

    @precondition(lambda self: self.model.batches)
    @rule(number=ANY)
    def take_back_a_batch(self, number: int) -> None:
        batch, known = self.batch_that_is(number, "prepared")
        if self.attempt(
            lambda: paying.withdraw_batch(known, by="ineke", at=self.at()),
            {paying_errors.WrongState: batch.state != "prepared"},
        ):
            batch.state = "withdrawn"
            for payment in batch.payments:
                payment.state = "withdrawn"

    @precondition(lambda self: self.model.batches)
    @rule(number=ANY)
    def settle(self, number: int) -> None:
        batch, known = self.batch_that_is(number, "released")
        if self.attempt(
            lambda: paying.settle_batch(known, by="ineke", at=self.at()),
            {paying_errors.WrongState: batch.state != "released"},
        ):
            self.model.settle(batch)

    @precondition(lambda self: self.model.payments)
    @rule(number=ANY, reason=TEXTS)
    def come_back(self, number: int, reason: str) -> None:
        payments = [(batch, payment) for batch in self.model.batches for payment in batch.payments]
        batch, payment = self.pick(
            payments,
            number,
            lambda pair: (
                pair[0].state in ("released", "settled") and pair[1].state in ("open", "paid")
            ),
        )
        known = Payout.objects.get(pk=payment.id)
        pays_back = sum(claim.cents for claim in payment.claims if claim.state == "recovered")
        owed = -self.model.at[model.owed(payment.provider)]
        went = batch.state in ("released", "settled")
        if self.attempt(
            lambda: paying.return_payout(known, reason=reason, by="ineke", at=self.at()),
            {
                paying_errors.NoReason: not reason.strip(),
                paying_errors.WrongState: not went,
                paying_errors.CameBackBefore: went and payment.state in ("returned", "sent_back"),
                paying_errors.PaidBackMeanwhile: payment.state == "paid" and pays_back > owed,
            },
        ):
            self.model.come_back(payment)

    def batch_that_is(self, number: int, state: str) -> tuple[Batch, PaymentBatch]:
        batch = self.pick(self.model.batches, number, lambda each: each.state == state)
        return batch, PaymentBatch.objects.get(pk=batch.id)

    @rule(
        provider=st.integers(0, 1),
        by=PEOPLE,
        reason=TEXTS,
        days=st.sampled_from([0, 9, 91, 92, -1]),
    )
    def propose_a_suspension(self, provider: int, by: str, reason: str, days: int) -> None:
        waiting = [
            held
            for held in self.model.suspensions
            if held.provider == provider and held.agreed is None
        ]
        stands = any(held.until >= self.model.today for held in waiting)
        if done := self.attempt(
            lambda: suspending.propose(
                self.stage.providers[provider],
                reason=reason,
                until=self.day(days),
                by=by,
                at=self.at(),
            ),
            {
                suspending.NoReason: not reason.strip(),
                suspending.LastsTooLong: not 0 <= days <= 91,
                suspending.SuspensionStands: stands or self.model.is_held(provider),
            },
        ):
            for lapsed in waiting:  # nobody can agree any more: it made way
                lapsed.agreed = False
            self.model.suspensions.append(Held(done.result.pk, provider, self.day(days), by))

    @precondition(lambda self: self.model.suspensions)
    @rule(number=ANY, other=st.booleans(), agrees=st.booleans())
    def answer_a_suspension(self, number: int, other: bool, agrees: bool) -> None:
        held = self.pick(self.model.suspensions, number, lambda each: each.agreed is None)
        known, by = Suspension.objects.get(pk=held.id), "paul" if other else held.by
        act = suspending.agree if agrees else suspending.decline
        if self.attempt(
            lambda: act(known, by=by, at=self.at()),
            {
                suspending.AnsweredBefore: held.agreed is not None,
                suspending.SamePerson: agrees and not other,
                suspending.LastsTooLong: agrees and held.until < self.model.today,
            },
        ):
            held.agreed = agrees

    @precondition(lambda self: self.model.suspensions)
    @rule(number=ANY)
    def lift(self, number: int) -> None:
        today = self.model.today
        held = self.pick(self.model.suspensions, number, lambda each: each.holds(today))
        known = Suspension.objects.get(pk=held.id)
        if self.attempt(
            lambda: suspending.lift(known, by="rosa", at=self.at()),
            {suspending.NotInForce: not held.holds(today)},
        ):
            held.lifted = True

    # --- accounts

    @rule(who=CITIZENS, days=st.sampled_from([1, 10, 60, 200, 0, 367]))
    def pause(self, who: str, days: int) -> None:
        account, today = self.stage.people[who], self.model.today
        person = self.model.people[account]
        if self.attempt(
            lambda: pausing.pause(account, until=self.day(days), by=account, at=self.at()),
            {
                pausing.AccountHasEnded: person.has_ended,
                pausing.AlreadyPaused: person.paused(today),
                pausing.PausedTooLong: not 1 <= days <= person.days_left(today),
            },
        ):
            moved = [
                credit
                for credit in self.model.credits_of(account)
                if credit.expires_on and credit.expires_on >= today
            ]
            person.pauses.append(model.Paused(today, self.day(days), moved))
            move_last_day(moved, days)

    @rule(who=CITIZENS)
    def resume(self, who: str) -> None:
        account, today = self.stage.people[who], self.model.today
        paused = self.model.people[account].paused(today)
        if self.attempt(
            lambda: pausing.resume(account, by=account, at=self.at()),
            {pausing.NotPaused: not paused},
        ):
            assert paused
            move_last_day(paused.moved, (today - paused.ends_on).days)
            paused.ends_on = today

    @rule(why=st.sampled_from(["left", "died"]))
    def end_an_account(self, why: str) -> None:
        """Henk leaves and comes back; Fatima stays, so there is always something to do."""
        account = self.stage.people["henk"]
        self.model.people[account].has_ended = True
        for course in self.model.courses_of(account):
            if course.state == "agreed":
                course.end("lapsed")
        back = self.model.give_back(self.model.credits_of(account))

        assert returning.return_credit(account, why=why, on=self.model.today, at=self.at()) == back

    @rule()
    def reopen(self) -> None:
        account = self.stage.people["henk"]
        returning.reopen(account)
        self.model.people[account].has_ended = False

    # --- time

    @rule(days=st.sampled_from([1, 1, 1, 1, 3, 7, 14, 100]), night=st.booleans())
    def days_pass(self, days: int, night: bool) -> None:
        self.model.today += timedelta(days=days)
        if night:
            self.night()

    @rule()
    def night(self) -> None:
        end_day(on=self.model.today, at=self.at())
        self.model.night()
        again = end_day(on=self.model.today, at=self.at())
        assert (again.lapsed, again.finished, again.tranches) == (0, 0, 0)

    @rule()
    def work_in_the_background(self) -> None:
        roll_up()
        add_up()

    @rule(before=st.integers(1, 30))
    def close_the_books(self, before: int) -> None:
        through = self.day(-before)
        if self.attempt(
            lambda: close_period(through=through),
            {
                PeriodIsClosed: through <= self.closed,
                PeriodIsNotOver: through >= datetime.now(UTC).date(),
            },
        ):
            self.closed = through

    # --- what must always hold

    @invariant()
    def the_books_are_the_models(self) -> None:
        codes = {
            **{f"tranche:{each.id}": each.free for each in self.model.credits},
            **{f"reserved:{each.id}": each.reserved for each in self.model.courses},
            "fund:landelijk": self.model.at["landelijk"],
            "fund:bakkerij": self.model.at["bakkerij"],
            "treasury": -self.model.at["treasury"],
            "bank": -self.model.at["bank"],
            "in_transit": self.model.at["in_transit"],
        }
        for number, provider in enumerate(self.stage.providers):
            codes[f"payable:{provider.pk}"] = self.model.at[model.payable(number)]
            codes[receivable_code(provider.pk)] = -self.model.at[model.owed(number)]
            assert owed_by(provider) == -self.model.at[model.owed(number)]
        code_of = dict(Account.objects.values_list("pk", "code"))
        found = {code_of[id_]: cents for id_, cents in balances(list(code_of)).items()}

        assert found == {code: cents for code, cents in codes.items() if code in found}
        assert not any(cents for code, cents in codes.items() if code not in found)
        lines = trial_balance()
        assert sum(line.debits for line in lines) == sum(line.credits for line in lines)

    @invariant()
    def each_citizen_sees_what_the_model_has(self) -> None:
        today = self.model.today
        for account in self.stage.people.values():
            mine, courses = self.model.credits_of(account), self.model.courses_of(account)
            seen = overview(account, on=today)
            assert {
                line.tranche.pk: (
                    line.used,
                    line.reserved,
                    line.free,
                    line.returned,
                    line.expires_on,
                )
                for line in seen.tranches
            } == {each.id: self.as_line(each, courses) for each in mine}
            events = expiring(seen, on=today) + history(account, limit=100_000)
            assert sum(event.cents for event in events) == seen.available_cents
            assert sum(event.paid_cents for event in events) == sum(
                each.sum_of(*model.APPROVED) for each in courses
            )
            assert {
                line.enrolment.pk: (
                    line.enrolment.state, line.approved_cents, line.paid_cents, line.reserved_cents
                )
                for line in enrolments_of(account)
            } == {
                each.id: (
                    each.state, each.sum_of("approved", "in_file"), each.sum_of("paid"), each.reserved
                )
                for each in courses
            }  # fmt: skip

    def as_line(
        self, credit: Credit, courses: Sequence[model.Course]
    ) -> tuple[int, int, int, int, date | None]:
        held, used = 0, 0
        for course in courses:
            held += sum(share.cents for share in course.shares if share.credit is credit)
            approved = course.paying(course.sum_of(*model.APPROVED))
            used += sum(cents for each, cents in approved if each is credit)
        unbooked = credit.free if credit.is_over(self.model.today) else 0
        free, returned = credit.free - unbooked, credit.returned + unbooked
        return used, held - used, free, returned, credit.expires_on

    @invariant()
    def claims_and_payments_are_the_models(self) -> None:
        claims = self.model.claims
        found = Claim.objects.values_list("pk", "state", "payment_reference")
        assert {id_: (state, reference) for id_, state, reference in found} == {
            each.id: (each.state, each.payment.reference if each.payment else "") for each in claims
        }
        assert {
            line["reference"]: (
                to_cents(Money(line["total"], "EUR")),
                line["settled_at"] is not None,
            )
            for line in Claim.objects.payments()
        } == {
            payment.reference: (
                sum(claim.cents for claim in claims if claim.payment is payment),
                payment.state == "paid",
            )
            for payment in self.model.payments
            if payment.state != "sent_back" and any(claim.payment is payment for claim in claims)
        }
        states = dict(Payout.objects.values_list("pk", "state"))
        assert states == {payment.id: payment.state for payment in self.model.payments}

    @invariant()
    def what_is_owed_is_the_models(self) -> None:
        today = self.model.today
        debtors = {
            row["pk"]: (row["to_pay_back"], row["late"])
            for row in with_debts(who_owe(Debtor.objects.all()), on=today).values(
                "pk", "to_pay_back", "late"
            )
        }
        due, tardy = {}, set()
        for number, provider in enumerate(self.stage.providers):
            debts = self.model.open_debts(number)
            found = debts_of(provider)
            assert [(debt.claim_id, debt.cents, debt.decided_on) for debt in found] == debts
            past = sum(cents for _, cents, since in debts if last_day(since, SIX_WEEKS) < today)
            assert late(found, on=today) == past
            if debts:
                due[provider.pk] = (-self.model.at[model.owed(number)], past)
            if past:
                tardy.add(provider.pk)
        assert debtors == due
        assert {each.pk for each in who_are_late(Debtor.objects.all(), on=today)} == tardy

    @invariant()
    def funds_are_the_models(self) -> None:
        sums = fund_sums()
        for code, fund in self.stage.funds.items():
            due = self.model.sums(code)
            assert {name: getattr(sums[fund.pk], name) for name in due} == due
        statement = statement_of(self.stage.funds["bakkerij"])
        assert statement.received == self.model.made_available["bakkerij"]

    @precondition(lambda self: self.made % 5 == 0)
    @invariant()
    def all_checks_are_quiet(self) -> None:
        assert check_ledger() == []
        assert check_against_books() == []

    def history_is_what_was_free(self) -> None:
        for account in self.stage.people.values():
            free = 0
            for event in reversed(history(account, limit=100_000)):
                free += event.cents
                assert free_at(account, event.position) == free


def rows() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        return list(cursor.fetchone())


def credit_of(tranche: Tranche, fund: str) -> Credit:
    return Credit(
        id=tranche.pk,
        account=tranche.account_code,
        fund=fund,
        granted=tranche.granted,
        categories=tranche.categories,
        earmarked=tranche.earmarked,
        granted_on=tranche.granted_on,
        expires_on=tranche.expires_on,
    )


def terms_of(category: str, cents: int) -> dict[str, int]:
    """What the example scheme pays, and when."""
    if category == "coaching":
        sessions = min(3, cents)
        each = cents // sessions
        last = {f"session-{sessions}": cents - each * (sessions - 1)}
        return {f"session-{number}": each for number in range(1, sessions)} | last
    if category == "course":
        parts = {"start": cents // 2, "completion": cents - cents // 2}
        return {name: part for name, part in parts.items() if part}
    return {"whole": cents}


def move_last_day(moved: Sequence[Credit], days: int) -> None:
    for credit in moved:
        assert credit.expires_on
        credit.expires_on += timedelta(days=days)


@pytest.mark.usefixtures("own_database")
def test_the_money_agrees_with_a_model_whatever_happens() -> None:
    stage = create_stage()
    run_state_machine_as_test(
        lambda: MoneyMachine(stage),  # type: ignore[arg-type]  # a factory will do, says its documentation
        settings=settings(
            max_examples=int(os.environ.get("MACHINE_EXAMPLES", "5")),
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
