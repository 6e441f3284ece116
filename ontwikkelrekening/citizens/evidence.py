"""Own statements hold until they are checked; a sample of them is asked for evidence.

The sample is drawn from a published seed, so that anyone can see that nobody was singled out: there
is no score on people. What was shown is looked at by a person and not kept; only the verdict is.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.models import Circumstance, Evidence, Source

TIME_TO_SHOW = timedelta(weeks=4)
PER_CENT_MAX = 100


class UnableToJudge(Exception):
    """Evidence that was not asked for, or was judged before."""


def drawn(fact_id: int, *, seed: str) -> int:
    """The number from 0 to 99 that decides whether a statement is in the sample."""
    digest = hashlib.sha256(f"{seed}:{fact_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PER_CENT_MAX


@transaction.atomic
def ask_sample(*, per_cent: int, seed: str, on: date) -> int:
    """Ask evidence for this share of the own statements that hold and were never asked about."""
    if not 0 <= per_cent <= PER_CENT_MAX:
        raise ValueError(_("A share lies between 0 and 100 percent."))
    statements = Circumstance.objects.holding(on=on).filter(
        source=Source.OWN_STATEMENT, evidence=Evidence.NOT_ASKED
    )
    chosen = [
        fact_id
        for fact_id in statements.values_list("pk", flat=True).iterator()
        if drawn(fact_id, seed=seed) < per_cent
    ]
    return Circumstance.objects.filter(pk__in=chosen).update(
        evidence=Evidence.ASKED, evidence_due_on=on + TIME_TO_SHOW
    )


def waiting() -> QuerySet[Circumstance]:
    """Statements whose evidence was asked and not judged yet, the most urgent first."""
    return Circumstance.objects.filter(evidence=Evidence.ASKED).order_by("evidence_due_on", "pk")


@transaction.atomic
def judge(fact: Circumstance, *, holds: bool, by: str, at: datetime) -> None:
    """A person looked at the evidence: the statement stands, or never counts again."""
    locked = Circumstance.objects.select_for_update().select_related("citizen").get(pk=fact.pk)
    if locked.evidence != Evidence.ASKED:
        raise UnableToJudge(_("Evidence for this statement was not asked, or was judged before."))
    fact.evidence = Evidence.SEEN if holds else Evidence.REJECTED
    fact.save(update_fields=["evidence"])
    log_look(locked.citizen, actor=by, purpose=f"bewijs bekeken: {fact.kind}", at=at)
