"""A decision is never edited: it is replaced by a later one, and the books follow by the outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.eligibility.deciding import known, packed, packed_grants
from ontwikkelrekening.eligibility.facts import facts_again
from ontwikkelrekening.eligibility.models import Decision, Outcome
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import Facts, GrantOf, decide, grant_of
from ontwikkelrekening.eligibility.wording import KINDS
from providers.outbox import enqueue

WORK = "decision.replaced"


class UnableToReplace(Exception):
    """A decision that cannot be replaced; says why."""


class AlreadyReplaced(UnableToReplace):
    """A later decision has replaced this one."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(_("Decision %(id)s was replaced by a later one.") % {"id": decision.pk})


class NobodyToDecideOn(UnableToReplace):
    """Nothing is known any more of someone who was erased."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(_("Account %(code)s was erased.") % {"code": decision.account_code})


class GrantedSince(UnableToReplace):
    """A later top-up of the same year gave credit: that decision is the one to replace."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(
            _(
                "Account %(code)s got credit for that year by another decision. Where more is due, deviate from that one."
            )
            % {"code": decision.account_code}
        )


class WouldBeWorse(UnableToReplace):
    """Replacing may not take away what was granted: that is a recovery, which a person weighs."""


@transaction.atomic
def decide_again(decision: Decision, *, by: str, at: datetime) -> Decision:
    """Replace a decision by what the rules say on the facts as they are known now, for its own day.

    After an objection, or while a refusal waits for a person. Raises AlreadyReplaced, GrantedSince,
    NobodyToDecideOn for someone erased, or WouldBeWorse when the new outcome grants less.
    """
    parameters = parameters_of(decision.policy)
    facts = facts_again(decision, parameters=parameters)
    if facts is None:
        raise NobodyToDecideOn(decision)
    return replace(decision, facts=facts, parameters=parameters, grants=None, by=by, at=at)


@transaction.atomic
def replace(
    decision: Decision,
    *,
    facts: Facts,
    parameters: Parameters,
    grants: Sequence[tuple[str, int]] | None,
    by: str,
    at: datetime,
) -> Decision:
    """Write the decision that takes this one's place: by the rules, or with `grants` a person set.

    Raises UnableToReplace.
    """
    Decision.objects.select_for_update().get(pk=decision.pk)  # a top-up may be deciding on them
    check_replaceable(decision)
    result = decide(facts, parameters)
    if grants is None:
        granted = {grant.kind: grant.cents for grant in result.grants}
    else:
        granted = dict(grants)
    _at_least(decision, granted)
    amount = sum(granted.values())
    new = Decision.objects.create(
        id=uuid.uuid5(decision.pk, "replaced"),
        account_code=decision.account_code,
        policy=decision.policy,
        decided_on=decision.decided_on,
        outcome=Outcome.GRANTED if amount else Outcome.REFUSED,
        priority=result.priority,
        amount=amount,
        facts=known(facts),
        trace=json.loads(packed(result)),
        grants=json.loads(packed_grants(result))
        if grants is None
        else [list(sum_) for sum_ in granted.items()],
        decided_by=by,
        confirmed_by="" if amount else by,
        confirmed_at=None if amount else at,
        replaces=decision,
        recorded_at=at,
    )
    enqueue(WORK, str(new.pk), at=at)
    return new


def check_replaceable(decision: Decision) -> None:
    """Raise AlreadyReplaced, or GrantedSince when another decision of its year gave credit."""
    if Decision.objects.filter(replaces=decision).exists():
        raise AlreadyReplaced(decision)
    if granted_besides(decision) is not None:
        raise GrantedSince(decision)


def granted_besides(decision: Decision) -> Decision | None:
    """The other decision that gave credit of the same scheme in the same year, if there is one."""
    that_year = Decision.objects.of_year(decision.decided_on.year, scheme=decision.policy.scheme)
    granted = that_year.filter(account_code=decision.account_code, outcome=Outcome.GRANTED)
    return granted.exclude(pk=decision.pk).first()


def more_granted(decision: Decision, *, parameters: Parameters) -> list[GrantOf]:
    """What this decision grants on top of the one it replaced, with what each sum is for."""
    before = dict(decision.replaces.grants) if decision.replaces else {}
    return [
        grant_of(kind, cents - before.get(kind, 0), parameters=parameters)
        for kind, cents in decision.grants
        if cents > before.get(kind, 0)
    ]


def _at_least(decision: Decision, granted: dict[str, int]) -> None:
    worse = [kind for kind, cents in decision.grants if granted.get(kind, 0) < cents]
    if worse:
        raise WouldBeWorse(
            _("This would take away what was granted: %(sums)s.")
            % {"sums": ", ".join(str(KINDS[kind]) for kind in worse)}
        )
