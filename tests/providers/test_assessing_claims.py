"""What the machine approves, what it puts before a person, and how people judge."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction

from ledger.models import Transfer
from providers.claiming import (
    approve,
    assess,
    confirm_refusal,
    hand_back,
    refuse,
    send_back,
    settle,
    take_up,
    withdraw,
)
from providers.claiming.reviewing import NoReason, NothingToConfirm, SamePerson
from providers.claiming.sampling import is_drawn
from providers.models import Claim, Course, Enrolment, OutboxMessage, Review, StateChange
from providers.outbox import drain
from providers.states import IllegalMove
from tests.providers.world import (
    MONDAY,
    assessed,
    claim,
    de_linde,
    digital_skills,
    payable_cents,
    redeemed,
)

pytestmark = pytest.mark.django_db
NEAR_THE_END = MONDAY + timedelta(days=40)  # 80% of the days to the last of its 8 weeks
THIRD_SESSION = [
    {"instalment": f"session-{number}", "cents": 12000, "after": "session"} for number in (1, 2, 3)
]


@pytest.fixture
def enrolment() -> Enrolment:
    return redeemed(digital_skills(de_linde()))


@pytest.fixture
def doubtful(enrolment: Enrolment) -> Claim:
    return assessed(claim(enrolment, "completion", evidence={"attendance": 60}))


def test_a_sample_is_looked_at_by_a_person(
    enrolment: Enrolment, course: Course, settings: LazySettings
) -> None:
    settings.CLAIMS_SAMPLED_PER_MILLE = 1000
    drawn = assessed(claim(enrolment, "start"))
    settings.CLAIMS_SAMPLED_PER_MILLE = 0
    other = assessed(claim(redeemed(course), "start"))

    assert (drawn.state, drawn.review.picked_because) == ("in_review", "sample")
    assert drawn.reason.startswith("Drawn by chance")
    assert other.state == "approved"
    approve(drawn, by="rosa", at=MONDAY)
    assert assessed(drawn).state == "approved"


def test_a_doubt_is_told_before_the_sample(enrolment: Enrolment, settings: LazySettings) -> None:
    settings.CLAIMS_SAMPLED_PER_MILLE = 1000

    picked = assessed(claim(enrolment, "completion", evidence={"attendance": 60}))

    assert picked.review.picked_because == "not_completed"


def test_who_takes_a_drawn_claim_back_does_not_get_round_the_sample(
    course: Course, settings: LazySettings
) -> None:
    settings.CLAIMS_SAMPLED_PER_MILLE = 500
    claims = (assessed(claim(redeemed(course), "start")) for _ in range(40))
    drawn = next(found for found in claims if found.state == "in_review")

    for _ in range(10):
        withdraw(drawn, actor="de linde", at=MONDAY)
        drawn = assessed(claim(drawn.enrolment, "start"))
        assert drawn.state == "in_review"


def test_as_many_are_drawn_as_was_asked_and_only_we_know_which(settings: LazySettings) -> None:
    ids = [uuid5(NAMESPACE_URL, str(number)) for number in range(20_000)]
    settings.CLAIMS_SAMPLED_PER_MILLE = 20
    drawn = {id_ for id_ in ids if is_drawn(id_, "start")}
    others = {id_ for id_ in ids if is_drawn(id_, "completion")}
    settings.SECRET_KEY = "another" * 10
    with_another_key = {id_ for id_ in ids if is_drawn(id_, "start")}

    assert 320 < len(drawn) < 480  # within four standard deviations of 400
    for other in (others, with_another_key):
        assert 320 < len(other) < 480
        assert len(drawn & other) < 30


def test_one_claim_does_not_wait_for_all_that_another_provider_has_sent(course: Course) -> None:
    for _ in range(60):
        claim(redeemed(course))
    single = claim(redeemed(digital_skills(de_linde("Taalhuis"))))

    assert drain() == 61

    approved = StateChange.objects.filter(subject="claim", event="approve").order_by("id")
    order = list(approved.values_list("subject_id", flat=True))
    assert order.index(single.id) < 40  # a lane is drawn each time: one in 2^40 would come later


def test_a_claim_after_the_start_is_approved_and_booked(enrolment: Enrolment) -> None:
    approved = assessed(claim(enrolment))

    assert approved.state == "approved"
    assert payable_cents(enrolment.provider) == 13000


def test_assessed_twice_is_booked_once(enrolment: Enrolment) -> None:
    approved = assessed(claim(enrolment))
    assess(str(approved.id), at=MONDAY + timedelta(days=1))

    assert Transfer.objects.filter(credit_account=enrolment.provider.payable).count() == 1


def test_the_worker_assesses_what_was_submitted(enrolment: Enrolment) -> None:
    submitted = claim(enrolment)

    assert drain() == 1
    submitted.refresh_from_db()
    assert submitted.state == "approved"
    assert OutboxMessage.objects.get().done_at is not None


def test_work_that_keeps_failing_is_done_once_its_cause_is_mended(
    enrolment: Enrolment, settings: Any
) -> None:
    submitted = claim(enrolment)
    mended = settings.OUTBOX_HANDLERS
    settings.OUTBOX_HANDLERS = mended | {"claim.assess": "providers.nowhere.assess"}

    with time_machine.travel(MONDAY, tick=False) as clock:
        for _ in range(40):
            assert drain() == 0
            clock.shift(timedelta(hours=2))
        assert OutboxMessage.objects.get().attempts == 40
        settings.OUTBOX_HANDLERS = mended
        assert drain() == 1

    submitted.refresh_from_db()
    assert submitted.state == "approved"


def quote_a_number(subject: str, *, at: datetime) -> None:
    raise ValueError("999900006")


def quote_a_value(subject: str, *, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS integer)", ["999900006 Amrani"])


def break_a_rule(subject: str, *, at: datetime) -> None:
    Claim.objects.create(pk=Claim.objects.get().pk, enrolment=Enrolment.objects.get())


@pytest.mark.parametrize(
    ("work", "kept"),
    [
        (quote_a_number, "ValueError"),
        (quote_a_value, "DataError"),
        (break_a_rule, "IntegrityError: null value in column"),
    ],
)
def test_of_a_failure_is_kept_what_quotes_nobody(
    enrolment: Enrolment, settings: Any, work: Callable[..., None], kept: str
) -> None:
    claim(enrolment)
    settings.OUTBOX_HANDLERS = {"claim.assess": f"{__name__}.{work.__name__}"}

    assert drain() == 0

    assert kept in OutboxMessage.objects.get().error
    assert "9999" not in OutboxMessage.objects.get().error


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        ({"certificate": True}, "approved"),
        ({"attendance": 80}, "approved"),
        ({"exam": True}, "approved"),
        ({"attendance": 79}, "in_review"),
        ({"certificate": False, "exam": False}, "in_review"),
        ({}, "in_review"),
    ],
)
def test_completion_needs_one_proof_of_three(
    enrolment: Enrolment, evidence: dict[str, Any], state: str
) -> None:
    made = claim(enrolment, "completion", evidence=evidence)

    assert assessed(made, at=NEAR_THE_END).state == state


@pytest.mark.parametrize("evidence", [{"certificate": True}, {"attendance": 100}, {"exam": True}])
@pytest.mark.parametrize(("days", "state"), [(0, "in_review"), (39, "in_review"), (40, "approved")])
def test_completion_before_enough_days_have_passed_goes_to_a_person(
    enrolment: Enrolment, evidence: dict[str, Any], days: int, state: str
) -> None:
    made = claim(enrolment, "completion", evidence=evidence)

    assert assessed(made, at=MONDAY + timedelta(days=days)).state == state
    if state == "in_review":
        assert made.reason == "Too few days have passed since the start for this part."


def test_what_takes_a_week_at_most_can_be_completed_on_its_first_day() -> None:
    enrolment = redeemed(digital_skills(de_linde(), weeks=1))

    made = assessed(claim(enrolment, "completion", evidence={"exam": True}))

    assert made.state == "approved"


def test_more_than_a_session_a_day_goes_to_a_person() -> None:
    coaching = digital_skills(de_linde(), category="coaching", sessions=3)
    enrolment = redeemed(coaching, terms=THIRD_SESSION, maximum="360.00")

    def state_of(session: int, *, days: int) -> str:
        made = claim(enrolment, f"session-{session}", "120.00")
        return assessed(made, at=MONDAY + timedelta(days=days)).state

    assert [state_of(1, days=0), state_of(2, days=1), state_of(3, days=1)] == [
        "approved",
        "approved",
        "in_review",
    ]


def test_a_session_out_of_order_goes_to_a_person() -> None:
    coaching = digital_skills(de_linde(), category="coaching", sessions=3)
    enrolment = redeemed(coaching, terms=THIRD_SESSION, maximum="360.00")
    first = assessed(claim(enrolment, "session-1", "120.00"))
    third = assessed(claim(enrolment, "session-3", "120.00"))

    assert first.state == "approved"
    assert third.state == "in_review"
    assert "session before" in third.reason


def test_a_person_approves_what_the_machine_doubted(doubtful: Claim) -> None:
    approve(doubtful, by="rosa", at=MONDAY)

    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.reason) == ("approved", "")
    assert payable_cents(doubtful.provider) == 13000


def test_a_refusal_takes_a_reason_and_two_people(doubtful: Claim) -> None:
    with pytest.raises(NoReason):
        refuse(doubtful, by="rosa", reason=" ", at=MONDAY)
    refuse(doubtful, by="rosa", reason="Nobody was there.", at=MONDAY)
    doubtful.refresh_from_db()
    assert doubtful.state == "in_review"
    with pytest.raises(SamePerson):
        confirm_refusal(doubtful, by="rosa", at=MONDAY)

    confirm_refusal(doubtful, by="sam", at=MONDAY)

    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.reason) == ("refused", "Nobody was there.")
    assert payable_cents(doubtful.provider) == 0


def test_nothing_can_be_confirmed_that_nobody_proposed(doubtful: Claim) -> None:
    with pytest.raises(NothingToConfirm):
        confirm_refusal(doubtful, by="sam", at=MONDAY)


def test_the_second_person_may_disagree(doubtful: Claim) -> None:
    refuse(doubtful, by="rosa", reason="Nobody was there.", at=MONDAY)
    with pytest.raises(SamePerson):
        send_back(doubtful, by="rosa", at=MONDAY)
    send_back(doubtful, by="sam", at=MONDAY)

    with pytest.raises(NothingToConfirm):
        confirm_refusal(doubtful, by="sam", at=MONDAY)


def test_the_database_itself_wants_two_people(doubtful: Claim) -> None:
    with pytest.raises(IntegrityError, match="someone_else"), transaction.atomic():
        Review.objects.filter(claim=doubtful).update(
            verdict="refuse", judged_by="rosa", confirmed_by="rosa"
        )


def test_an_approved_claim_cannot_be_refused(enrolment: Enrolment) -> None:
    approved = assessed(claim(enrolment))

    with pytest.raises(IllegalMove):
        refuse(approved, by="rosa", reason="Too late.", at=MONDAY)


def test_a_refused_instalment_can_be_claimed_again(doubtful: Claim) -> None:
    refuse(doubtful, by="rosa", reason="No proof.", at=MONDAY)
    confirm_refusal(doubtful, by="sam", at=MONDAY)

    again = claim(doubtful.enrolment, "completion", evidence={"certificate": True})

    assert assessed(again, at=NEAR_THE_END).state == "approved"


def test_claims_are_taken_up_paid_or_handed_back(enrolment: Enrolment) -> None:
    approved = assessed(claim(enrolment))

    take_up({approved.pk: "OWR-1"}, actor="paul", at=MONDAY)
    approved.refresh_from_db()
    assert (approved.state, approved.payment_reference) == ("in_file", "OWR-1")
    hand_back([approved.pk], actor="paul", at=MONDAY)
    approved.refresh_from_db()
    assert (approved.state, approved.payment_reference) == ("approved", "")
    take_up({approved.pk: "OWR-2"}, actor="paul", at=MONDAY)
    settle([approved.pk], actor="paul", at=MONDAY)
    approved.refresh_from_db()
    assert (approved.state, approved.paid_at) == ("paid", MONDAY)


def test_one_claim_that_cannot_move_stops_them_all(enrolment: Enrolment) -> None:
    approved = assessed(claim(enrolment))
    waiting = claim(enrolment, "completion", evidence={"certificate": True})

    with pytest.raises(IllegalMove):
        take_up({each.pk: "OWR-1" for each in (approved, waiting)}, actor="paul", at=MONDAY)

    approved.refresh_from_db()
    assert approved.state == "approved"


def test_taking_up_many_claims_takes_as_many_queries_as_one(
    django_assert_num_queries: Any,
) -> None:
    course = digital_skills(de_linde())
    approved = [assessed(claim(redeemed(course))) for _ in range(5)]

    with django_assert_num_queries(9):
        take_up({each.pk: "OWR-1" for each in approved}, actor="paul", at=MONDAY)
