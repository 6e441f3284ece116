"""Decide for many citizens at once and record it: a constant number of statements."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ontwikkelrekening.eligibility.facts import facts_again, facts_for, needed
from ontwikkelrekening.eligibility.models import Decision, Outcome, Policy
from ontwikkelrekening.eligibility.models.decisions import MACHINE
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import Facts, Result, Step, decide

_SINGLE = uuid.UUID("6f1c8f60-6c6f-5d39-9d5b-6d4f7a4d7e10")  # namespace of decisions outside a run
_COLUMNS = (
    "id", "account_code", "policy_id", "decided_on", "outcome", "priority", "amount", "facts",
    "trace", "grants", "decided_by", "confirmed_by", "recorded_at",
)  # fmt: skip


class Decided(NamedTuple):
    """A recorded decision: its id, whose it is, and what the rules said."""

    id: uuid.UUID
    account_code: str
    result: Result


class UnableToConfirm(Exception):
    """A refusal that a person cannot stand behind; says why."""


class NotWaiting(UnableToConfirm):
    """A decision that is no refusal, or that a person has confirmed or replaced already."""


class NoLongerRefused(UnableToConfirm):
    """What was told since makes it a grant: it is decided again, not confirmed."""


@transaction.atomic
def decide_many(
    codes: Sequence[str],
    *,
    policy: Policy,
    parameters: Parameters,
    on: date,
    balances: Mapping[str, int],
    at: datetime,
    run: uuid.UUID | None = None,
    refused_before: Collection[str] = (),
) -> list[Decided]:
    """Decide and record, in the order of `codes`; what was decided before is returned as it was.

    `balances` is the free credit without earmark in cents. Someone erased gets no decision, nor does
    who was refused before and would be again. A refusal is recorded but waits for a person.
    """
    ids = {code: _decision_id(code, policy=policy, on=on, run=run) for code in codes}
    before = _decided_before(ids.values(), parameters=parameters)
    new = [code for code in codes if code not in before]
    facts = facts_for(new, on=on, scheme=policy.scheme, kinds=needed(parameters), balances=balances)
    results = {code: decide(facts[code], parameters) for code in new if code in facts}
    fresh = {
        code: result
        for code, result in results.items()
        if result.grants or code not in refused_before
    }
    _record(
        [(ids[code], code, facts[code], result) for code, result in fresh.items()],
        policy=policy,
        on=on,
        at=at,
    )
    known = before | fresh
    return [Decided(ids[code], code, known[code]) for code in codes if code in known]


@transaction.atomic
def confirm_refusal(decision: Decision, *, by: str, at: datetime) -> None:
    """A person stands behind a refusal; raises UnableToConfirm when that cannot be."""
    Decision.objects.select_for_update().get(pk=decision.pk)
    if not Decision.objects.waiting().filter(pk=decision.pk).exists():
        raise NotWaiting(_("This decision does not wait for a person."))
    parameters = parameters_of(decision.policy)
    facts = facts_again(decision, parameters=parameters)
    if facts and decide(facts, parameters).outcome == Outcome.GRANTED:
        raise NoLongerRefused(
            _("By what we know now account %(code)s gets credit. Decide again.")
            % {"code": decision.account_code}
        )
    decision.confirmed_by = by
    decision.confirmed_at = at
    decision.save(update_fields=["confirmed_by", "confirmed_at"])


def _decision_id(code: str, *, policy: Policy, on: date, run: uuid.UUID | None) -> uuid.UUID:
    """The id a decision has, so that deciding again finds it: by run, else by policy and day."""
    if run is not None:
        return uuid.uuid5(run, code)
    return uuid.uuid5(_SINGLE, f"{policy.pk}:{on}:{code}")


def _decided_before(ids: Iterable[uuid.UUID], *, parameters: Parameters) -> dict[str, Result]:
    known_still = Decision.objects.filter(pk__any_of=ids, erased_on=None)
    rows = known_still.values_list("account_code", "facts")
    return {code: decide(Facts(**facts), parameters) for code, facts in rows}


def _record(
    decisions: Iterable[tuple[uuid.UUID, str, Facts, Result]],
    *,
    policy: Policy,
    on: date,
    at: datetime,
) -> None:
    statement = f"COPY eligibility_decision ({', '.join(_COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for id_, code, facts, result in decisions:
            copy.write_row(
                (
                    id_, code, policy.pk, on, result.outcome, result.priority, result.cents,
                    json.dumps(known(facts)), packed(result), packed_grants(result), MACHINE,
                    "", at,
                )
            )  # fmt: skip


def known(facts: Facts) -> dict[str, Any]:
    """The facts as they are stored: by name, what is not known left out."""
    return {
        name: value for name, value in zip(facts._fields, facts, strict=True) if value is not None
    }


def packed(result: Result) -> str:
    """The trace as it is stored: rule, whether it holds, the value it looked at."""
    return f"[{', '.join(map(_packed_step, result.steps))}]"


@lru_cache(maxsize=10_000)  # the rules make a step once per value, so most are met again
def _packed_step(step: Step) -> str:
    return json.dumps((step.rule, step.holds, step.value))


def packed_grants(result: Result) -> str:
    """The sums as they are stored: kind and cents."""
    return json.dumps([(grant.kind, grant.cents) for grant in result.grants])
