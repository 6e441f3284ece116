-- What reservations came to, by scheme: of all, or of one scheme, which reads its reservations alone.
-- A course may be paid by several tranches: a provider is paid from what was reserved first, in
-- spending order (budgets/spending.py says the same).
WITH reservations AS (
    SELECT e.id, e.account_id FROM providers_enrolment e WHERE %(scheme)s::bigint IS NULL
    UNION ALL
    SELECT e.id, e.account_id FROM providers_enrolment e WHERE e.account_id IN (
        SELECT t.credit_account_id FROM budgets_tranche tranche
        JOIN ledger_transfer t ON t.debit_account_id = tranche.account_id
        WHERE tranche.scheme_id = %(scheme)s::bigint
    )
), moves AS (
    SELECT t.credit_account_id AS reserved, t.debit_account_id AS tranche, t.amount AS cents
    FROM reservations r JOIN ledger_transfer t ON t.credit_account_id = r.account_id
    UNION ALL
    SELECT t.debit_account_id, t.credit_account_id, -t.amount
    FROM reservations r JOIN ledger_transfer t ON t.debit_account_id = r.account_id
), shares AS (
    SELECT moves.reserved, tranche.scheme_id, sum(moves.cents) AS cents,
           sum(sum(moves.cents)) OVER (PARTITION BY moves.reserved) AS whole,
           sum(sum(moves.cents)) OVER (
               PARTITION BY moves.reserved
               ORDER BY NOT tranche.earmarked, tranche.expires_on NULLS LAST, tranche.granted_on,
                        tranche.id
           ) - sum(moves.cents) AS before
    FROM moves JOIN budgets_tranche tranche ON tranche.account_id = moves.tranche
    GROUP BY moves.reserved, tranche.id
), settled AS (
    SELECT r.account_id AS reserved, sum(c.amount) * 100 AS cents
    FROM reservations r JOIN providers_claim c ON c.enrolment_id = r.id
    WHERE c.state = 'paid' GROUP BY r.account_id
)
SELECT shares.scheme_id,
       sum(shares.cents)::bigint,
       sum(greatest(0, least(shares.cents, whole - (t.credits - t.debits) - before)))::bigint,
       sum(greatest(0, least(shares.cents, coalesce(settled.cents, 0) - before)))::bigint
FROM shares
JOIN ledger_total t ON t.account_id = shares.reserved
LEFT JOIN settled USING (reserved)
WHERE %(scheme)s::bigint IS NULL OR shares.scheme_id = %(scheme)s
GROUP BY shares.scheme_id
