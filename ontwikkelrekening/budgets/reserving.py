"""Reserving: a citizen agrees to a course and may cancel it before the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate

from ledger.accounts import open_account
from ledger.balances import balances
from ledger.models import Account
from ledger.money import to_cents, to_money
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.budgets import errors
from ontwikkelrekening.budgets.ids import part
from ontwikkelrekening.budgets.models import BESIDE_A_COURSE, Agreement, Pause, Tranche
from ontwikkelrekening.budgets.releasing import release_rest
from ontwikkelrekening.budgets.spending import spending_order, take
from ontwikkelrekening.budgets.terms import terms_for
from ontwikkelrekening.budgets.vouchers import ENROLMENTS
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.terms import instalments
from providers import enrolling
from providers.models import Course, Enrolment
from providers.states import CourseState, EnrolmentState
from providers.vouching import vouched

DAYS_AHEAD_MAX = 365
RUNNING = (EnrolmentState.AGREED, EnrolmentState.REDEEMED)


@dataclass(frozen=True, slots=True)
class Part:
    """What one tranche pays of a course, in cents."""

    tranche: Tranche
    cents: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a course would cost this citizen now, in cents; `own` is what credit does not cover."""

    price: int
    covered: int
    own: int
    parts: list[Part]
    terms: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Agreed:
    """An enrolment and the one-time code the citizen hands to the provider."""

    enrolment: Enrolment
    code: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A course from a day on, by the id to agree to it under; `is_made` when that already runs."""

    id: UUID
    is_made: bool


def choice(account_code: str, course: Course, *, starts_on: date) -> Choice:
    """The same choice whenever it is asked for, until what was agreed to ended; so agreed to once.

    Its id is keyed, because a provider sees it and must not find the account by it.
    """
    made = Agreement.objects.filter(
        account_code=account_code, enrolment__course=course, enrolment__starts_on=starts_on
    )
    states = dict(made.values_list("enrolment_id", "enrolment__state"))
    running = [made_id for made_id, state in states.items() if state in RUNNING]
    if running:
        return Choice(running[0], is_made=True)
    words = f"{account_code}:{course.pk}:{starts_on}:{len(states)}"
    digest = salted_hmac("budgets.reserving.choice", words, algorithm="sha256").digest()
    return Choice(UUID(bytes=digest[:16], version=4), is_made=False)


def quote(account_code: str, course: Course, *, starts_on: date, on: date) -> Quote:
    """What agreeing now would cost; raises UnableToAgree for what cannot be agreed."""
    _check_course(course, starts_on=starts_on, on=on)
    _check_account(account_code, on=on)
    _check_beside(account_code, course, starts_on=starts_on)
    return _quote(course, _payers(account_code, course, on=on), on=on)


@transaction.atomic
def agree(
    account_code: str,
    course: Course,
    *,
    starts_on: date,
    at: datetime,
    id: UUID,
    own_cents: int = 0,
    price_cents: int | None = None,
) -> Agreed:
    """Reserve credit for a course and give the citizen a code; the same id again is the same code.

    `own_cents` is the most the citizen accepted to pay beside the credit, `price_cents` the price
    that was shown. Raises UnableToAgree: what `quote` raises, PriceChanged, NotEnoughCredit, or
    AgreedOtherwise when the id stands for another agreement.
    """
    if agreed := _already_agreed(account_code, course, id=id):
        return agreed
    on = localdate(at)
    course = Course.objects.select_related("provider").get(pk=course.pk)
    _check_course(course, starts_on=starts_on, on=on)
    if price_cents not in (None, to_cents(course.price)):
        raise errors.PriceChanged
    payers = _payers(account_code, course, on=on, lock=True)
    if agreed := _already_agreed(account_code, course, id=id):
        return agreed
    _check_account(account_code, on=on)
    _check_beside(account_code, course, starts_on=starts_on)
    offer = _quote(course, payers, on=on)
    if offer.own > own_cents:
        raise errors.NotEnoughCredit(price=offer.price, covered=offer.covered)
    return _reserve(account_code, course, offer, starts_on=starts_on, at=at, enrolment_id=id)


@transaction.atomic
def cancel(enrolment: Enrolment, *, by: str, at: datetime) -> None:
    """Cancel before the start, free of charge; all credit goes back the way it came.

    Childcare and travel that stood beside nothing else go with it: they have not started either.
    Cancelled before, it stays so. Raises TooLateToCancel; of `enrolling`, IllegalMove for what is over
    and ClaimsStandInTheWay.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if enrolment.state == EnrolmentState.CANCELLED:
        return
    check_cancel(enrolment, on=localdate(at))
    with_it = only_beside(enrolment).select_for_update(of=("self",)).order_by("pk")
    for each in (enrolment, *with_it):
        enrolling.cancel(each, actor=by, at=at)
        release_rest(each, reason="cancelled", at=at)


def check_cancel(enrolment: Enrolment, *, on: date) -> None:
    """Whether a running enrolment can still be cancelled: raises TooLateToCancel."""
    if on >= enrolment.starts_on:
        raise errors.TooLateToCancel(enrolment)


