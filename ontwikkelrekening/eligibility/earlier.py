"""What citizens heard from a scheme earlier in a year, for a top-up that decides on them later in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from ontwikkelrekening.eligibility.models import Decision, Deviation, Objection, Scheme
from ontwikkelrekening.eligibility.models.objections import OPEN


class Heard(NamedTuple):
    """By account code."""

    refused: frozenset[str]
    left_out: frozenset[str]  # got credit, or may still: a person is at work on the refusal


def heard_before(codes: Sequence[str], *, scheme: Scheme, year: int) -> Heard:
    """Who has a standing decision of the year. Locked: whoever replaces one goes first or after."""
    objected = Objection.objects.filter(decision=OuterRef("pk"), state__in=OPEN)
    in_hardship = Deviation.objects.filter(decision=OuterRef("pk"), answered_by="")
    decisions = (
        Decision.objects.of_year(year, scheme=scheme)
        .filter(account_code__any_of=frozenset(codes))
        .annotate(is_refused=~Q(confirmed_by="") & ~Exists(objected) & ~Exists(in_hardship))
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    heard = list(decisions.values_list("account_code", "is_refused"))
    return Heard(
        refused=frozenset(code for code, is_refused in heard if is_refused),
        left_out=frozenset(code for code, is_refused in heard if not is_refused),
    )
