"""What is refused at the door, and what is let in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from djmoney.money import Money

from providers.claiming import submit, withdraw
from providers.claiming.submitting import (
    AboveTheInstalment,
    AboveWhatIsLeft,
    AfterTheTerm,
    AmountIsWrong,
    BeforeTheStart,
    ClaimIdIsTaken,
    EnrolmentHasEnded,
    InstalmentIsClaimed,
    UnknownEnrolment,
    UnknownInstalment,
)
from providers.enrolling import ClaimsStandInTheWay, cancel
from providers.models import Claim, Enrolment, OutboxMessage, StateChange
from providers.states import IllegalMove
from tests.providers.world import (
    LAST_WEEK,
    MONDAY,
    agreed,
    assessed,
    claim,
    de_linde,
    digital_skills,
    euros,
    redeemed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment() -> Enrolment:
    return redeemed(digital_skills(de_linde()))


def test_a_claim_on_the_first_day_is_let_in_and_queued(enrolment: Enrolment) -> None:
    submitted = claim(enrolment)

    assert submitted.state == "submitted"
    assert OutboxMessage.objects.get().subject == str(submitted.id)


def test_a_claim_the_day_before_the_start_is_refused(enrolment: Enrolment) -> None:
    with pytest.raises(BeforeTheStart):
        claim(enrolment, at=MONDAY - timedelta(days=1))

    assert not Claim.objects.exists()


def test_a_claim_on_the_last_day_is_let_in_and_a_day_later_refused(enrolment: Enrolment) -> None:
    last_day = MONDAY + (enrolment.claim_until - MONDAY.date())

    with pytest.raises(AfterTheTerm):
        claim(enrolment, at=last_day + timedelta(days=1))

    assert claim(enrolment, at=last_day).state == "submitted"


def test_a_claim_above_the_instalment_is_refused(enrolment: Enrolment) -> None:
    with pytest.raises(AboveTheInstalment):
        claim(enrolment, amount="130.01")


def test_a_claim_above_what_is_left_is_refused() -> None:
    terms = [
        {"instalment": "start", "cents": 20000, "after": "start"},
        {"instalment": "completion", "cents": 20000, "after": "completion", "attendance_min": 80},
    ]
    enrolment = redeemed(digital_skills(de_linde()), terms=terms, maximum="260.00")
    claim(enrolment, amount="200.00")

    with pytest.raises(AboveWhatIsLeft):
        claim(enrolment, "completion", "60.01")

    assert claim(enrolment, "completion", "60.00").state == "submitted"


def test_an_instalment_is_claimed_once(enrolment: Enrolment) -> None:
    claim(enrolment)

    with pytest.raises(InstalmentIsClaimed):
        claim(enrolment, amount="1.00")


def test_a_withdrawn_claim_can_be_sent_again(enrolment: Enrolment) -> None:
    withdraw(claim(enrolment), actor="de-linde", at=MONDAY)

    assert claim(enrolment).state == "submitted"


def test_other_evidence_under_the_same_id_is_another_claim(enrolment: Enrolment) -> None:
    first = claim(enrolment, "completion", evidence={"attendance": 60})

    with pytest.raises(ClaimIdIsTaken):
        claim(enrolment, "completion", evidence={"attendance": 90}, id=first.pk)
    same = claim(enrolment, "completion", evidence={"attendance": 60}, id=first.pk)
    assert same.pk == first.pk


def test_an_approved_claim_cannot_be_withdrawn(enrolment: Enrolment) -> None:
    approved = assessed(claim(enrolment))

    with pytest.raises(IllegalMove):
        withdraw(approved, actor="de-linde", at=MONDAY)


def test_an_instalment_outside_the_terms_is_refused(enrolment: Enrolment) -> None:
    with pytest.raises(UnknownInstalment):
        claim(enrolment, "bonus")


def test_another_providers_enrolment_is_unknown(enrolment: Enrolment) -> None:
    stranger = de_linde("Taalhuis")

    with pytest.raises(UnknownEnrolment):
        submit(
            uuid4(), enrolment.id, "start", euros("1"), {}, provider=stranger, actor="x", at=MONDAY
        )


def test_an_enrolment_is_unknown_until_its_code_is_redeemed() -> None:
    with pytest.raises(UnknownEnrolment):
        claim(agreed(digital_skills(de_linde())))


def test_a_cancelled_enrolment_takes_no_claims(enrolment: Enrolment) -> None:
    cancel(enrolment, actor="citizen", at=LAST_WEEK)

    with pytest.raises(EnrolmentHasEnded):
        claim(enrolment)


def test_an_enrolment_with_a_claim_cannot_be_cancelled(enrolment: Enrolment) -> None:
    claim(enrolment)

    with pytest.raises(ClaimsStandInTheWay):
        cancel(enrolment, actor="citizen", at=MONDAY)


@pytest.mark.parametrize(
    "amount",
    [
        Money("0", "EUR"),
        Money("-1", "EUR"),
        Money("10.001", "EUR"),
        Money("10", "USD"),
        Money("NaN", "EUR"),
        Money("Infinity", "EUR"),
    ],
)
def test_an_amount_that_is_no_amount_is_refused(enrolment: Enrolment, amount: Money) -> None:
    with pytest.raises(AmountIsWrong):
        submit(
            uuid4(),
            enrolment.id,
            "start",
            amount,
            {},
            provider=enrolment.provider,
            actor="x",
            at=MONDAY,
        )


def test_the_same_claim_sent_again_comes_back_as_it_is(enrolment: Enrolment) -> None:
    id_ = uuid4()

    first, second = claim(enrolment, id=id_), claim(enrolment, id=id_)

    assert first == second
    assert Claim.objects.count() == OutboxMessage.objects.count() == 1


def test_another_claim_under_the_same_id_is_refused(enrolment: Enrolment) -> None:
    id_ = uuid4()
    claim(enrolment, id=id_)

    with pytest.raises(ClaimIdIsTaken):
        claim(enrolment, amount="120.00", id=id_)


def test_who_withdrew_and_when_is_written(enrolment: Enrolment) -> None:
    withdraw(claim(enrolment), actor="de-linde", at=MONDAY)

    change = StateChange.objects.get(subject="claim")
    assert (change.event, change.from_state, change.to_state) == (
        "withdraw",
        "submitted",
        "withdrawn",
    )
    assert (change.actor, change.at) == ("de-linde", MONDAY)
