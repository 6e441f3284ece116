"""Checks on the books. Each is one query, so one snapshot, and returns what it finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

# Each query yields one text per finding.
CHECKS = {
    "debits equal credits": """
        SELECT 'debits ' || debits || ', credits ' || credits FROM (
            SELECT coalesce(sum(t.debits), 0) AS debits, coalesce(sum(t.credits), 0) AS credits
            FROM ledger_now t
        ) total WHERE debits <> credits
    """,
    "totals equal the transfers": """
        SELECT coalesce((SELECT code FROM ledger_account WHERE id = t.account_id),
                        'account ' || t.account_id)
               || ' shows ' || t.debits || ' / ' || t.credits || ', its transfers say '
               || coalesce(m.debits, 0) || ' / ' || coalesce(m.credits, 0)
        FROM ledger_now t LEFT JOIN ledger_moved m ON m.account_id = t.account_id
        WHERE (t.debits, t.credits) <> (coalesce(m.debits, 0), coalesce(m.credits, 0))
    """,
    "no account is overdrawn": """
        SELECT a.code || ' is overdrawn' FROM ledger_now t
        JOIN ledger_account a ON a.id = t.account_id
        WHERE NOT a.may_overdraw AND CASE a.normal_side
            WHEN 'credit' THEN t.debits > t.credits ELSE t.credits > t.debits END
    """,
    # Without its slots, what an account has spent could be spent again. Sixteen: see `ledger_take`.
    "slots deal out what came in and count what was spent": """
        SELECT coalesce(a.code, 'account ' || account_id) || ': ' || coalesce(s.free, 0)
               || ' free and ' || coalesce(s.spent, 0) || ' spent in ' || coalesce(s.slots, 0)
               || ' slots, received ' || coalesce(m.received, 0)
               || ' and spent ' || coalesce(m.spent, 0)
        FROM (SELECT account_id, sum(free) AS free, sum(spent) AS spent, count(*) AS slots,
                     bool_or(free < 0) OR count(*) <> 16 OR min(number) <> 0 OR max(number) <> 15
                     AS wrong
              FROM ledger_slot GROUP BY account_id) s
        FULL JOIN (
            SELECT t.account_id,
                   sum(CASE t.floor WHEN 1 THEN e.credit ELSE e.debit END) AS received,
                   sum(CASE t.floor WHEN 1 THEN e.debit ELSE e.credit END) AS spent
            FROM ledger_entry e JOIN ledger_total t
              ON t.account_id = e.account_id AND t.hot AND t.floor <> 0
            GROUP BY t.account_id
        ) m USING (account_id)
        LEFT JOIN ledger_account a ON a.id = account_id
        WHERE s.wrong OR (s.slots > 0 AND m.account_id IS NULL)
           OR coalesce(s.spent, 0) <> coalesce(m.spent, 0)
           OR coalesce(s.free + s.spent, 0) > coalesce(m.received, 0)
    """,
    "every transfer has its booking, dated alike and of one transaction": """
        SELECT 'transfer ' || t.xid || '-' || t.seq FROM ledger_transfer t
        LEFT JOIN ledger_booking b ON b.id = t.booking_id
        WHERE b.id IS NULL
           OR (b.effective_on, b.booked_at, b.xid) <> (t.effective_on, t.booked_at, t.xid)
    """,
    "every transfer has its two accounts": """
        SELECT 'transfer ' || t.xid || '-' || t.seq FROM ledger_transfer t
        WHERE t.debit_account_id = t.credit_account_id
           OR NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = t.debit_account_id)
           OR NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = t.credit_account_id)
    """,
    "day totals equal the rolled-up transfers": """
        SELECT coalesce(a.code, 'account ' || account_id) || ' of ' || effective_on
        FROM ledger_daytotal d FULL JOIN (
            SELECT side.account_id, side.effective_on,
                   (side.booked_at AT TIME ZONE 'UTC')::date AS booked_on,
                   sum(side.debit) AS debits, sum(side.credit) AS credits
            FROM ledger_entry side
            JOIN ledger_account hot ON hot.id = side.account_id AND hot.hot
            WHERE side.xid < (SELECT rolled_to FROM ledger_books)
            GROUP BY 1, 2, 3
        ) m USING (account_id, effective_on, booked_on)
        LEFT JOIN ledger_account a ON a.id = account_id
        WHERE (d.debits, d.credits) IS DISTINCT FROM (m.debits, m.credits)
    """,
    "openings equal the transfers": """
        WITH closed AS (
            SELECT day, lag(day) OVER (ORDER BY day) AS before FROM (
                SELECT closed_through AS day FROM ledger_opening
                UNION SELECT closed_through FROM ledger_books WHERE closed_through IS NOT NULL
            ) ends
        ), moved AS (
            SELECT e.account_id, closed.day, sum(e.debit) AS debits, sum(e.credit) AS credits
            FROM ledger_entry e JOIN closed ON e.effective_on <= closed.day
             AND (closed.before IS NULL OR e.effective_on > closed.before)
            GROUP BY 1, 2
        ), due AS (
            SELECT account_id, day AS closed_through, sum(debits) OVER up_to AS debits,
                   sum(credits) OVER up_to AS credits
            FROM moved WINDOW up_to AS (PARTITION BY account_id ORDER BY day)
        )
        SELECT coalesce(a.code, 'account ' || account_id) || ' at the end of ' || closed_through
        FROM ledger_opening o FULL JOIN due USING (account_id, closed_through)
        LEFT JOIN ledger_account a ON a.id = account_id
        WHERE (o.debits, o.credits) IS DISTINCT FROM (due.debits, due.credits)
    """,
    "the books are closed, sealed and rolled up as far as they say": """
        SELECT 'closed through ' || coalesce(closed_through::text, 'no date') || ', the openings '
               || last_opening FROM ledger_books, (
            SELECT max(closed_through) AS last_opening FROM ledger_opening) o
        WHERE last_opening > coalesce(closed_through, '-infinity')
        UNION ALL
        SELECT 'closed from transaction ' || b.closed_xid || ' on, seal ' || s.number || ' says '
               || s.closed_xid
        FROM ledger_books b JOIN ledger_seal s ON s.number = (SELECT max(number) FROM ledger_seal)
        WHERE s.closed_through = b.closed_through AND s.closed_xid <> b.closed_xid
        UNION ALL
        SELECT 'sealed to ' || sealed_to || ', the last seal ends at ' || last_xid
        FROM ledger_books, (SELECT max(last_xid) AS last_xid FROM ledger_seal) s
        WHERE sealed_to <> coalesce(last_xid + 1, 0)
        UNION ALL
        SELECT 'rolled up to ' || rolled_to || ', this server has had ' || had FROM (
            SELECT rolled_to,
                   xid_offset + pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS had
            FROM ledger_books) b
        WHERE rolled_to > had
    """,
    "every booking has a transfer": """
        SELECT 'booking ' || b.id FROM ledger_booking b
        WHERE NOT EXISTS (
            SELECT FROM ledger_transfer t WHERE t.xid = b.xid AND t.booking_id = b.id)
    """,
    # After a restore: until `begin_era`.
    "every transfer is of a transaction that this server has had": """
        SELECT 'transfer ' || t.xid || '-' || t.seq FROM ledger_transfer t
        WHERE t.xid < 1 OR t.xid >= (
            SELECT xid_offset + greatest(
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
                pg_current_xact_id_if_assigned()::text::bigint + 1)
            FROM ledger_books)
    """,
    "every account has its totals, with the floor that it should have": """
        SELECT coalesce(a.code, 'account ' || t.account_id)
        FROM ledger_account a FULL JOIN ledger_total t ON t.account_id = a.id
        WHERE (t.hot, t.floor) IS DISTINCT FROM (a.hot, CASE
            WHEN a.may_overdraw THEN 0 WHEN a.normal_side = 'credit' THEN 1 ELSE -1 END)
    """,
    "accounts have the side of their class, and may be overdrawn when it may": """
        SELECT a.code FROM ledger_account a
        LEFT JOIN ledger_accountclass c ON c.code = a.account_class_id
        WHERE (c.normal_side, c.may_overdraw) IS DISTINCT FROM (a.normal_side, a.may_overdraw)
    """,
}
# The first of what was found. Planned as if all of it were wanted: for a hundred rows the planner would
# join a row at a time, and there is usually none to stop at.
FIRST = "WITH found AS MATERIALIZED (%s) SELECT * FROM found LIMIT 100"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the books: which check found it, and what it saw."""

    check: str
    detail: str


def check_ledger() -> list[Finding]:
    """Run every check; an empty list means the books are in order."""
    return findings_of(CHECKS)


def findings_of(checks: Mapping[str, str]) -> list[Finding]:
    """Run these checks."""
    findings = []
    with connection.cursor() as cursor:
        for check, query in checks.items():
            cursor.execute(FIRST % query)
            findings += [Finding(check, detail) for (detail,) in cursor.fetchall()]
    return findings
