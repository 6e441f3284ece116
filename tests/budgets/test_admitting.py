"""Who was refused wrongly takes part after all: two people, a reason, and before the draw."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.formats import date_format

from ontwikkelrekening.budgets.admitting import (
    AnsweredBefore,
    ProposedBefore,
    SamePerson,
    answer,
    propose,
)
from ontwikkelrekening.budgets.drawing import (
    AdmissionsWait,
    RefusalsWait,
    assess_slice,
    draw,
)
from ontwikkelrekening.budgets.models import Admission, Assessment, Placing, Refusal, Round
from ontwikkelrekening.budgets.refusing import confirm, reasons, waiting
from ontwikkelrekening.budgets.rounds import WrongState, close
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Citizen, Writing
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.citizens.stating import state
from ontwikkelrekening.citizens.writing import UnusableText, read
from ontwikkelrekening.database import APP_ROLE
from tests.budgets.round_world import AFTER, everyone_applies, published
from tests.budgets.world import AT, World, create_world, person

pytestmark = pytest.mark.django_db
REASON = "Zij woont hier wel: de gemeente heeft de inschrijving verbeterd."


@pytest.fixture
def world(db: None) -> World:
    return create_world()


@pytest.fixture
def refusal(world: World) -> Refusal:
    """Noor works on call; nobody knows where she lives. The round is closed and assessed."""
    noor = person(80_000_000, date(1990, 3, 9), ("contract", "on_call"))
    round_ = published(world)
    everyone_applies(round_, [world.henk, *register([noor], at=AT).codes])
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)
    return waiting(round_).get()


def drawn(refusal: Refusal) -> list[str]:
    """Account codes in the order of the draw."""
    draw(refusal.application.round, at=AFTER)
    return list(
        Placing.objects.order_by("rank").values_list("application__account_code", flat=True)
    )


def test_a_fact_that_was_corrected_changes_nothing_by_itself(refusal: Refusal) -> None:
    code = refusal.application.account_code
    state(
        Citizen.objects.get(account_code=code),
        kind="residence",
        value="yes",
        valid_from=date(2026, 1, 1),
        valid_until=None,
        on=AFTER.date(),
        at=AFTER,
    )

    with pytest.raises(RefusalsWait):
        draw(refusal.application.round, at=AFTER)


def test_two_people_admit_somebody_in_the_class_of_when_the_round_closed(
    world: World, refusal: Refusal
) -> None:
    admission = propose(refusal, reason=REASON, by="rosa", at=AFTER)
    with pytest.raises(AdmissionsWait, match=r"^1 "):
        draw(refusal.application.round, at=AFTER)

    answer(admission, admitted=True, by="sam", at=AFTER + timedelta(hours=1))

    assert drawn(refusal) == [refusal.application.account_code, world.henk]
    kept = Admission.objects.get()
    assert (kept.proposed_by, kept.answered_by) == ("rosa", "sam")
    assert read(kept.reason) == REASON
    placing = Placing.objects.get(application=refusal.application)
    assert placing.priority == Assessment.objects.get(application=refusal.application).priority == 2


def test_who_objected_to_a_confirmed_refusal_is_admitted_too(refusal: Refusal) -> None:
    confirm(refusal, by="rosa", at=AFTER)
    admission = propose(refusal, reason=REASON, by="sam", at=AFTER)

    with pytest.raises(SamePerson):
        answer(admission, admitted=True, by="rosa", at=AFTER)
    answer(admission, admitted=True, by="tess", at=AFTER)

    assert refusal.application.account_code in drawn(refusal)


def test_what_the_second_person_declines_is_a_refusal_still_and_may_be_proposed_again(
    world: World, refusal: Refusal
) -> None:
    answer(propose(refusal, reason=REASON, by="rosa", at=AFTER), admitted=False, by="sam", at=AFTER)
    assert waiting(refusal.application.round).get() == refusal
    again = propose(refusal, reason="Nu met een brief.", by="rosa", at=AFTER)
    assert not waiting(refusal.application.round).exists()
    answer(again, admitted=False, by="sam", at=AFTER)
    confirm(refusal, by="rosa", at=AFTER)

    assert drawn(refusal) == [world.henk]


def test_a_proposal_is_answered_once_by_somebody_else(refusal: Refusal) -> None:
    admission = propose(refusal, reason=REASON, by="rosa", at=AFTER)

    with pytest.raises(ProposedBefore):
        propose(refusal, reason=REASON, by="sam", at=AFTER)
    with pytest.raises(SamePerson):
        answer(admission, admitted=True, by="rosa", at=AFTER)
    answer(admission, admitted=True, by="sam", at=AFTER)
    with pytest.raises(AnsweredBefore):
        answer(admission, admitted=False, by="tess", at=AFTER)


def test_there_is_no_admission_without_a_reason(refusal: Refusal) -> None:
    with pytest.raises(UnusableText), transaction.atomic():
        propose(refusal, reason=" ", by="rosa", at=AFTER)

    assert not Admission.objects.exists()
    assert not Writing.objects.exists()


def test_from_the_draw_on_the_order_stands(refusal: Refusal) -> None:
    confirm(refusal, by="rosa", at=AFTER)
    drawn(refusal)

    with pytest.raises(WrongState):
        propose(refusal, reason=REASON, by="rosa", at=AFTER)
    late = Admission(refusal=refusal, reason=uuid4(), proposed_by="rosa", proposed_at=AFTER)
    with pytest.raises(DatabaseError, match="stands from its draw on"), transaction.atomic():
        late.save(force_insert=True)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE budgets_admission SET proposed_by = 'tess'",
        "UPDATE budgets_admission SET answered_by = 'rosa', answered_at = now(), admitted = true",
        "UPDATE budgets_admission SET answered_by = 'machine', answered_at = now(), admitted = true",
        "UPDATE budgets_admission SET admitted = true",
        "DELETE FROM budgets_admission",
        "INSERT INTO budgets_admission SELECT gen_random_uuid(), reason, proposed_by, proposed_at,"
        " 'sam', now(), true, refusal_id FROM budgets_admission",
        "INSERT INTO budgets_admission SELECT gen_random_uuid(), reason, proposed_by, proposed_at,"
        " '', NULL, false, refusal_id FROM budgets_admission",
        "UPDATE budgets_round SET state = 'drawn'",
    ],
)
def test_the_database_refuses_what_goes_round_the_second_person(
    refusal: Refusal, attack: str
) -> None:
    propose(refusal, reason=REASON, by="rosa", at=AFTER)

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(attack)


def test_the_database_refuses_the_answer_of_who_confirmed(refusal: Refusal) -> None:
    confirm(refusal, by="rosa", at=AFTER)
    propose(refusal, reason=REASON, by="sam", at=AFTER)

    with pytest.raises(DatabaseError, match="who confirmed"), transaction.atomic():
        Admission.objects.update(answered_by="rosa", answered_at=AFTER, admitted=True)


def test_an_answer_stays(refusal: Refusal) -> None:
    admission = propose(refusal, reason=REASON, by="rosa", at=AFTER)
    answer(admission, admitted=True, by="sam", at=AFTER)

    changes: list[dict[str, object]] = [{"admitted": False}, {"answered_by": "tess"}]
    for change in changes:
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            Admission.objects.update(**change)
    assert Round.objects.get().state == "closed"


def test_what_was_not_met_goes_with_who_is_erased(refusal: Refusal) -> None:
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Refusal.objects.update(unmet=[], erased_on=AFTER.date())
    propose(refusal, reason=REASON, by="rosa", at=AFTER)
    code = refusal.application.account_code

    erase(Citizen.objects.get(account_code=code), at=AFTER)

    refusal.refresh_from_db()
    assert (refusal.unmet, refusal.erased_on) == ([], AFTER.date())
    assert reasons(refusal) == [f"Gewist met de burger op {date_format(AFTER.date(), 'j F Y')}."]
    for change in ({"unmet": [["resident", False]]}, {"erased_on": None}):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            Refusal.objects.update(**change)
