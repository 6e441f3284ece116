"""A small scheme for the tests: a fund, Fatima and Henk, a provider with its courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from djmoney.money import Money

from ledger.balances import balance
from ledger.models import Account
from ledger.posting import NewBooking
from ontwikkelrekening.budgets.funding import make_available, open_fund
from ontwikkelrekening.budgets.granting import NewTranche, grant
from ontwikkelrekening.budgets.models import Fund, Tranche
from ontwikkelrekening.budgets.returning import give_up
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.eligibility.example import create_example_scheme
from ontwikkelrekening.eligibility.models import Scheme
from providers.models import Course, Provider
from providers.publishing import CourseDetails, publish, register_course
from tests.providers.world import admitted

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
APPROVED_AT = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)  # the policy, before it starts
ON = date(2026, 1, 2)
STARTS_ON = date(2026, 2, 2)
LATER = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
FUND_CENTS = 10_000_000

GENERAL = ["course", "module", "coaching", "evc", "exam", "materials"]
COACHING = ["coaching", "evc"]
CARE = ["childcare", "travel"]


@dataclass
class World:
    scheme: Scheme
    fund: Fund
    fatima: str
    henk: str
    provider: Provider


def create_world(*, fund_cents: int = FUND_CENTS) -> World:
    """Everything a citizen needs to agree to a course, but credit."""
    scheme = create_example_scheme(
        drafted_by=staff("petra"),
        approved_by=staff("paul"),
        starts_on=date(2026, 1, 1),
        at=APPROVED_AT,
    )
    fund = open_fund(scheme, source="treasury", at=AT)
    if fund_cents:
        make_available(fund, cents=fund_cents, id=uuid4(), on=ON, at=AT)
    fatima, henk = register([FATIMA, HENK], at=AT).codes
    provider = admitted("ROC Voorbeeld", "12345678", "NL20INGB0001234567", on=ON, at=AT)
    return World(scheme, fund, fatima, henk, provider)


def staff(name: str, *groups: str):  # type: ignore[no-untyped-def]
    """A member of staff, in these groups."""
    user, _ = get_user_model().objects.get_or_create(username=name, defaults={"is_staff": True})
    for group in groups:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def give(
    world: World,
    account_code: str,
    cents: int,
    *,
    kind: str = "general",
    categories: list[str] | None = None,
    expires_on: date | None = None,
    on: date = ON,
) -> Tranche:
    """One tranche of credit, booked from the fund."""
    id_ = uuid4()
    tranche = NewTranche(
        id=id_,
        account_code=account_code,
        decision_id=None,
        kind=kind,
        categories=categories or GENERAL,
        earmarked=kind != "general",
        cents=cents,
        expires_on=expires_on,
    )
    booking = NewBooking(uuid4(), "top_up", f"test:{id_}", "Jaarlijks tegoed", on)
    grant(
        [tranche],
        scheme=world.scheme,
        source=world.fund.account_id,
        booking=booking,
        on=on,
        at=AT,
    )
    return Tranche.objects.get(pk=id_)


def course(
    world: World,
    *,
    price: str = "300.00",
    category: str = "course",
    published: bool = True,
    sessions: int = 1,
) -> Course:
    details = CourseDetails(
        code=uuid4().hex,
        name="Basis digitale vaardigheden",
        category=category,
        price=Money(price, "EUR"),
        hours=24,
        sessions=sessions,
    )
    made = register_course(world.provider, details, at=AT)
    return publish(made, actor="petra", at=AT) if published else made


def left(code: str) -> int:
    """What is on the ledger account with this code, in cents."""
    return balance(Account.objects.get(code=code).pk)


def left_on(tranche: Tranche) -> int:
    return balance(tranche.account_id)


def person(number: int, born_on: date, *facts: tuple[str, str]) -> NewCitizen:
    """Someone with a BSN made from a number and facts that hold since 2010."""
    return NewCitizen(
        identity=Identity("Voornaam", "Achternaam", bsn(number)),
        born_on=born_on,
        circumstances=tuple(Stated(kind, value, date(2010, 1, 1)) for kind, value in facts),
    )


def bsn(number: int) -> str:
    """The first number from `number` * 10 on that passes the eleven test."""
    digits = [int(digit) for digit in f"{number:08d}"]
    check = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    return bsn(number + 1_000_000) if check == 10 else f"{number:08d}{check}"


FATIMA = person(
    11_111_111,
    date(1990, 5, 1),
    ("contract", "on_call"),
    ("household", "sole_parent"),
    ("benefit", "none"),
    ("residence", "yes"),
)
HENK = person(
    22_222_222,
    date(1970, 5, 1),
    ("contract", "permanent"),
    ("household", "partner"),
    ("education", "mbo2"),
    ("working_since", "2001-01-01"),
    ("residence", "yes"),
)


def come_back(tranche: Tranche, *, on: date, at: datetime) -> int:
    """What is free of one grant goes back to where it came from; in cents."""
    with transaction.atomic():
        locked = Tranche.objects.filter(pk=tranche.pk).select_for_update()
        return sum(give_up(locked, cause=f"tranche:{tranche.pk}", why="left", on=on, at=at))
