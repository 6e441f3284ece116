"""The named errors of the books, raised by the database's own guards and given a name here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError


class UnableToPost(Exception):
    """The books refuse a booking; nothing of it was written."""


class Overdrawn(UnableToPost):
    """An account that may not be overdrawn would be."""


class DifferentContent(UnableToPost):
    """An id or code is there already, with other content."""


class PeriodIsClosed(UnableToPost):
    """The effective date lies in a period that has been closed."""


class PeriodIsNotOver(UnableToPost):
    """The last day of a period that is to be closed is not over."""


class UnknownAccount(UnableToPost):
    """A booking names an account or an account class that does not exist."""


class AlreadyReversed(UnableToPost):
    """A transfer is reversed once."""


class NotAnAmount(UnableToPost):
    """A transfer moves 1 to 10^12 cents between two different accounts."""


BY_SQLSTATE: dict[str, type[UnableToPost]] = {
    "LG002": Overdrawn,
    "LG003": DifferentContent,
    "LG004": PeriodIsClosed,
    "LG005": UnknownAccount,
    "LG006": UnknownAccount,
    "LG007": UnableToPost,
    "LG008": PeriodIsNotOver,
    "LG009": NotAnAmount,
    "22001": UnableToPost,  # a text that is too long
    "22003": NotAnAmount,  # a number that is no bigint, or makes a total that is none
}
BY_CONSTRAINT: dict[str, type[UnableToPost]] = {
    "slot_is_never_overdrawn": Overdrawn,
    "transfer_amount_is_positive": NotAnAmount,
    "transfer_amount_is_bounded": NotAnAmount,
    "code_is_bounded": UnableToPost,
    "date_is_bounded": UnableToPost,
    "moment_is_bounded": UnableToPost,
}


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn a refusal of the database into the error that names it."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg.Error):
            raise
        named = BY_SQLSTATE.get(cause.sqlstate or "") or BY_CONSTRAINT.get(
            cause.diag.constraint_name or ""
        )
        if named is None:
            raise
        raise named(cause.diag.message_primary or str(cause)) from error
