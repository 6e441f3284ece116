"""An objection: filed, acknowledged, answered within the law's clock; every move kept."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.writing import write
from ontwikkelrekening.eligibility.clocks import (
    ANSWER,
    ANSWER_EXTENSION,
    answer_by,
    object_until,
)
from ontwikkelrekening.eligibility.models import (
    Decision,
    Objection,
    ObjectionMove,
    ObjectionState,
    Outcome,
)
from ontwikkelrekening.eligibility.models.objections import OPEN
from ontwikkelrekening.eligibility.reading import announced_on, objection_answered_on
from ontwikkelrekening.eligibility.replacing import decide_again
from providers.free_days import last_day
from providers.states import Transitions, after

TRANSITIONS: Transitions = {
    "acknowledge": {ObjectionState.FILED: ObjectionState.ACKNOWLEDGED},
    "uphold": {ObjectionState.ACKNOWLEDGED: ObjectionState.UPHELD},
    "replace": {ObjectionState.ACKNOWLEDGED: ObjectionState.REPLACED},
    "dismiss": {ObjectionState.ACKNOWLEDGED: ObjectionState.INADMISSIBLE},
    "withdraw": {
        ObjectionState.FILED: ObjectionState.WITHDRAWN,
        ObjectionState.ACKNOWLEDGED: ObjectionState.WITHDRAWN,
    },
}


class UnableToObject(Exception):
    """An objection that cannot be filed or moved; says why."""


class NothingToObjectTo(UnableToObject):
    """A refusal that still waits for a person is no decision yet."""


class AlreadyOpen(UnableToObject):
    """There is an open objection to this decision."""


class AlreadyAnswered(UnableToObject):
    """We answered an objection: against that one goes to the district court (Awb 7:1, 8:1)."""


class TooLateToExtend(UnableToObject):
    """The answer was extended before, or its last day has passed."""


class SameDecider(UnableToObject):
    """Who took or confirmed the decision may not answer the objection (Awb 10:3)."""


def may_object(decision: Decision) -> bool:
    """Whether a decision is final, stands, and can be objected to for the first time."""
    return bool(
        (decision.outcome == Outcome.GRANTED or decision.confirmed_by)
        and not Decision.objects.filter(replaces=decision).exists()
        and not decision.objections.exclude(state=ObjectionState.WITHDRAWN).exists()
        and not objection_answered_on(decision)
    )


@transaction.atomic
def file(decision: Decision, *, words: str, on: date, at: datetime) -> Objection:
    """A citizen objects. Late is taken in as well: a person judges whether it counts (Awb 6:11).

    Raises NothingToObjectTo, AlreadyAnswered, AlreadyOpen, UnusableText, or NoIdentity for someone erased.
    """
    if decision.outcome == Outcome.REFUSED and not decision.confirmed_by:
        raise NothingToObjectTo(
            _("A member of our staff still looks at this. After that you can object.")
        )
    if objection_answered_on(decision):
        raise AlreadyAnswered(
            _("We answered your objection. If you do not agree, you can go to the court.")
        )
    announced = announced_on(decision)
    objection = Objection(
        id=uuid.uuid4(),
        decision=decision,
        account_code=decision.account_code,
        words=write(decision.account_code, words, author="citizen", at=at),
        filed_on=on,
        in_time=on <= object_until(announced),
        decide_by=max(answer_by(announced, committee=False), last_day(on, ANSWER)),
    )
    try:
        with transaction.atomic():
            objection.save(force_insert=True)
    except IntegrityError as error:
        if "decision_is_objected_to_once" not in str(error):
            raise
        raise AlreadyOpen(
            _("You objected to this decision before. We are working on it.")
        ) from None
    _keep(objection, event="file", before="", by="citizen", at=at)
    return objection


@transaction.atomic
def acknowledge(objection: Objection, *, committee: bool, by: str, at: datetime) -> None:
    """Confirm that it arrived, and say whether a committee advises: that sets the clock."""
    announced = announced_on(objection.decision)
    objection.committee = committee
    objection.decide_by = max(objection.decide_by, answer_by(announced, committee=committee))
    _move(objection, "acknowledge", by=by, at=at)


@transaction.atomic
def extend(objection: Objection, *, by: str, on: date, at: datetime) -> None:
    """Six more weeks, once, told before the last day (Awb 7:10, third paragraph).

    Raises TooLateToExtend or IllegalMove.
    """
    locked = Objection.objects.select_for_update().get(pk=objection.pk)
    if locked.state not in OPEN or locked.extended or on > locked.decide_by:
        raise TooLateToExtend(_("More time can be taken once, on the last day at the latest."))
    objection.extended = True
    objection.decide_by = last_day(locked.decide_by, ANSWER_EXTENSION)
    objection.save(update_fields=["extended", "decide_by"])
    _keep(objection, event="extend", before=locked.state, by=by, at=at)


@transaction.atomic
def uphold(objection: Objection, *, answer: str, by: str, at: datetime) -> None:
    """The decision stands, and the answer says why."""
    _answer(objection, "uphold", answer=answer, by=by, at=at)


@transaction.atomic
def dismiss(objection: Objection, *, answer: str, by: str, at: datetime) -> None:
    """The objection is not taken up, for one: it came too late without a good reason."""
    _answer(objection, "dismiss", answer=answer, by=by, at=at)


@transaction.atomic
def replace(objection: Objection, *, answer: str, by: str, at: datetime) -> Decision:
    """Decide again on the facts as they are known now; the books follow. Never for the worse."""
    _not_the_same_person(objection, by)
    result = decide_again(objection.decision, by=by, at=at)
    objection.result = result
    _answer(objection, "replace", answer=answer, by=by, at=at)
    return result


@transaction.atomic
def withdraw(objection: Objection, *, by: str, at: datetime) -> None:
    """The citizen takes the objection back."""
    _move(objection, "withdraw", by=by, at=at)


def _answer(objection: Objection, event: str, *, answer: str, by: str, at: datetime) -> None:
    _not_the_same_person(objection, by)
    objection.answer = write(objection.account_code, answer, author=by, at=at)
    _move(objection, event, by=by, at=at)


def _not_the_same_person(objection: Objection, by: str) -> None:
    if by in (objection.decision.decided_by, objection.decision.confirmed_by):
        raise SameDecider(_("Whoever took the decision may not answer the objection (Awb 10:3)."))


def _move(objection: Objection, event: str, *, by: str, at: datetime) -> None:
    before = (
        Objection.objects.select_for_update().values_list("state", flat=True).get(pk=objection.pk)
    )
    objection.state = after(TRANSITIONS, event, before)
    objection.save(update_fields=["state", "answer", "result", "committee", "decide_by"])
    _keep(objection, event=event, before=before, by=by, at=at)


def _keep(objection: Objection, *, event: str, before: str, by: str, at: datetime) -> None:
    ObjectionMove.objects.create(
        objection=objection,
        event=event,
        from_state=before,
        to_state=objection.state,
        actor=by,
        at=at,
    )
