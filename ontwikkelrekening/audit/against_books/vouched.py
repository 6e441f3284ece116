"""Whether a booking still vouches for the rows that it was made from."""

from __future__ import annotations

from providers.vouching import DIGEST, VOUCHED


def says_what_was_booked(name: str, kind: str, rows: str) -> str:
    """The query that names what has another digest than its booking of this kind, or none."""
    return f"""
        SELECT coalesce(said.cause, booked.cause) || CASE
            WHEN said.cause IS NULL THEN ' is booked, and not there'
            WHEN booked.cause IS NULL THEN ' is there, and not booked'
            ELSE ' is not as it was booked' END
        FROM (
            SELECT '{name}:' || id AS cause, {DIGEST} AS digest FROM ({rows}) voucher GROUP BY id
        ) said FULL JOIN (
            SELECT cause, {VOUCHED} AS digest FROM ledger_booking
            WHERE kind = '{kind}' AND starts_with(cause, '{name}:')
        ) booked USING (cause)
        WHERE said.digest IS DISTINCT FROM booked.digest
    """  # noqa: S608
