"""A citizen states a circumstance: what, since when, until when. It holds until it is checked."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.ageing import reaches_on
from ontwikkelrekening.citizens.evidence import TIME_TO_SHOW
from ontwikkelrekening.citizens.models import (
    Circumstance,
    CircumstanceKind,
    Citizen,
    Evidence,
    Source,
)
from ontwikkelrekening.citizens.vocabulary import WITH_A_CHILD, UnknownWord, checked

QUESTIONED = (Evidence.ASKED, Evidence.REJECTED)
CHILD_MONTHS = 18 * 12
END_MONTHS_MAX = 50 * 12


class UnableToState(ValueError):
    """A statement that cannot be true; `field` says which part, the message why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@transaction.atomic
def state(
    citizen: Citizen,
    *,
    kind: str,
    value: str,
    valid_from: date,
    valid_until: date | None,
    on: date,
    at: datetime,
) -> Circumstance:
    """Write a citizen's own statement, which holds up to, not on, `valid_until`.

    The same as the last one changes nothing; of two from the same day the later counts. Where a
    statement of this kind was asked about or rejected, evidence is asked for this one as well. Raises
    UnableToState.
    """
    locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
    if valid_from > on:
        raise UnableToState("valid_from", _("This day has yet to come. Tell us when it is so."))
    value = _checked(kind, value, on=on)
    if locked.born_on is None or valid_from < locked.born_on:
        raise UnableToState("valid_from", _("This day is before you were born."))
    if valid_until is not None and valid_until <= valid_from:
        raise UnableToState("valid_until", _("The end must be later than the beginning."))
    if valid_until is not None:
        _check_not_too_far(value, valid_until, on=on)
    own = Circumstance.objects.filter(citizen=citizen, kind=kind, source=Source.OWN_STATEMENT)
    last = own.order_by("-recorded_at", "-pk").first()
    if last and (last.value, last.valid_from, last.valid_until) == (value, valid_from, valid_until):
        return last
    questioned = own.filter(evidence__in=QUESTIONED).exists()
    return Circumstance.objects.create(
        citizen=citizen,
        kind=kind,
        value=value,
        source=Source.OWN_STATEMENT,
        evidence=Evidence.ASKED if questioned else Evidence.NOT_ASKED,
        evidence_due_on=on + TIME_TO_SHOW if questioned else None,
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_at=at,
    )


def _check_not_too_far(value: str, valid_until: date, *, on: date) -> None:
    """A child that lives with somebody is born, and nobody knows the end of what lasts longer than work."""
    if value in WITH_A_CHILD and valid_until > reaches_on(on, months=CHILD_MONTHS):
        raise UnableToState("valid_until", _("A child turns 18 within 18 years. Check the year."))
    if valid_until > reaches_on(on, months=END_MONTHS_MAX):
        raise UnableToState(
            "valid_until", _("This day is too far away. Leave it open when it goes on.")
        )


def _checked(kind: str, value: str, *, on: date) -> str:
    try:
        return checked(kind, value, on=on)
    except UnknownWord as error:
        field = "value" if kind in CircumstanceKind.values else "kind"
        raise UnableToState(field, str(error)) from None
