"""A decision that is replaced by a better one: the books follow, once, through the work queue."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.replacing import book
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.eligibility.deviating import approve, propose
from ontwikkelrekening.eligibility.models import Decision
from providers.outbox import drain
from tests.budgets.world import AT, World, create_world
from tests.eligibility.acts import decided, refused, replaced
from tests.eligibility.people import noor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return create_world()


def tells_where_she_lives() -> None:
    stated = (Stated("residence", "yes", date(2020, 1, 1), source="municipality"),)
    person = Identity("Noor", "Voorbeeld", "999900079")
    register([NewCitizen(person, date(1996, 6, 21), "nl", stated)], at=AT)


def credit_of(decision: Decision) -> dict[str, int]:
    return dict(Tranche.objects.filter(decision=decision).values_list("kind", "granted"))


def test_noor_gets_credit_after_a_new_decision(world: World) -> None:
    refusal = refused(world.scheme, noor())
    tells_where_she_lives()
    new = replaced(refusal)

    drain()

    assert credit_of(new) == {"general": 50_000}
    assert check_ledger() == []


def test_booking_twice_books_once(world: World) -> None:
    refusal = refused(world.scheme, noor())
    tells_where_she_lives()
    new = replaced(refusal)

    book(str(new.pk), at=AT)
    book(str(new.pk), at=AT)

    assert credit_of(new) == {"general": 50_000}


def test_a_second_decision_grants_only_what_is_more(world: World) -> None:
    refusal = refused(world.scheme, noor())
    tells_where_she_lives()
    first = replaced(refusal)
    book(str(first.pk), at=AT)
    deviation = propose(
        first, grants=[("general", 80_000), ("coaching_evc", 70_000)], reason="Zij moest vluchten.",
        by="rosa", at=AT,
    )  # fmt: skip
    second = approve(deviation, by="sam", at=AT)

    book(str(second.pk), at=AT)

    assert credit_of(second) == {"general": 30_000, "coaching_evc": 70_000}
    assert check_ledger() == []


def test_a_new_decision_that_grants_no_more_books_nothing(world: World) -> None:
    refusal = refused(world.scheme, noor())
    again = replaced(refusal)

    book(str(again.pk), at=AT)

    assert credit_of(again) == {}
    assert decided(world.scheme, noor())[0].outcome == "refused"
