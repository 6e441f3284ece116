"""What the bank said and was taken in: unbroken, and what it settled did happen."""

from __future__ import annotations

CHECKS = {
    "every bank statement begins where the one before it ended": """
        SELECT 'bank statement ' || s.identifier
        FROM payouts_bankstatement s JOIN payouts_bankstatement before ON before.id = s.follows_id
        WHERE s.opening <> before.closing
    """,
    "the entries of every bank statement lead from its opening to its closing balance": """
        SELECT 'bank statement ' || s.identifier
        FROM payouts_bankstatement s LEFT JOIN (
            SELECT statement_id, sum(amount) AS moved FROM payouts_bankentry GROUP BY 1
        ) entries ON entries.statement_id = s.id
        WHERE s.opening + coalesce(entries.moved, 0) <> s.closing
    """,
    "what the bank paid, sent back or took in for us is so": """
        SELECT 'entry ' || e.number || ' of bank statement ' || s.identifier
        FROM payouts_bankentry e JOIN payouts_bankstatement s ON s.id = e.statement_id
        WHERE CASE e.became
            WHEN 'paid' THEN NOT EXISTS (
                SELECT FROM payouts_paymentbatch b
                WHERE 'batch:' || b.id = e.cause AND b.state = 'settled')
            WHEN 'returned' THEN NOT EXISTS (
                SELECT FROM payouts_payout p
                WHERE p.reference = e.reference AND p.amount = e.amount
                  AND 'batch:' || p.batch_id = e.cause AND p.state IN ('returned', 'sent_back'))
            WHEN 'repaid' THEN NOT EXISTS (
                SELECT FROM payouts_repayment r
                WHERE 'repayment:' || r.id = e.cause AND r.amount = e.amount
                  AND r.received_on = e.booked_on)
            ELSE false
        END
    """,
}
