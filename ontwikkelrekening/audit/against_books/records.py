"""What is on record without a booking of its own, compared with what the payment file after it vouched for."""

from __future__ import annotations

from ontwikkelrekening.payouts.vouchers import RECORDS, SINCE

CHECKS = {
    "everything on record is as it was when the next payment file went out": f"""
        SELECT kind || ' ' || subject || CASE
            WHEN said IS NULL THEN ' is gone'
            WHEN digest IS NULL THEN ' was not there when a payment file went out after it'
            ELSE ' is not as it was' END
        FROM ({RECORDS}) record
        FULL JOIN payouts_vouchedrecord vouched USING (kind, subject)
        WHERE CASE WHEN digest IS NULL THEN record.at < ({SINCE})
            ELSE digest IS DISTINCT FROM sha256(convert_to(said, 'UTF8')) END
    """,  # noqa: S608
}
