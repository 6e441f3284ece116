"""Refusals of a round: the rules say who does not meet its conditions, and a person confirms that.

Nobody is left out of a draw before a person stands behind it, and the citizen reads why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.models import Admission, Application, Refusal, Round
from ontwikkelrekening.budgets.rounds import published_policy
from ontwikkelrekening.eligibility.clocks import object_until
from ontwikkelrekening.eligibility.deciding import NotWaiting
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.reading import erased_in_words, parameters_of
from ontwikkelrekening.eligibility.rules import CONDITIONS
from ontwikkelrekening.eligibility.wording import ELIGIBLE, value_of

_BY_RULE = {condition.rule: condition for condition in CONDITIONS}
RIGHT = "budgets.change_refusal"
SLICE = 500
STANDING = Q(answered_by="") | Q(admitted=True)  # an admission that was not declined


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as its citizen reads it; without a last day to object it waits for a person.

    Who was admitted after all takes part.
    """

    reasons: list[str]
    grounds: list[str]
    object_until: date | None
    is_late: bool
    admitted: bool


def in_full(refusals: QuerySet[Refusal]) -> QuerySet[Refusal]:
    """Refusals with all that their reasons are read from."""
    return refusals.select_related("application__round__policy").prefetch_related(
        "application__round__policy__parameters"
    )


def unconfirmed() -> QuerySet[Refusal]:
    """Refusals that no person has confirmed, or proposed to take back."""
    return Refusal.objects.filter(~Exists(_standing()), confirmed_by="")


def waiting(round_: Round) -> QuerySet[Refusal]:
    """Those in one round."""
    return unconfirmed().filter(application__round=round_).order_by("pk")


def admissions_waiting(round_: Round) -> QuerySet[Admission]:
    """Proposals to admit somebody to a round that no second person has answered."""
    return Admission.objects.filter(refusal__application__round=round_, answered_by="")


def is_standing(refusal: Refusal) -> bool:
    """Whether somebody was admitted after this refusal, or proposed to be."""
    return refusal.admissions.filter(STANDING).exists()


@transaction.atomic
def confirm(refusal: Refusal, *, by: str, at: datetime) -> None:
    """A person stands behind a refusal; raises NotWaiting when one did so before."""
    if Refusal.objects.select_for_update().get(pk=refusal.pk).confirmed_by:
        raise NotWaiting(_("This refusal was confirmed before."))
    if is_standing(refusal):
        raise NotWaiting(_("Somebody proposed to admit this person."))
    refusal.confirmed_by, refusal.confirmed_at = by, at
    refusal.save(update_fields=["confirmed_by", "confirmed_at"])


def slices(round_: Round) -> Iterator[list[Refusal]]:
    """The refusals that wait, with all that their reasons are read from, so many at a time."""
    last = UUID(int=0)
    while found := list(in_full(waiting(round_).filter(pk__gt=last))[:SLICE]):
        last = found[-1].pk
        yield found


def confirm_these(refusals: Sequence[Refusal], *, round_: Round, by: str, at: datetime) -> int:
    """A person stands behind these; those that wait no more stay as they are. Returns how many."""
    read = waiting(round_).filter(pk__in=[refusal.pk for refusal in refusals])
    return read.update(confirmed_by=by, confirmed_at=at)


def tell(application: Application, *, on: date) -> Told | None:
    """What the citizen reads on a day; nothing for an application that is not refused."""
    refusal = in_full(Refusal.objects.filter(application=application)).first()
    if refusal is None:
        return None
    parameters = _parameters(refusal)
    until = object_until(localdate(refusal.confirmed_at)) if refusal.confirmed_at else None
    named = [_BY_RULE[rule].parameter for rule, _value in refusal.unmet]
    grounds = [parameters.grounds.get(parameter, "") for parameter in named]
    return Told(
        reasons(refusal),
        list(filter(None, grounds)),
        until,
        is_late=bool(until and on > until),
        admitted=refusal.admissions.filter(admitted=True).exists(),
    )


def reasons(refusal: Refusal) -> list[str]:
    """The conditions that are not met, in words; or that they were erased."""
    if refusal.erased_on:
        return [erased_in_words(refusal.erased_on)]
    parameters = _parameters(refusal)
    return [
        str(ELIGIBLE[rule].fails).format(
            value=value_of(_BY_RULE[rule].fact, value),
            limit=getattr(parameters, _BY_RULE[rule].parameter),
        )
        for rule, value in refusal.unmet
    ]


def _standing() -> QuerySet[Admission]:
    return Admission.objects.filter(STANDING, refusal=OuterRef("pk"))


def _parameters(refusal: Refusal) -> Parameters:
    return parameters_of(published_policy(refusal.application.round))
