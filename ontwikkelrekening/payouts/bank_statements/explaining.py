"""Entries of a bank statement that no machine could explain: a person says what they are."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ontwikkelrekening.payouts.models import EXPLANATION_MAX, BankEntry, Became
from providers.errors import Unable
from providers.spelling import is_seen


class UnableToExplain(Unable):
    """The entry cannot be explained so."""


class NoExplanation(UnableToExplain):
    field = "explanation"
    sentence = "Write in at most 500 letters what this entry is. Name no people."


class ExplainedBefore(UnableToExplain):
    sentence = "This entry was explained before."


@transaction.atomic
def explain(
    entry: BankEntry, *, explanation: str, cause: str = "", by: str, at: datetime
) -> BankEntry:
    """Say what an entry is; with the cause of the bookings that it is, where it was booked by hand.

    Raises a subclass of UnableToExplain.
    """
    explanation = explanation.strip()
    if not is_seen(explanation) or len(explanation) > EXPLANATION_MAX:
        raise NoExplanation
    entry = BankEntry.objects.select_for_update().get(pk=entry.pk)
    if entry.became != Became.UNKNOWN:
        raise ExplainedBefore
    entry.became, entry.cause = Became.EXPLAINED, cause
    entry.explanation, entry.explained_by, entry.explained_at = explanation, by, at
    entry.save(update_fields=["became", "cause", "explanation", "explained_by", "explained_at"])
    return entry
