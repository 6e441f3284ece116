"""A stored decision and policy, read back in full. Reads only: audit pages may use it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.eligibility.models import Decision, ObjectionMove, Policy
from ontwikkelrekening.eligibility.models.objections import ANSWERED
from ontwikkelrekening.eligibility.parameters import Parameters, parameters_from
from ontwikkelrekening.eligibility.rules import CONDITIONS, Facts, Step

_BY_RULE = {condition.rule: condition for condition in CONDITIONS}


def parameters_of(policy: Policy) -> Parameters:
    """The typed values of one version."""
    rows = list(policy.parameters.all())
    return parameters_from(
        {row.key: row.value for row in rows},
        grounds={row.key: row.ground for row in rows},
        reasons={row.key: row.reason for row in rows},
    )


def facts_of(decision: Decision) -> Facts:
    """The facts the decision was taken on; raises NoIdentity for someone erased."""
    if decision.erased_on:
        raise NoIdentity(erased_in_words(decision.erased_on))
    return Facts(**decision.facts)


def erased_in_words(on: date) -> str:
    """What stands where facts stood."""
    return _("Erased with the citizen on %(on)s.") % {"on": date_format(on, "j F Y")}


def steps_of(decision: Decision, *, parameters: Parameters) -> tuple[Step, ...]:
    """The steps of the decision, each with its fact, parameter and legal ground; none of someone erased."""
    return tuple(
        _step(rule, holds, value, priority=decision.priority, parameters=parameters)
        for rule, holds, value in decision.trace
    )


def announced_on(decision: Decision) -> date:
    """The day the citizen could read it: when a person confirmed it, else when it was recorded."""
    return localdate(decision.confirmed_at or decision.recorded_at)


def objection_answered_on(decision: Decision) -> date | None:
    """The day an objection to it was answered, or that it was the answer to one itself."""
    answers = ObjectionMove.objects.filter(to_state__in=ANSWERED).filter(
        Q(objection__decision=decision) | Q(objection__result=decision)
    )
    answer = answers.first()
    return localdate(answer.at) if answer else None


def counts_from(decision: Decision) -> date:
    """The day from which the years of its credit are counted: the one on which it was given."""
    return localdate(decision.recorded_at)


def _step(rule: str, holds: bool, value: object, *, priority: int, parameters: Parameters) -> Step:
    if rule == "below_cap":
        higher = priority in parameters.priority_amount_classes
        fact, parameter = "balance_cents", f"cap_{'priority' if higher else 'general'}_cents"
    else:
        _, fact, parameter, _, _ = _BY_RULE[rule]
    if isinstance(value, list):  # JSON knows no tuples
        value = tuple(value)
    return Step(rule, holds, fact, value, parameter, parameters.grounds.get(parameter, ""))
