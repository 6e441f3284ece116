"""The scheme's money as small as it can be said: who has what, without a ledger and without a database.

Written apart from the product: it keeps amounts where the product adds up transfers. `test_machine` does
the same to both and compares them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

BESIDE = {"childcare", "travel"}
CAP = 250_000  # of the example scheme, for one course
APPROVED = {"approved", "in_file", "paid"}
COUNT_NO_MORE = {"refused", "withdrawn", "recovered"}


@dataclass(eq=False)
class Credit:
    """One grant: what of it is free, and what went back to its fund."""

    id: UUID
    account: str
    fund: str
    granted: int
    categories: Collection[str]
    earmarked: bool
    granted_on: date
    expires_on: date | None
    free: int = 0
    returned: int = 0

    def is_over(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on

    def order(self) -> tuple[bool, date, date, UUID]:
        return not self.earmarked, self.expires_on or date.max, self.granted_on, self.id


@dataclass(eq=False)
class Share:
    """What one grant has in a course."""

    credit: Credit
    cents: int


@dataclass(eq=False)
class Asked:
    """A claim."""

    id: UUID
    course: Course
    instalment: str
    cents: int
    shows: bool  # evidence of the completion
    state: str = "submitted"
    refusal_by: str = ""  # who proposed to refuse it
    payment: Payment | None = None  # that pays or paid it, from the release on
    owed_since: date | None = None  # when it was recovered after it was paid

    @property
    def stands(self) -> bool:
        return self.state not in COUNT_NO_MORE


@dataclass(eq=False)
class Course:
    """An enrolment: what each grant has in it, in the order in which the provider is paid from them."""

    id: UUID
    account: str
    provider: int
    category: str
    code: str
    starts_on: date
    ends_on: date
    terms: dict[str, int]
    shares: list[Share] = field(default_factory=list)
    state: str = "agreed"
    was_redeemed: bool = False
    claims: list[Asked] = field(default_factory=list)

    @property
    def code_until(self) -> date:
        return self.starts_on + timedelta(days=14)

    @property
    def claim_until(self) -> date:
        return self.ends_on + timedelta(days=91)

    @property
    def is_running(self) -> bool:
        return self.state in ("agreed", "redeemed")

    @property
    def maximum(self) -> int:
        return sum(self.terms.values())

    def sum_of(self, *states: str) -> int:
        return sum(claim.cents for claim in self.claims if claim.state in states)

    @property
    def reserved(self) -> int:
        return self.held - self.sum_of(*APPROVED)

    @property
    def held(self) -> int:
        return sum(share.cents for share in self.shares)

    def paying(self, cents: int) -> Iterator[tuple[Credit, int]]:
        """What of `cents` each grant pays, the first one first."""
        for share in self.shares:
            part = min(share.cents, cents)
            cents -= part
            yield share.credit, part

    def release(self) -> None:
        """What is not approved goes back to the grants it came from."""
        kept = [cents for _, cents in self.paying(self.sum_of(*APPROVED))]
        for share, cents in zip(self.shares, kept, strict=True):
            share.credit.free += share.cents - cents
            share.cents = cents

    def end(self, state: str) -> None:
        self.state = state
        self.release()


@dataclass(eq=False)
class Recovering:
    """A proposal to recover a claim."""

    id: UUID
    claim: Asked
    by: str
    agreed: bool | None = None


@dataclass(eq=False)
class WrittenOff:
    """A proposal to write off what a provider owes."""

    id: UUID
    provider: int
    cents: int
    by: str
    agreed: bool | None = None
    withdrawn: bool = False


@dataclass(eq=False)
class Repaid:
    """What a provider repaid; one that was withdrawn was booked wrongly."""

    id: UUID
    provider: int
    cents: int
    booked: tuple[int, date, str]  # of whom, on which day, with which reference
    withdrawn: bool = False


@dataclass(eq=False)
class Payment:
    """What one provider gets from one batch."""

    id: UUID
    reference: str
    provider: int
    claims: list[Asked]
    state: str = "open"

    @property
    def cents(self) -> int:
        return sum(claim.cents for claim in self.claims)


@dataclass(eq=False)
class Batch:
    id: UUID
    by: str
    payments: list[Payment]
    state: str = "prepared"

    @property
    def went(self) -> bool:
        """Its file went to the bank."""
        return self.state in ("released", "settled")

    @property
    def open(self) -> list[Payment]:
        return [payment for payment in self.payments if payment.state == "open"]


@dataclass(eq=False)
class Held:
    """A suspension of the payments to a provider."""

    id: UUID
    provider: int
    until: date
    by: str
    agreed: bool | None = None
    lifted: bool = False

    def holds(self, on: date) -> bool:
        return bool(self.agreed) and not self.lifted and on <= self.until


@dataclass(eq=False)
class Paused:
    starts_on: date
    ends_on: date
    moved: list[Credit]

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days


@dataclass(eq=False)
class Person:
    account: str
    has_ended: bool = False
    pauses: list[Paused] = field(default_factory=list)

    def paused(self, on: date) -> Paused | None:
        return next((each for each in self.pauses if each.starts_on <= on < each.ends_on), None)

    def days_left(self, on: date) -> int:
        since = on - timedelta(days=5 * 365)
        return max(0, 366 - sum(each.days for each in self.pauses if each.starts_on > since))


@dataclass
class Model:
    """All of it. In `at` is what each account was credited, less what it was debited."""

    today: date
    people: dict[str, Person]
    at: Counter[str] = field(default_factory=Counter)
    made_available: Counter[str] = field(default_factory=Counter)
    credits: list[Credit] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    recoveries: list[Recovering] = field(default_factory=list)
    debts: list[Asked] = field(default_factory=list)  # in the order in which they were decided
    repayments: list[Repaid] = field(default_factory=list)
    write_offs: list[WrittenOff] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    suspensions: list[Held] = field(default_factory=list)

    # --- looking

    @property
    def claims(self) -> list[Asked]:
        return [claim for course in self.courses for claim in course.claims]

    @property
    def payments(self) -> list[Payment]:
        return [payment for batch in self.batches for payment in batch.payments]

    def credits_of(self, account: str) -> list[Credit]:
        return [credit for credit in self.credits if credit.account == account]

    def courses_of(self, account: str) -> list[Course]:
        return [course for course in self.courses if course.account == account]

    def payers(self, account: str, category: str) -> list[Credit]:
        """What can pay for a course, the first one first."""
        fitting = [
            credit
            for credit in self.credits_of(account)
            if credit.free and category in credit.categories and not credit.is_over(self.today)
        ]
        return sorted(fitting, key=Credit.order)

    def followed(self, account: str, on: date) -> list[Course]:
        """What childcare on a day stands beside, whatever became of it."""
        return [
            course
            for course in self.courses_of(account)
            if course.category not in BESIDE and course.starts_on <= on <= course.ends_on
        ]

    def only_beside(self, course: Course) -> list[Course]:
        """The childcare that goes when this course is cancelled."""
        if course.category in BESIDE:
            return []
        return [
            care
            for care in self.courses_of(course.account)
            if care.category in BESIDE
            and care.is_running
            and course.starts_on <= care.starts_on <= course.ends_on
            and not [
                other
                for other in self.followed(care.account, care.starts_on)
                if other.is_running and other is not course
            ]
        ]

    def in_batch(self, claim: Asked) -> bool:
        """Whether it waits in a batch for its release, or for the bank."""
        return any(claim in payment.claims for batch in self.batches for payment in batch.open)

    def is_held(self, provider: int) -> bool:
        return any(
            held.provider == provider and held.holds(self.today) for held in self.suspensions
        )

    def open_debts(self, provider: int) -> list[tuple[UUID, int, date]]:
        """What of each is still owed: what was repaid or written off pays the oldest first."""
        mine = [claim for claim in self.debts if claim.course.provider == provider]
        standing = [claim for claim in mine if claim.payment and claim.payment.state == "paid"]
        repaid = sum(claim.cents for claim in standing) + self.at[owed(provider)]
        found = []
        for claim in standing:
            part = min(claim.cents, repaid)
            repaid -= part
            assert claim.owed_since
            if part < claim.cents:
                found.append((claim.id, claim.cents - part, claim.owed_since))
        return found

    def owes_since(self, provider: int) -> date:
        return min(
            (
                claim.owed_since or date.max
                for claim in self.debts
                if claim.course.provider == provider
            ),
            default=date.min,
        )

    def due(self) -> list[Asked]:
        return [
            claim
            for claim in self.claims
            if claim.state == "approved"
            and not self.in_batch(claim)
            and not self.is_held(claim.course.provider)
        ]

    def sums(self, fund: str) -> dict[str, int]:
        """What became of the money of a fund."""
        mine = [credit for credit in self.credits if credit.fund == fund]
        held, claimed, paid = Counter[str](), Counter[str](), Counter[str]()
        for course in self.courses:
            for of, cents in (
                (held, course.held),
                (claimed, course.sum_of(*APPROVED)),
                (paid, course.sum_of("paid")),
            ):
                for credit, part in course.paying(cents):
                    of[credit.fund] += part
        return {
            "made_available": self.made_available[fund],
            "tranches": len(mine),
            "citizens": len({credit.account for credit in mine}),
            "granted": sum(credit.granted for credit in mine),
            "free": sum(credit.free for credit in mine),
            "reserved": held[fund] - claimed[fund],
            "claimed": claimed[fund],
            "paid": paid[fund],
        }

    # --- doing

    def move(self, cents: int, debit: str, credit: str) -> None:
        self.at[debit] -= cents
        self.at[credit] += cents

    def fund(self, fund: str, cents: int) -> None:
        self.move(cents, SOURCES[fund], fund)
        self.made_available[fund] += cents

    def grant(self, credit: Credit) -> None:
        self.at[credit.fund] -= credit.granted
        credit.free = credit.granted
        self.credits.append(credit)

    def give_back(self, of: Iterable[Credit]) -> int:
        """What is free goes back to its fund; of the employer's on to the employer."""
        cents = 0
        for credit in of:
            cents += credit.free
            self.at[credit.fund] += credit.free
            if credit.fund == "bakkerij":
                self.fund(credit.fund, -credit.free)
            credit.returned += credit.free
            credit.free = 0
        return cents

    def agree(self, course: Course, covered: int, payers: Sequence[Credit]) -> None:
        for payer in payers:
            part = min(payer.free, covered)
            payer.free -= part
            covered -= part
            if part:
                course.shares.append(Share(payer, part))
        self.courses.append(course)

    def approve(self, claim: Asked) -> None:
        claim.state = "approved"
        self.at[payable(claim.course.provider)] += claim.cents

    def recover(self, claim: Asked) -> None:
        owner = owed if claim.state == "paid" else payable
        self.at[owner(claim.course.provider)] -= claim.cents
        if claim.state == "paid":
            claim.owed_since = self.today
            self.debts.append(claim)
        claim.state = "recovered"
        if not claim.course.is_running:
            claim.course.release()

    def settle(self, batch: Batch) -> None:
        for payment in batch.open:
            payment.state = "paid"
            self.move(payment.cents, "in_transit", "bank")
            for claim in payment.claims:
                claim.state = "paid"
        batch.state = "settled"

    def come_back(self, payment: Payment) -> None:
        before = "bank" if payment.state == "paid" else "in_transit"
        for claim in payment.claims:
            if claim.state == "recovered":
                self.move(claim.cents, before, owed(payment.provider))
            else:
                self.move(claim.cents, before, payable(payment.provider))
                claim.state, claim.payment = "approved", None
        payment.state = "sent_back" if payment.state == "paid" else "returned"

    def night(self) -> None:
        for course in self.courses:
            unused = self.today > course.code_until or self.people[course.account].has_ended
            if course.state == "agreed" and unused:
                course.end("lapsed")
            open_ = course.sum_of("submitted", "in_review")
            if course.state == "redeemed" and self.today > course.claim_until and not open_:
                course.end("finished")
        self.give_back(
            credit
            for credit in self.credits
            if credit.is_over(self.today) or self.people[credit.account].has_ended
        )


SOURCES = {"landelijk": "treasury", "bakkerij": "bank"}


def payable(provider: int) -> str:
    return f"payable {provider}"


def owed(provider: int) -> str:
    """What the provider owes is less than nothing."""
    return f"owed {provider}"
