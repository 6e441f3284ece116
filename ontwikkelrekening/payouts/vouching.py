"""Vouching for what is on record without a booking: the next payment file does it, with all since the one before.

A suspension, a refusal, an IBAN that two people agreed to: nothing is booked, so no seal signs them. Money goes out
with a booking, and its description rests on the digest of each record until then (decision 607).
"""

from __future__ import annotations

from django.db import connection

from ontwikkelrekening.payouts.models import PaymentBatch
from ontwikkelrekening.payouts.vouchers import RECORDS, SINCE

# The oldest first and so many at a time: after a large top-up the rest is for the files after this one. In one order,
# so that two files that are released at once wait for each other and do not deadlock.
MOST = 100_000
VOUCH = f"""
    INSERT INTO payouts_vouchedrecord (batch_id, kind, subject, at, digest)
    SELECT %(batch)s, kind, subject, at, sha256(convert_to(said, 'UTF8')) FROM (
        SELECT * FROM ({RECORDS}) record
        WHERE at >= ({SINCE}) AND NOT EXISTS (
            SELECT FROM payouts_vouchedrecord known
            WHERE (known.kind, known.subject) = (record.kind, record.subject)
        )
        ORDER BY at, kind, subject LIMIT %(most)s
    ) oldest
    ON CONFLICT DO NOTHING
"""  # noqa: S608


def vouch_for_records(batch: PaymentBatch, *, most: int = MOST) -> None:
    """Take down, with the batch that is being released, what was put on record since the one before."""
    with connection.cursor() as cursor:
        cursor.execute(VOUCH, {"batch": batch.pk, "most": most})
