"""What a citizen can do about a decision, with the last day of it: in words, as the letter says it."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from ontwikkelrekening.eligibility import wording
from ontwikkelrekening.eligibility.clocks import appeal_until, object_until
from ontwikkelrekening.eligibility.models import Decision, Outcome
from ontwikkelrekening.eligibility.reading import announced_on


def what_you_can_do(
    decision: Decision, *, objected_on: date | None, answered_on: date | None, on: date
) -> list[str]:
    """What is left on a day: change a fact, wait for our answer, object, or go to court.

    `objected_on` is since when an objection is open; `answered_on` when one was answered.
    """
    if decision.outcome == Outcome.REFUSED and not decision.confirmed_by:
        return [
            _(
                "Is one of the facts wrong? Change it under “My data”. We look at that before we"
                " decide."
            )
        ]
    if objected_on:
        since = wording.long_date(objected_on)
        return [_("You objected on {day}. We are working on it.").format(day=since)]
    if answered_on:
        return after_our_answer(answered_on, on=on)
    until = object_until(announced_on(decision))
    day = wording.long_date(until)
    wrong_fact = _(
        "Is one of the facts wrong? Change it under “My data”. That counts for the next decision."
        " For this decision you have to object as well."
    )
    how = _("Log in on {address}, open this decision and choose “I do not agree”.").format(
        address=urlsplit(settings.PUBLIC_URL).netloc
    )
    if on <= until:
        return [
            wrong_fact,
            _(
                "Do you disagree? You can object until {day}. That is free, and you need no lawyer."
            ).format(day=day),
            how,
        ]
    return [
        wrong_fact,
        _("Do you disagree? You could object until {day}. That day is over.").format(day=day),
        _(
            "Could you not help being late? Object, and write why you are late. A member of our"
            " staff looks at it."
        ),
        how,
    ]


def after_our_answer(answered_on: date, *, on: date) -> list[str]:
    """The way to the court, with its last day, as the answer to an objection must say (Awb 3:45)."""
    until = appeal_until(answered_on)
    day = wording.long_date(until)
    answered = _("We answered your objection on {day}.").format(day=wording.long_date(answered_on))
    if on > until:
        return [
            answered,
            _("You could appeal to the district court until {day}. That day is over.").format(
                day=day
            ),
        ]
    return [
        answered,
        _(
            "Do you disagree with our answer? You can appeal to the district court until {day}."
        ).format(day=day),
        _("You need no lawyer for that. The court does ask a fee. Read how on www.rechtspraak.nl."),
    ]
