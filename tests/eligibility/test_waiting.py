"""Refusals wait for a person, on a clock of eight weeks that can be extended once."""

from __future__ import annotations

from datetime import date

import pytest

from ontwikkelrekening.citizens.writing import UnusableText
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.waiting import UnableToExtend, due_on, extend
from tests.eligibility.acts import decided, refused
from tests.eligibility.conftest import AT
from tests.eligibility.people import henk, noor

LATER = date(2026, 3, 20)


def test_a_refusal_waits_for_eight_weeks_at_most(scheme: Scheme) -> None:
    _, refusal = decided(scheme, henk(), noor())

    assert list(Decision.objects.waiting()) == [refusal]
    assert due_on(refusal) == date(2026, 2, 27)


def test_more_time_moves_the_clock_once(scheme: Scheme) -> None:
    (refusal,) = decided(scheme, noor())

    extend(refusal, until=LATER, reason="We wachten op de gemeente.", by="rosa", at=AT)

    assert due_on(refusal) == LATER
    with pytest.raises(UnableToExtend):
        extend(refusal, until=date(2026, 4, 1), reason="Nog eens.", by="rosa", at=AT)


def test_an_extension_needs_a_later_day_and_a_reason(scheme: Scheme) -> None:
    (refusal,) = decided(scheme, noor())

    with pytest.raises(UnableToExtend):
        extend(refusal, until=date(2026, 2, 27), reason="Drukte.", by="rosa", at=AT)
    with pytest.raises(UnusableText):
        extend(refusal, until=LATER, reason="  ", by="rosa", at=AT)


def test_what_does_not_wait_cannot_be_extended(scheme: Scheme) -> None:
    for decision in (*decided(scheme, henk()), refused(scheme, noor())):
        with pytest.raises(UnableToExtend):
            extend(decision, until=LATER, reason="Drukte.", by="rosa", at=AT)
