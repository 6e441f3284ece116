"""Drawing a round: what the rules say of each application, then the rank of all of them.

Rank: priority class (where the round divides by priority), then rounds missed before, then the lot.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.lots import seed_of
from ontwikkelrekening.budgets.models import (
    Application,
    Division,
    Placing,
    Round,
    RoundState,
)
from ontwikkelrekening.budgets.refusing import admissions_waiting, waiting
from ontwikkelrekening.budgets.rounds import (
    OutsideValueIsMissing,
    UnableToPublish,
    lock,
    published_policy,
)
from ontwikkelrekening.eligibility.facts import facts_for, needed
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import decide
from providers.outbox import enqueue_many

WORK = "round.assess"
SLICE = 2000
# What makes someone eligible for a round; having had a yearly top-up does not stand in the way.
CONDITIONS = {"adult", "below_aow_age", "resident"}

ASSESS = """
    COPY budgets_assessment (application_id, round_id, eligible, priority, missed)
    FROM STDIN
"""
REFUSE = "COPY budgets_refusal (application_id, unmet, confirmed_by) FROM STDIN"
# Ranks everyone and hashes the lines of the published list that are fixed from here.
DRAW = """
    WITH lots AS (
        SELECT a.id, a.round_id, a.wanted, s.priority, s.missed,
               CASE WHEN %(by_priority)s THEN s.priority ELSE 0 END AS place,
               sha256(convert_to(%(prefix)s || a.id::text, 'UTF8')) AS lot
        FROM budgets_application a JOIN budgets_assessment s ON s.application_id = a.id
        WHERE a.round_id = %(round)s AND NOT a.withdrawn AND (
            s.eligible
            OR EXISTS (SELECT FROM budgets_admission d WHERE d.refusal_id = a.id AND d.admitted)
        )
    ), drawn AS (
        INSERT INTO budgets_placing
            (application_id, round_id, rank, priority, missed, lot, wanted, granted, left_list)
        SELECT id, round_id, row_number() OVER (ORDER BY place, missed DESC, lot, id),
               priority, missed, lot, wanted, 0, false
        FROM lots
        RETURNING rank, application_id, priority, missed, wanted
    )
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        application_id || ',' || priority || ',' || missed || ',' || wanted || E'\\n',
        '' ORDER BY rank), ''), 'UTF8')), 'hex')
    FROM drawn
"""


class NotAssessed(UnableToPublish):
    def __init__(self, left: int) -> None:
        super().__init__(_("%(left)s applications are still to be assessed.") % {"left": left})


class RefusalsWait(UnableToPublish):
    def __init__(self, left: int) -> None:
        super().__init__(_("%(left)s refusals wait for a person to confirm them.") % {"left": left})


class AdmissionsWait(UnableToPublish):
    def __init__(self, left: int) -> None:
        super().__init__(
            _("%(left)s proposals to admit somebody wait for a second person.") % {"left": left}
        )


def open_applications(round_: Round) -> QuerySet[Application]:
    """Applications that no slice has assessed yet."""
    return Application.objects.filter(round=round_, withdrawn=False, assessment=None)


def start_assessing(round_: Round, *, at: datetime) -> int:
    """Queue the slices of what is still to be assessed; return how many."""
    slices = -(-open_applications(round_).count() // SLICE)
    enqueue_many(WORK, [f"{round_.pk}:{number}" for number in range(slices)], at=at)
    return slices


@transaction.atomic
def assess_slice(subject: str, *, at: datetime) -> int:
    """Assess the next applications that nobody is at (`<round>:<number>`); return how many."""
    round_ = Round.objects.select_related("policy__scheme").get(
        pk=UUID(subject.split(":", maxsplit=1)[0])
    )
    applications = list(
        open_applications(round_)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .order_by("pk")[:SLICE]
    )
    codes = [application.account_code for application in applications]
    missed = missed_before(codes, round_=round_)
    parameters = parameters_of(published_policy(round_))
    facts = facts_for(
        codes,
        on=localdate(round_.closes_at),
        scheme=round_.scheme,
        kinds=needed(parameters),
        known_before=round_.closes_at,
    )
    refused: dict[UUID, list[tuple[str, Any]]] = {}
    with connection.cursor() as cursor, cursor.copy(ASSESS) as copy:
        for application in applications:
            known = facts.get(application.account_code)
            if known is None:  # erased since
                copy.write_row((application.pk, round_.pk, False, 9, 0))
                continue
            result = decide(known, parameters)
            unmet = [step for step in result.steps if step.rule in CONDITIONS and not step.holds]
            if unmet:
                refused[application.pk] = [(step.rule, step.value) for step in unmet]
            copy.write_row(
                (
                    application.pk,
                    round_.pk,
                    not unmet,
                    result.priority,
                    missed.get(application.account_code, 0),
                )
            )
    with connection.cursor() as cursor, cursor.copy(REFUSE) as copy:
        for id_, unmet_ones in refused.items():
            copy.write_row((id_, json.dumps(unmet_ones), ""))
    return len(applications)


def missed_before(codes: Sequence[str], *, round_: Round) -> Mapping[str, int]:
    """Drawn rounds of this scheme without a grant, since the last one with a grant."""
    rows = (
        Placing.objects.filter(
            application__account_code__in=codes,
            round__scheme=round_.scheme_id,
            round__closes_at__lt=round_.closes_at,
        )
        .order_by("round__closes_at")
        .values_list("application__account_code", "granted")
    )
    missed: dict[str, int] = defaultdict(int)
    for code, granted in rows:
        missed[code] = 0 if granted else missed[code] + 1
    return missed


@transaction.atomic
def draw(round_: Round, *, at: datetime) -> Round:
    """Rank everyone at once and reveal the seed; from here the order stands.

    Raises a subclass of UnableToPublish.
    """
    round_ = lock(round_, RoundState.CLOSED)
    if round_.outside_source and not round_.outside_value:
        raise OutsideValueIsMissing(round_)
    if left := open_applications(round_).count():
        raise NotAssessed(left)
    if left := waiting(round_).count():
        raise RefusalsWait(left)
    if left := admissions_waiting(round_).count():
        raise AdmissionsWait(left)
    seed = seed_of(round_.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            DRAW,
            {
                "round": round_.pk,
                "by_priority": round_.division == Division.PRIORITY,
                "prefix": f"{seed}:{round_.outside_value}:",
            },
        )
        (round_.list_hash,) = cursor.fetchone()
    round_.state, round_.drawn_at, round_.seed = RoundState.DRAWN, at, seed
    round_.save(update_fields=["state", "drawn_at", "seed", "list_hash"])
    return round_
