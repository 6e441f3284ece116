"""Officers who propose, answer or lift at the same moment: one of them is told, nobody meets a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from providers.locks import lock_provider
from providers.models import Suspension
from tests.audit.world import logged_in
from tests.payouts.test_recovery_races import pressing
from tests.providers.test_suspension_administration import (
    UNTIL,
    WHY,
    in_force,
    page,
    propose_page,
    proposed,
)
from tests.providers.world import MONDAY, de_linde


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(MONDAY):
        yield


@pytest.mark.parametrize(
    "acts",
    [
        *(("decline", "agree"), ("agree", "decline"), ("agree", "agree"), ("decline", "decline")),
        ("lift", "lift"),
    ],
)
def test_of_two_who_answer_or_lift_at_once_the_second_is_told(
    own_database: str, acts: tuple[str, str]
) -> None:
    school = de_linde()
    suspension = in_force(school) if "lift" in acts else proposed(school)
    olga, noor = logged_in("olga", "reviewers"), logged_in("noor", "provider-officers")
    answers: list[int] = []

    with transaction.atomic():
        lock_provider(school.pk)
        first = pressing(olga, page(suspension, acts[0]), answers)
        assert first.waits()
        second = pressing(noor, page(suspension, acts[1]), answers)
        assert second.waits()

    assert (first.outcome(), second.outcome()) == ("done", "done")
    assert sorted(answers) == [302, 422]
    suspension.refresh_from_db()
    assert suspension.agreed == (acts[0] != "decline")
    assert "olga" in (suspension.answered_by, suspension.lifted_by)


def test_of_two_who_propose_at_once_one_is_told(own_database: str) -> None:
    school = de_linde()
    browsers = logged_in("rosa", "reviewers"), logged_in("sam", "provider-officers")
    asked = {"reason": WHY, "until": str(UNTIL)}
    answers: list[int] = []

    with transaction.atomic():
        lock_provider(school.pk)
        presses = [pressing(each, propose_page(school), answers, **asked) for each in browsers]
        assert all(press.waits() for press in presses)

    assert [press.outcome() for press in presses] == ["done", "done"]
    assert sorted(answers) == [302, 422]
    assert Suspension.objects.count() == 1
