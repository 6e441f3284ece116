"""The law's terms, counted to the day."""

from __future__ import annotations

from datetime import date, timedelta

from providers.free_days import last_day

WEEK = timedelta(weeks=1)
DECIDE = 8 * WEEK  # Awb 4:13
OBJECT = 6 * WEEK  # Awb 6:7
APPEAL = 6 * WEEK  # to the district court: Awb 6:7, 7:1 and 8:1
ANSWER = 6 * WEEK  # Awb 7:10, first paragraph
ANSWER_WITH_COMMITTEE = 12 * WEEK
ANSWER_EXTENSION = 6 * WEEK  # Awb 7:10, third paragraph


def decide_by(asked_on: date) -> date:
    """The last day to decide on an application."""
    return last_day(asked_on, DECIDE)


def object_until(announced_on: date) -> date:
    """The last day to object to a decision."""
    return last_day(announced_on, OBJECT)


def answer_by(announced_on: date, *, committee: bool) -> date:
    """The last day to decide on an objection: counted from the end of the term to object."""
    term = ANSWER_WITH_COMMITTEE if committee else ANSWER
    return last_day(object_until(announced_on), term)


def appeal_until(answered_on: date) -> date:
    """The last day to go to the district court against the answer to an objection."""
    return last_day(answered_on, APPEAL)
