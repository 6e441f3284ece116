"""Refusals that wait for a person: their clock of eight weeks, and more time when it is needed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.writing import write
from ontwikkelrekening.eligibility.clocks import decide_by
from ontwikkelrekening.eligibility.models import Decision, Extension

EXTENSIONS_MAX = 1


class UnableToExtend(Exception):
    """More time that cannot be given; says why."""


def due_on(decision: Decision) -> date:
    """The last day to decide: eight weeks, or what the citizen was told since (Awb 4:13, 4:14)."""
    told = [extension.until for extension in decision.extensions.all()]
    return max([decide_by(localdate(decision.recorded_at)), *told])


@transaction.atomic
def extend(decision: Decision, *, until: date, reason: str, by: str, at: datetime) -> Extension:
    """Give a waiting decision more time, once, with a reason that is kept with the citizen.

    Raises UnableToExtend, UnusableText, and NoIdentity for someone erased.
    """
    Decision.objects.select_for_update().get(pk=decision.pk)
    if not Decision.objects.waiting().filter(pk=decision.pk).exists():
        raise UnableToExtend(_("This decision does not wait for a person."))
    if decision.extensions.count() >= EXTENSIONS_MAX:
        raise UnableToExtend(_("This decision was extended before."))
    if until <= due_on(decision):
        raise UnableToExtend(_("The new day must lie after the last day there is now."))
    why = write(decision.account_code, reason, author=by, at=at)
    return Extension.objects.create(
        decision=decision, until=until, reason=why, granted_by=by, granted_at=at
    )
