"""Hardship: a reasoned human deviation from the rules, proposed by one person, answered by another."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.writing import write
from ontwikkelrekening.eligibility.models import Decision, Deviation
from ontwikkelrekening.eligibility.reading import facts_of, parameters_of
from ontwikkelrekening.eligibility.replacing import check_replaceable, replace

KINDS = ("general", "coaching_evc", "childcare_travel")


class UnableToDeviate(Exception):
    """A deviation that cannot be proposed or answered; says why."""


@transaction.atomic
def propose(
    decision: Decision, *, grants: Sequence[tuple[str, int]], reason: str, by: str, at: datetime
) -> Deviation:
    """Propose other sums than the rules give, with the reason why they would weigh too hard.

    Raises UnableToDeviate or UnableToReplace.
    """
    _check(decision, grants)
    Decision.objects.select_for_update().get(pk=decision.pk)
    if decision.deviations.filter(answered_by="").exists():
        raise UnableToDeviate(_("Somebody proposed this before. It waits for an answer."))
    return Deviation.objects.create(
        id=uuid.uuid4(),
        decision=decision,
        grants=[list(grant) for grant in grants],
        reason=write(decision.account_code, reason, author=by, at=at),
        proposed_by=by,
        proposed_at=at,
    )


@transaction.atomic
def approve(deviation: Deviation, *, by: str, at: datetime) -> Decision:
    """A second person agrees: the decision is replaced and the books follow.

    Raises UnableToDeviate or UnableToReplace.
    """
    waiting = _waiting(deviation)
    if by == waiting.proposed_by:
        raise UnableToDeviate(_("A second person must approve this."))
    decision = waiting.decision
    result = replace(
        decision,
        facts=facts_of(decision),
        parameters=parameters_of(decision.policy),
        grants=[(kind, cents) for kind, cents in waiting.grants],
        by=by,
        at=at,
    )
    _answer(deviation, result, by=by, at=at)
    return result


@transaction.atomic
def decline(deviation: Deviation, *, by: str, at: datetime) -> None:
    """Leave the decision as it is: another disagrees, or who proposed it takes it back."""
    _waiting(deviation)
    _answer(deviation, None, by=by, at=at)


def _waiting(deviation: Deviation) -> Deviation:
    locked = Deviation.objects.select_for_update().get(pk=deviation.pk)
    if locked.answered_by:
        raise UnableToDeviate(_("This was answered before."))
    return locked


def _answer(deviation: Deviation, result: Decision | None, *, by: str, at: datetime) -> None:
    deviation.answered_by, deviation.answered_at, deviation.result = by, at, result
    deviation.save(update_fields=["answered_by", "answered_at", "result"])


def _check(decision: Decision, grants: Sequence[tuple[str, int]]) -> None:
    kinds = [kind for kind, _cents in grants]
    if not grants or len(set(kinds)) != len(kinds) or set(kinds) - set(KINDS):
        raise UnableToDeviate(
            _("Choose one or more of %(kinds)s, each once.") % {"kinds": ", ".join(KINDS)}
        )
    if any(type(cents) is not int or not 0 < cents <= 1_000_000 for _kind, cents in grants):
        raise UnableToDeviate(_("Each sum must lie between € 0.01 and € 10,000."))
    check_replaceable(decision)
