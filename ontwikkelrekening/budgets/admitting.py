"""Admitting somebody to a round after a refusal: one proposes it with a reason, another answers.

A round is divided on what was known when it closed, and so is the class of who is admitted. Whether the
refusal is right is for people to see: a fact was corrected, an objection is right. After the draw the
order stands.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.models import Admission, Refusal, RoundState
from ontwikkelrekening.budgets.refusing import is_standing
from ontwikkelrekening.budgets.rounds import lock
from ontwikkelrekening.citizens.writing import write


class UnableToAdmit(Exception):
    """An admission that cannot be proposed or answered; says why."""


class ProposedBefore(UnableToAdmit):
    def __init__(self) -> None:
        super().__init__(_("Somebody proposed to admit this person."))


class AnsweredBefore(UnableToAdmit):
    def __init__(self) -> None:
        super().__init__(_("This proposal was answered before."))


class SamePerson(UnableToAdmit):
    def __init__(self) -> None:
        super().__init__(
            _("Somebody else must answer, who neither proposed this nor confirmed the refusal.")
        )


@transaction.atomic
def propose(refusal: Refusal, *, reason: str, by: str, at: datetime) -> Admission:
    """Propose to let a refused application take part.

    Raises UnableToAdmit, or WrongState from the draw on.
    """
    lock(refusal.application.round, RoundState.CLOSED)
    Refusal.objects.select_for_update().get(pk=refusal.pk)
    if is_standing(refusal):
        raise ProposedBefore
    return Admission.objects.create(
        refusal=refusal,
        reason=write(refusal.application.account_code, reason, author=by, at=at),
        proposed_by=by,
        proposed_at=at,
    )


@transaction.atomic
def answer(admission: Admission, *, admitted: bool, by: str, at: datetime) -> None:
    """A second person admits, or leaves the refusal as it is.

    Raises UnableToAdmit, or WrongState from the draw on.
    """
    refusal = admission.refusal
    lock(refusal.application.round, RoundState.CLOSED)
    confirmed_by = Refusal.objects.select_for_update().get(pk=refusal.pk).confirmed_by
    locked = Admission.objects.select_for_update().get(pk=admission.pk)
    if locked.answered_by:
        raise AnsweredBefore
    if by in (locked.proposed_by, confirmed_by):
        raise SamePerson
    admission.answered_by, admission.answered_at, admission.admitted = by, at, admitted
    admission.save(update_fields=["answered_by", "answered_at", "admitted"])
