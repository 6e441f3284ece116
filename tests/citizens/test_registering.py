"""Registering: new people, later facts, nothing twice, a constant number of queries."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.citizens.identity import Identity, NotABsn
from ontwikkelrekening.citizens.models import Circumstance, Citizen
from ontwikkelrekening.citizens.registering import Contradiction, NewCitizen, Stated, register
from ontwikkelrekening.citizens.vocabulary import UnknownWord

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
NUMBERS = ("999900006", "999900018", "999900031", "999900043")

pytestmark = pytest.mark.django_db


def person(bsn: str, *facts: Stated) -> NewCitizen:
    return NewCitizen(Identity("Fatima", "Amrani", bsn), date(1991, 4, 3), "nl", facts)


def job(value: str, since: date) -> Stated:
    return Stated("contract", value, since)


def test_each_citizen_gets_an_account_code_that_says_nothing() -> None:
    registered = register([person(number) for number in NUMBERS], at=AT)

    assert registered.new == len(set(registered.codes)) == 4
    assert all(
        re.fullmatch(r"R-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", c) for c in registered.codes
    )


def test_registering_twice_changes_nothing() -> None:
    fatima = person(NUMBERS[0], job("agency", date(2025, 9, 1)))
    first = register([fatima], at=AT)

    again = register([fatima], at=AT)

    assert again == (0, 0, first.codes)
    assert Citizen.objects.count() == Circumstance.objects.count() == 1


def test_a_later_fact_of_a_known_citizen_is_added() -> None:
    register([person(NUMBERS[0], job("agency", date(2025, 9, 1)))], at=AT)

    later = register([person(NUMBERS[0], job("permanent", date(2026, 1, 1)))], at=AT)

    assert (later.new, later.facts) == (0, 1)


def test_a_fact_stated_otherwise_from_the_same_day_is_a_contradiction() -> None:
    register([person(NUMBERS[0], job("agency", date(2025, 9, 1)))], at=AT)

    with pytest.raises(Contradiction) as refused:
        register(
            [person(NUMBERS[1]), person(NUMBERS[0], job("permanent", date(2025, 9, 1)))], at=AT
        )

    assert (refused.value.index, refused.value.kind) == (1, "contract")
    assert Citizen.objects.count() == 1


@pytest.mark.parametrize(
    "fact",
    [
        Stated("contract", "astronaut", date(2025, 9, 1)),
        Stated("shoe_size", "43", date(2025, 9, 1)),
        Stated("working_since", "2026-13-01", date(2025, 9, 1)),
        Stated("working_since", "2027-01-01", date(2025, 9, 1)),
    ],
)
def test_a_word_nobody_knows_is_refused_and_nothing_is_written(fact: Stated) -> None:
    with pytest.raises(UnknownWord):
        register([person(NUMBERS[0]), person(NUMBERS[1], fact)], at=AT)

    assert not Citizen.objects.exists()


def test_a_wrong_bsn_stops_everything() -> None:
    with pytest.raises(NotABsn):
        register([person(NUMBERS[0]), person("999900007")], at=AT)

    assert not Citizen.objects.exists()


def test_the_number_of_queries_does_not_grow() -> None:
    fact = job("agency", date(2025, 9, 1))
    with CaptureQueriesContext(connection) as one:
        register([person(NUMBERS[0], fact)], at=AT)
    with CaptureQueriesContext(connection) as three:
        register([person(number, fact) for number in NUMBERS[1:]], at=AT)

    assert len(one) == len(three)
