"""Payments to a provider are held by two people, with a reason, until a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate

from providers import suspending
from providers.models import Provider, Suspension
from providers.standing import standing_of
from providers.suspending import (
    AnsweredBefore,
    LastsTooLong,
    NoReason,
    NotInForce,
    SamePerson,
    SuspensionStands,
    UnableToSuspend,
)
from tests.providers.world import MONDAY, de_linde

pytestmark = pytest.mark.django_db

AT = MONDAY
TODAY = localdate(AT)
UNTIL = TODAY + timedelta(weeks=13)
WHY = "attendance was claimed for days on which the building was closed"


@pytest.fixture
def school() -> Provider:
    return de_linde()


def proposed(school: Provider, until: date = UNTIL) -> Suspension:
    return suspending.propose(school, reason=WHY, until=until, by="rosa", at=AT)


def held(days: int = 0) -> bool:
    """Whether payments are held, in both ways in which that is asked."""
    at = AT + timedelta(days=days)
    in_force = Suspension.objects.in_force(at=at).exists()
    held = [standing_of(each, at=at).suspended_until for each in Provider.objects.all()]
    assert any(held) == in_force
    return in_force


def test_nothing_is_held_until_somebody_else_agrees(school: Provider) -> None:
    suspension = proposed(school)
    assert not held()

    with pytest.raises(SamePerson):
        suspending.agree(suspension, by="rosa", at=AT)
    suspending.agree(suspension, by="sam", at=AT)

    assert held()
    with pytest.raises(AnsweredBefore):
        suspending.decline(suspension, by="olga", at=AT)


def test_it_ends_by_itself_after_its_last_day(school: Provider) -> None:
    suspending.agree(proposed(school, TODAY + timedelta(days=6)), by="sam", at=AT)

    assert (held(6), held(7)) == (True, False)


def test_it_is_lifted_by_one_person_once(school: Provider) -> None:
    suspension = suspending.agree(proposed(school), by="sam", at=AT)

    suspending.lift(suspension, by="rosa", at=AT + timedelta(days=1))

    assert (held(), held(2)) == (True, False)
    with pytest.raises(NotInForce):
        suspending.lift(suspension, by="rosa", at=AT + timedelta(days=2))
    later = AT + timedelta(days=2)
    suspending.propose(school, reason=WHY, until=UNTIL, by="rosa", at=later)


def test_who_looked_at_the_clock_first_and_lifts_it_last_meets_no_fault(school: Provider) -> None:
    suspension = suspending.agree(proposed(school), by="sam", at=AT)

    lifted = suspending.lift(suspension, by="rosa", at=AT - timedelta(seconds=1))
    with pytest.raises(NotInForce):
        suspending.lift(suspension, by="olga", at=AT - timedelta(seconds=2))

    assert (lifted.lifted_by, lifted.lifted_at) == ("rosa", AT)


def test_who_proposed_it_can_take_it_back(school: Provider) -> None:
    suspension = proposed(school)

    suspending.decline(suspension, by="rosa", at=AT)

    assert not held()
    with pytest.raises(NotInForce):
        suspending.lift(suspension, by="rosa", at=AT)


def test_one_stands_at_a_time(school: Provider) -> None:
    suspension = proposed(school)
    with pytest.raises(SuspensionStands):
        proposed(school)
    suspending.agree(suspension, by="sam", at=AT)
    with pytest.raises(SuspensionStands):
        proposed(school)


def test_one_that_nobody_can_agree_to_any_more_makes_way(school: Provider) -> None:
    lapsed = proposed(school)
    later = AT + timedelta(weeks=13, days=1)

    with pytest.raises(LastsTooLong):
        suspending.agree(lapsed, by="sam", at=later)
    suspending.propose(school, reason="Again.", until=localdate(later), by="rosa", at=later)

    lapsed.refresh_from_db()
    assert (lapsed.agreed, lapsed.answered_by, lapsed.answered_at) == (False, "rosa", later)
    assert school.suspensions.standing(at=later).count() == 1


@pytest.mark.parametrize(
    ("reason", "until", "error"),
    [
        ("  ", UNTIL, NoReason),
        ("x" * 501, UNTIL, NoReason),
        (WHY, UNTIL + timedelta(days=1), LastsTooLong),
        (WHY, TODAY - timedelta(days=1), LastsTooLong),
    ],
)
def test_what_cannot_be_proposed(
    school: Provider, reason: str, until: date, error: type[UnableToSuspend]
) -> None:
    with pytest.raises(error):
        suspending.propose(school, reason=reason, until=until, by="rosa", at=AT)

    assert not Suspension.objects.exists()


def test_who_agrees_too_late_is_told(school: Provider) -> None:
    suspension = proposed(school, TODAY)

    with pytest.raises(LastsTooLong):
        suspending.agree(suspension, by="sam", at=AT + timedelta(days=1))


def test_the_database_knows_no_other_way(school: Provider) -> None:
    suspension = proposed(school)
    answered: dict[str, object] = {"agreed": True, "answered_at": AT}
    changes: list[tuple[dict[str, object], str]] = [
        (answered | {"answered_by": "rosa"}, "someone_else"),
        (answered | {"answered_by": "sam", "until": UNTIL + timedelta(days=1)}, "thirteen_weeks"),
        ({"lifted_by": "sam", "lifted_at": AT}, "lifted_whole"),
    ]
    for change, guard in changes:
        with pytest.raises(DatabaseError, match=guard), transaction.atomic():
            Suspension.objects.update(**change)
    suspending.agree(suspension, by="sam", at=AT)
    for field, value in (("reason", "other"), ("until", TODAY), ("agreed", False)):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            Suspension.objects.update(**{field: value})
    suspending.lift(suspension, by="rosa", at=AT)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Suspension.objects.update(lifted_by="", lifted_at=None)
