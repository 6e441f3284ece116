"""Reviewers who propose or decide a recovery at the same moment: one of them is told, nobody meets a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from providers.models import Enrolment, Recovery
from providers.states import ClaimState
from tests.audit.world import logged_in
from tests.budgets.world import create_world
from tests.payouts.test_recovery_administration import (
    WHY,
    page,
    paid_claim,
    propose_page,
    proposed,
    state,
)
from tests.payouts.world import AFTER
from tests.racing import Beside


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(AFTER):
        yield


def pressing(browser: Client, address: str, answers: list[int], **fields: str) -> Beside:
    """Somebody presses in a session of its own; the status of the answer is kept."""
    seen = browser.get(address).context["seen"]

    def press() -> None:
        answers.append(browser.post(address, {"seen": seen, **fields}).status_code)

    return Beside(press)


@pytest.mark.parametrize(
    "acts", [("decline", "agree"), ("agree", "decline"), ("agree", "agree"), ("decline", "decline")]
)
def test_of_two_who_decide_at_once_the_second_is_told(
    own_database: str, acts: tuple[str, str]
) -> None:
    claim = paid_claim(create_world())
    recovery = proposed(claim)
    sam, noor = logged_in("sam", "reviewers"), logged_in("noor", "reviewers")
    answers: list[int] = []

    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=claim.enrolment_id)
        first = pressing(sam, page(recovery, acts[0]), answers)
        assert first.waits()
        second = pressing(noor, page(recovery, acts[1]), answers)
        assert second.waits()

    assert (first.outcome(), second.outcome()) == ("done", "done")
    assert sorted(answers) == [302, 422]
    recovery.refresh_from_db()
    assert (recovery.agreed, recovery.answered_by) == (acts[0] == "agree", "sam")
    assert state(claim) == (ClaimState.RECOVERED if recovery.agreed else ClaimState.PAID)


def test_of_two_who_propose_at_once_one_is_told(own_database: str) -> None:
    claim = paid_claim(create_world())
    browsers = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    answers: list[int] = []

    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=claim.enrolment_id)
        presses = [pressing(each, propose_page(claim), answers, **WHY) for each in browsers]
        assert all(press.waits() for press in presses)

    assert [press.outcome() for press in presses] == ["done", "done"]
    assert sorted(answers) == [302, 422]
    assert Recovery.objects.count() == 1
