"""What becomes of a claim in the sandbox: it stands in the enrolment's id, and nowhere else.

The id is a UUID of version 8, which RFC 9562 leaves to those who make it; every other enrolment has
one of another version.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from uuid import UUID

VERSION = 8


class Outcome(StrEnum):
    """Approved at once, left for a person to judge, or refused with a reason."""

    APPROVE = "approve"
    REVIEW = "review"
    REFUSE = "refuse"


def enrolment_id(outcome: Outcome) -> UUID:
    """A new id that says this outcome in its last byte."""
    given = bytearray(secrets.token_bytes(16))
    given[6] = given[6] & 0x0F | VERSION << 4
    given[8] = given[8] & 0x3F | 0x80  # the variant of RFC 9562
    given[15] = list(Outcome).index(outcome)
    return UUID(bytes=bytes(given))


def outcome_of(id: UUID) -> Outcome | None:
    """The outcome that an id says; none when somebody agreed to the enrolment in the usual way."""
    said = id.bytes[15]
    return list(Outcome)[said] if id.version == VERSION and said < len(Outcome) else None
