-- What became of the credit of one scheme. A course may be paid by several tranches: a provider is
-- paid from what was reserved first, in spending order (budgets/spending.py says the same).
WITH own AS (
    SELECT * FROM budgets_tranche WHERE scheme_id = %(scheme)s
), reservations AS (
    SELECT DISTINCT t.credit_account_id AS account_id
    FROM own
    JOIN ledger_transfer t ON t.debit_account_id = own.account_id
    JOIN ledger_booking b ON b.id = t.booking_id AND b.kind = 'reserve'
), moves AS (
    SELECT t.credit_account_id AS reserved, t.debit_account_id AS tranche, t.amount AS cents
    FROM reservations r
    JOIN ledger_transfer t ON t.credit_account_id = r.account_id
    JOIN ledger_booking b ON b.id = t.booking_id AND b.kind = 'reserve'
    UNION ALL
    SELECT t.debit_account_id, t.credit_account_id, -t.amount
    FROM reservations r
    JOIN ledger_transfer t ON t.debit_account_id = r.account_id
    JOIN ledger_booking b ON b.id = t.booking_id AND b.kind = 'release'
), shares AS (
    SELECT reserved, tranche, sum(cents) AS cents FROM moves GROUP BY reserved, tranche
), ordered AS (
    SELECT shares.*, tranche.scheme_id,
           sum(shares.cents) OVER (PARTITION BY reserved) - (t.credits - t.debits) AS paid,
           sum(shares.cents) OVER (
               PARTITION BY reserved
               ORDER BY NOT tranche.earmarked, tranche.expires_on NULLS LAST, tranche.granted_on,
                        tranche.id
           ) - shares.cents AS before
    FROM shares
    JOIN budgets_tranche tranche ON tranche.account_id = shares.tranche
    JOIN ledger_total t ON t.account_id = shares.reserved
), used AS (
    SELECT coalesce(sum(greatest(0, least(cents, paid - before))), 0)::bigint AS paid,
           coalesce(sum(cents), 0)::bigint AS reserved
    FROM ordered WHERE scheme_id = %(scheme)s
)
SELECT count(own.id), count(DISTINCT own.account_code),
       coalesce(sum(own.granted), 0)::bigint,
       coalesce(sum(t.credits - t.debits), 0)::bigint,
       max(used.reserved - used.paid),
       max(used.paid),
       (coalesce(sum(own.granted), 0) - coalesce(sum(t.credits - t.debits), 0)
        - max(used.reserved))::bigint
FROM used LEFT JOIN own ON true LEFT JOIN ledger_total t ON t.account_id = own.account_id
