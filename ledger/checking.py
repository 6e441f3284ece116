"""Checks on the books. Each is one query, so one snapshot, and returns what it finds wrong."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# Each query yields one text per finding.
CHECKS = {
    "debits equal credits": """
        SELECT 'debits ' || debits || ', credits ' || credits FROM (
            SELECT coalesce(sum(t.debits), 0) AS debits, coalesce(sum(t.credits), 0) AS credits
            FROM ledger_totals((SELECT coalesce(array_agg(id), '{}') FROM ledger_account)) t
        ) total WHERE debits <> credits
    """,
    "totals equal the transfers": """
        SELECT a.code || ' shows ' || t.debits || ' / ' || t.credits || ', its transfers say '
               || coalesce(m.debits, 0) || ' / ' || coalesce(m.credits, 0)
        FROM ledger_totals((SELECT coalesce(array_agg(id), '{}') FROM ledger_account)) t
        JOIN ledger_account a ON a.id = t.account_id
        LEFT JOIN ledger_moved m ON m.account_id = t.account_id
        WHERE (t.debits, t.credits) <> (coalesce(m.debits, 0), coalesce(m.credits, 0))
    """,
    "no account is overdrawn": """
        SELECT a.code || ' is overdrawn' FROM ledger_moved m
        JOIN ledger_account a ON a.id = m.account_id
        WHERE NOT a.may_overdraw AND CASE a.normal_side
            WHEN 'credit' THEN m.debits > m.credits ELSE m.credits > m.debits END
    """,
    "slots hold what is left of what was dealt out": """
        SELECT a.code || ': dealt out ' || a.allotted || ', in slots ' || s.left_over
        FROM ledger_account a
        JOIN (SELECT account_id, sum(allowance) AS left_over FROM ledger_slot GROUP BY 1) s
            ON s.account_id = a.id
        LEFT JOIN ledger_moved m ON m.account_id = a.id
        WHERE a.allotted - s.left_over
            <> CASE a.normal_side WHEN 'credit' THEN m.debits ELSE m.credits END
    """,
    "every transfer has its booking, dated alike": """
        SELECT 'transfer ' || t.id FROM ledger_transfer t
        LEFT JOIN ledger_booking b ON b.id = t.booking_id
        WHERE b.id IS NULL OR (b.effective_on, b.booked_at) <> (t.effective_on, t.booked_at)
    """,
    "every transfer has its accounts": """
        SELECT 'transfer ' || t.id FROM ledger_transfer t
        WHERE NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = t.debit_account_id)
           OR NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = t.credit_account_id)
    """,
    "day totals equal the rolled-up transfers": """
        SELECT a.code || ' of ' || effective_on
        FROM ledger_daytotal d FULL JOIN (
            SELECT side.account_id, side.effective_on,
                   (side.booked_at AT TIME ZONE 'UTC')::date AS booked_on,
                   sum(side.debit) AS debits, sum(side.credit) AS credits
            FROM ledger_entry side
            JOIN ledger_account hot ON hot.id = side.account_id AND hot.hot
            WHERE side.xid < (SELECT rolled_to FROM ledger_books)
            GROUP BY 1, 2, 3
        ) m USING (account_id, effective_on, booked_on)
        JOIN ledger_account a ON a.id = account_id
        WHERE (d.debits, d.credits) IS DISTINCT FROM (m.debits, m.credits)
    """,
    "openings equal the transfers": """
        SELECT a.code || ' at the end of ' || o.closed_through
        FROM ledger_opening o JOIN ledger_account a ON a.id = o.account_id
        LEFT JOIN LATERAL (
            SELECT sum(debit) AS debits, sum(credit) AS credits FROM ledger_entry
            WHERE account_id = o.account_id AND effective_on <= o.closed_through
        ) m ON true
        WHERE (o.debits, o.credits) IS DISTINCT FROM (m.debits, m.credits)
    """,
}
LIMIT = " LIMIT 100"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the books: which check found it, and what it saw."""

    check: str
    detail: str


def check_ledger() -> list[Finding]:
    """Run every check; an empty list means the books are in order."""
    findings = []
    with connection.cursor() as cursor:
        for check, query in CHECKS.items():
            cursor.execute(query + LIMIT)
            findings += [Finding(check, detail) for (detail,) in cursor.fetchall()]
    return findings
