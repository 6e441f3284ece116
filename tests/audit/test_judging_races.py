"""Reviewers who press at the same moment: one of them is told, nobody meets a fault."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from providers.claiming import approve, refuse
from providers.models import Enrolment, Review, StateChange
from tests.audit.world import COMPLETED, logged_in, play_a_year
from tests.racing import Beside, at_once

ACT = "/admin/providers/review/{}/do/{}"


def pressing(browser: Client, act: str, answers: dict[str, int]) -> Beside:
    """A reviewer presses in a session of its own; the status of the answer is kept."""
    address = ACT.format(Review.objects.get().pk, act)
    asked = browser.get(address).context["seen"]

    def press() -> None:
        answers[act] = browser.post(address, {"seen": asked}).status_code

    return Beside(press)


@pytest.mark.parametrize("acts", [("send-back", "confirm"), ("confirm", "send-back")])
def test_who_confirms_a_refusal_that_is_sent_back_at_that_moment_is_told(
    own_database: str, acts: tuple[str, str]
) -> None:
    year = play_a_year()
    refuse(year.in_review, by="rosa", reason="Er is geen bewijs.", at=COMPLETED)
    sam, noor = logged_in("sam", "reviewers"), logged_in("noor", "reviewers")
    answers: dict[str, int] = {}

    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=year.in_review.enrolment_id)
        first = pressing(sam, acts[0], answers)
        assert first.waits()
        second = pressing(noor, acts[1], answers)
        assert second.waits()

    assert (first.outcome(), second.outcome()) == ("done", "done")
    assert answers == {acts[0]: 302, acts[1]: 422}
    year.in_review.refresh_from_db()
    assert year.in_review.state == ("refused" if acts[0] == "confirm" else "in_review")


def test_of_two_judgements_at_once_one_is_refused(own_database: str) -> None:
    year = play_a_year()
    claim = year.in_review

    ended = at_once(
        lambda: approve(claim, by="rosa", at=COMPLETED),
        lambda: refuse(claim, by="sam", reason="Er is geen bewijs.", at=COMPLETED),
        lambda: refuse(claim, by="noor", reason="Te vroeg.", at=COMPLETED),
    )

    assert ended["done"] == 1
    judged = Review.objects.get()
    approved = StateChange.objects.filter(subject_id=claim.pk, event="approve").exists()
    assert approved == (judged.verdict == "approve")
