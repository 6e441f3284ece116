"""A decision that is replaced by a better one: the books follow, once, through the work queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.replacing import book
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.deviating import approve, propose
from ontwikkelrekening.eligibility.letters import letter
from ontwikkelrekening.eligibility.models import Decision
from providers.outbox import drain
from tests.budgets.world import AT, World, create_world
from tests.eligibility.acts import decided, refused, replaced
from tests.eligibility.people import citizen, noor

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


NOVEMBER, DECEMBER = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 12, 20, 9, tzinfo=UTC)
NEW_YEAR, JANUARY = datetime(2027, 1, 4, 9, tzinfo=UTC), datetime(2027, 1, 25, 9, tzinfo=UTC)


THOMAS = citizen(
    "Thomas", "999900067", date(1991, 1, 1), contract="permanent", education="university",
    residence="yes",
)  # fmt: skip


def answered_in_january(world: World, *, stated: tuple[Stated, ...], run: bool = False) -> Decision:
    """Thomas is decided on in November, tells more in December, and we answer him in January."""
    (decision,) = decided(world.scheme, THOMAS, on=NOVEMBER.date(), at=NOVEMBER)
    register([replace(THOMAS, circumstances=stated)], at=DECEMBER)
    objection = objecting.file(decision, words="Nee.", on=DECEMBER.date(), at=DECEMBER)
    objecting.acknowledge(objection, committee=False, by="sam", at=DECEMBER)
    if run:
        decided(world.scheme, THOMAS, on=NEW_YEAR.date(), at=NEW_YEAR)
    new = objecting.replace(objection, answer="U heeft gelijk.", by="sam", at=JANUARY)
    with time_machine.travel(JANUARY, tick=False):
        drain()
    return new


def test_credit_after_new_year_counts_from_the_day_it_is_granted(world: World) -> None:
    new = answered_in_january(
        world,
        stated=(
            Stated("contract", "temporary", date(2026, 10, 1)),
            Stated("household", "sole_parent", date(2026, 1, 1)),
        ),
    )

    granted = Tranche.objects.filter(decision=new).values_list("kind", "granted", "expires_on")
    assert set(granted) == {
        ("general", 30_000, None),
        ("childcare_travel", 30_000, date(2027, 12, 31)),
        ("coaching_evc", 70_000, date(2029, 12, 31)),
    }
    read = letter(new, language="en", on=JANUARY.date())
    assert read.sum[0].startswith("€\xa0800.00 for learning")
    assert read.sum[1].endswith("until 31 December 2029.")
    assert read.sum[2].endswith("until 31 December 2027.")


def test_what_was_granted_before_keeps_its_last_day_in_the_letter(world: World) -> None:
    (decision,) = decided(world.scheme, THOMAS, on=NOVEMBER.date(), at=NOVEMBER)
    proposed = propose(
        decision, grants=[("general", 50_000), ("coaching_evc", 70_000)], reason="Eerst.",
        by="rosa", at=NOVEMBER,
    )  # fmt: skip
    first = approve(proposed, by="sam", at=NOVEMBER)
    proposed = propose(
        first, grants=[("general", 60_000), ("coaching_evc", 80_000)], reason="Daarna.",
        by="rosa", at=JANUARY,
    )  # fmt: skip
    second = approve(proposed, by="sam", at=JANUARY)

    assert letter(second, language="en", on=JANUARY.date()).sum == [
        "€\xa0600.00 for learning. It stays on your account.",
        "€\xa0700.00 only for a coach or EVC, until 31 December 2028.",
        "€\xa0100.00 only for a coach or EVC, until 31 December 2029.",
        "Together €\xa01,400.00.",
    ]


def test_a_coach_that_the_next_year_gave_is_not_given_again(world: World) -> None:
    new = answered_in_january(
        world, stated=(Stated("contract", "temporary", date(2026, 10, 1)),), run=True
    )

    of_2027 = Decision.objects.get(decided_on=NEW_YEAR.date())
    assert ["coaching_evc", 70_000] in of_2027.grants
    assert new.grants == [["general", 80_000]]
    facts = dict(letter(new, language="en", on=JANUARY.date()).facts)
    assert facts["Years to other credit for a coach or EVC"] == "1 year"
