"""Hardship: other sums than the rules give, with a reason and two people."""

from __future__ import annotations

import pytest

from ontwikkelrekening.citizens.writing import UnusableText
from ontwikkelrekening.eligibility.deviating import UnableToDeviate, approve, decline, propose
from ontwikkelrekening.eligibility.models import Decision, Deviation, Difference, Scheme
from ontwikkelrekening.eligibility.replacing import AlreadyReplaced
from ontwikkelrekening.eligibility.replaying import begin, replay
from providers.models import OutboxMessage
from tests.eligibility.acts import decided, refused
from tests.eligibility.conftest import AT
from tests.eligibility.people import fatima, noor

REASON = "Zij vluchtte voor haar partner en staat daarom nergens ingeschreven."


def proposed(scheme: Scheme) -> Deviation:
    decision = refused(scheme, noor())
    return propose(decision, grants=[("general", 80_000)], reason=REASON, by="rosa", at=AT)


def test_a_second_person_makes_it_a_decision(scheme: Scheme) -> None:
    deviation = proposed(scheme)

    new = approve(deviation, by="sam", at=AT)

    assert (new.outcome, new.amount, new.replaces) == ("granted", 80_000, deviation.decision)
    assert new.grants == [["general", 80_000]]
    assert OutboxMessage.objects.get(work="decision.replaced").subject == str(new.pk)


def test_the_same_person_cannot_do_both(scheme: Scheme) -> None:
    deviation = proposed(scheme)

    with pytest.raises(UnableToDeviate):
        approve(deviation, by="rosa", at=AT)


def test_a_deviation_is_approved_once(scheme: Scheme) -> None:
    deviation = proposed(scheme)
    approve(deviation, by="sam", at=AT)

    with pytest.raises(UnableToDeviate):
        approve(deviation, by="paul", at=AT)


def test_a_second_person_leaves_the_decision_as_it_is(scheme: Scheme) -> None:
    deviation = proposed(scheme)

    decline(deviation, by="sam", at=AT)

    deviation.refresh_from_db()
    assert (deviation.answered_by, deviation.result) == ("sam", None)
    assert Decision.objects.get() == deviation.decision
    with pytest.raises(UnableToDeviate):
        approve(deviation, by="paul", at=AT)


def test_who_proposed_one_takes_it_back_and_proposes_another(scheme: Scheme) -> None:
    mistaken = proposed(scheme)
    decision, sums = mistaken.decision, [("general", 8_000)]
    with pytest.raises(UnableToDeviate):
        propose(decision, grants=sums, reason=REASON, by="rosa", at=AT)

    decline(mistaken, by="rosa", at=AT)
    meant = propose(decision, grants=sums, reason=REASON, by="rosa", at=AT)

    assert approve(meant, by="sam", at=AT).amount == 8_000


def test_it_needs_a_reason(scheme: Scheme) -> None:
    with pytest.raises(UnusableText):
        propose(refused(scheme, noor()), grants=[("general", 1)], reason=" ", by="rosa", at=AT)


@pytest.mark.parametrize(
    "grants",
    [
        [],
        [("general", 0)],
        [("general", -5)],
        [("general", 1_000_001)],
        [("bonus", 100)],
        [("general", 1), ("general", 2)],
    ],
)
def test_sums_outside_the_scheme_are_refused(scheme: Scheme, grants: list[tuple[str, int]]) -> None:
    with pytest.raises(UnableToDeviate):
        propose(refused(scheme, noor()), grants=grants, reason=REASON, by="rosa", at=AT)


def test_a_replaced_decision_cannot_be_deviated_from(scheme: Scheme) -> None:
    deviation = proposed(scheme)
    approve(deviation, by="sam", at=AT)

    with pytest.raises(AlreadyReplaced):
        propose(deviation.decision, grants=[("general", 1)], reason=REASON, by="rosa", at=AT)


def test_replay_knows_a_deviation_from_a_difference(scheme: Scheme) -> None:
    decided(scheme, fatima())
    approve(proposed(scheme), by="sam", at=AT)

    assert list(replay(begin(at=AT))) == [3]
    assert not Difference.objects.exists()
