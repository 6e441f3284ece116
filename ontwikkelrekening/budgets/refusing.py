"""Refusals of a round: the rules say who does not meet its conditions, and a person confirms that.

Nobody is left out of a draw before a person stands behind it, and the citizen reads why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.models import Application, Refusal, Round
from ontwikkelrekening.budgets.rounds import published_policy
from ontwikkelrekening.eligibility.clocks import object_until
from ontwikkelrekening.eligibility.deciding import NotWaiting
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import CONDITIONS
from ontwikkelrekening.eligibility.wording import ELIGIBLE, value_of

_BY_RULE = {condition.rule: condition for condition in CONDITIONS}


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as its citizen reads it; without a last day to object it waits for a person."""

    reasons: list[str]
    grounds: list[str]
    object_until: date | None
    is_late: bool


def in_full(refusals: QuerySet[Refusal]) -> QuerySet[Refusal]:
    """Refusals with all that their reasons are read from."""
    return refusals.select_related("application__round__policy").prefetch_related(
        "application__round__policy__parameters"
    )


def waiting(round_: Round) -> QuerySet[Refusal]:
    """Refusals in a round that no person has confirmed."""
    return Refusal.objects.filter(application__round=round_, confirmed_by="").order_by("pk")


@transaction.atomic
def confirm(refusal: Refusal, *, by: str, at: datetime) -> None:
    """A person stands behind a refusal; raises NotWaiting when one did so before."""
    if Refusal.objects.select_for_update().get(pk=refusal.pk).confirmed_by:
        raise NotWaiting(_("This refusal was confirmed before."))
    refusal.confirmed_by, refusal.confirmed_at = by, at
    refusal.save(update_fields=["confirmed_by", "confirmed_at"])


def tell(application: Application, *, on: date) -> Told | None:
    """What the citizen reads on a day; nothing for an application that is not refused."""
    refusal = in_full(Refusal.objects.filter(application=application)).first()
    if refusal is None:
        return None
    parameters = _parameters(refusal)
    until = object_until(localdate(refusal.confirmed_at)) if refusal.confirmed_at else None
    named = [_BY_RULE[rule].parameter for rule, _value in refusal.unmet]
    grounds = [parameters.grounds.get(parameter, "") for parameter in named]
    return Told(reasons(refusal), list(filter(None, grounds)), until, bool(until and on > until))


def reasons(refusal: Refusal) -> list[str]:
    """The conditions that are not met, in words."""
    parameters = _parameters(refusal)
    return [
        str(ELIGIBLE[rule].fails).format(
            value=value_of(_BY_RULE[rule].fact, value),
            limit=getattr(parameters, _BY_RULE[rule].parameter),
        )
        for rule, value in refusal.unmet
    ]


def _parameters(refusal: Refusal) -> Parameters:
    return parameters_of(published_policy(refusal.application.round))