def only_beside(enrolment: Enrolment) -> QuerySet[Enrolment]:
    """Childcare and travel of the same account that start beside this course and beside no other."""
    if enrolment.course.category in BESIDE_A_COURSE:
        return Enrolment.objects.none()
    running = Agreement.objects.filter(enrolment__state__in=RUNNING)
    others = (
        running.filter(account_code=OuterRef("agreement__account_code"))
        .courses_running(on=OuterRef("starts_on"))
        .exclude(enrolment=enrolment)
    )
    return Enrolment.objects.filter(
        ~Exists(others),
        agreement__account_code__in=Agreement.objects.filter(enrolment=enrolment).values(
            "account_code"
        ),
        course__category__in=BESIDE_A_COURSE,
        state__in=RUNNING,
        starts_on__range=(enrolment.starts_on, enrolment.ends_on),
    )


def code_of(enrolment: Enrolment) -> str:
    """The one-time code, derived again so that the citizen can see it again."""
    return enrolling.code_for(enrolment.pk)


def _already_agreed(account_code: str, course: Course, *, id: UUID) -> Agreed | None:
    agreement = (
        Agreement.objects.select_related("enrolment__course").filter(enrolment_id=id).first()
    )
    if agreement is None:
        return None
    if (agreement.account_code, agreement.enrolment.course_id) != (account_code, course.pk):
        raise errors.AgreedOtherwise
    return Agreed(agreement.enrolment, code_of(agreement.enrolment))


def _check_course(course: Course, *, starts_on: date, on: date) -> None:
    if course.state != CourseState.PUBLISHED:
        raise errors.CourseNotPublished(course)
    if starts_on < on:
        raise errors.StartsInThePast(starts_on)
    latest = on + timedelta(days=DAYS_AHEAD_MAX)
    if starts_on > latest:
        raise errors.StartsTooFarAway(latest)


def _check_account(account_code: str, *, on: date) -> None:
    """It is open and not paused; asked behind the lock on its credit, which an end waits for."""
    if Citizen.ended_on(account_code):
        raise errors.AccountHasEnded
    if Pause.running(account_code, on=on):
        raise errors.AccountIsPaused


def _check_beside(account_code: str, course: Course, *, starts_on: date) -> None:
    """Childcare and travel are paid only beside a course that runs on the day they start."""
    if course.category not in BESIDE_A_COURSE:
        return
    running = Agreement.objects.of(account_code).courses_running(on=starts_on)
    if not running.filter(enrolment__state__in=RUNNING).exists():
        raise errors.NeedsRunningEnrolment


def _payers(account_code: str, course: Course, *, on: date, lock: bool = False) -> list[Tranche]:
    """The tranches that may pay for this course, in spending order.

    Locked in id order, what is free in them stays free until it is booked.
    """
    tranches = (
        Tranche.objects.usable(on=on)
        .of(account_code)
        .paying_for(course.category)
        .select_related("scheme")
        .order_by("pk")
    )
    if lock:
        tranches = tranches.select_for_update(of=("self",), no_key=True)
    return sorted(tranches, key=spending_order)


def _quote(course: Course, payers: Sequence[Tranche], *, on: date) -> Quote:
    price = to_cents(course.price)
    free = balances([payer.account_id for payer in payers])
    payers = [payer for payer in payers if free[payer.account_id]]
    if not payers:
        raise errors.NoCreditForThis(course)
    available = [free[payer.account_id] for payer in payers]
    parameters = terms_for([payer.scheme for payer in payers], on=on)
    covered = min(price, sum(available), parameters.course_cap_cents)
    parts = [
        Part(payer, cents)
        for payer, cents in zip(payers, take(available, covered), strict=True)
        if cents
    ]
    terms = instalments(
        course.category, cents=covered, sessions=course.sessions, parameters=parameters
    )
    return Quote(price, covered, price - covered, parts, terms)


def _reserve(
    account_code: str,
    course: Course,
    offer: Quote,
    *,
    starts_on: date,
    at: datetime,
    enrolment_id: UUID,
) -> Agreed:
    account = open_account(f"reserved:{enrolment_id}", account_class="reserved", at=at)
    enrolment = enrolling.open_enrolment(
        course,
        id=enrolment_id,
        account=account,
        maximum=to_money(offer.covered),
        terms=offer.terms,
        starts_on=starts_on,
        at=at,
    )
    Agreement.objects.create(enrolment=enrolment, account_code=account_code)
    booking = NewBooking(
        id=part(enrolment_id, "reserve"),
        kind="reserve",
        cause=f"enrolment:{enrolment_id}",
        description=vouched(f"Gereserveerd voor {course.name}", ENROLMENTS, [enrolment_id]),
        effective_on=localdate(at),
    )
    post(booking, [_to_reserved(piece, account) for piece in offer.parts], at=at)
    return Agreed(enrolment, code_of(enrolment))


def _to_reserved(piece: Part, account: Account) -> NewTransfer:
    return NewTransfer(
        debit=piece.tranche.account_id,
        credit=account.pk,
        cents=piece.cents,
    )
