-- What the transactions from %(low)s up to %(high)s changed in what became of each fund's money, in cents.
-- All of it follows from transfers, which stay, so sums of two ranges that meet are the sums of both. A
-- course may be paid by several tranches: a provider is paid from what was reserved first, in spending
-- order (budgets/spending.py says the same), so what changed in a reservation is what it came to at the
-- end of the range less what it came to at its start.
WITH since AS MATERIALIZED (
    SELECT * FROM ledger_transfer WHERE xid >= %(low)s
), sides AS MATERIALIZED (
    SELECT credit_account_id AS account_id, debit_account_id AS other_id, amount AS cents
    FROM since WHERE xid < %(high)s
    UNION ALL
    SELECT debit_account_id, credit_account_id, -amount FROM since WHERE xid < %(high)s
), funded AS (
    SELECT fund.id, sum(sides.cents) AS cents
    FROM sides JOIN budgets_fund fund
        ON fund.account_id = sides.account_id AND fund.source_id = sides.other_id
    GROUP BY fund.id
), free AS (
    SELECT tranche.scheme_id, sum(sides.cents) AS cents
    FROM sides JOIN budgets_tranche tranche ON tranche.account_id = sides.account_id
    GROUP BY tranche.scheme_id
), new AS MATERIALIZED (
    SELECT tranche.* FROM budgets_tranche tranche
    WHERE tranche.account_id IN (SELECT account_id FROM sides WHERE cents > 0) AND NOT EXISTS (
        SELECT FROM ledger_transfer t
        WHERE t.credit_account_id = tranche.account_id AND t.xid < %(low)s)
), known AS (
    SELECT DISTINCT older.scheme_id, older.account_code
    FROM budgets_tranche older JOIN ledger_transfer t ON t.credit_account_id = older.account_id
    WHERE older.account_code IN (SELECT account_code FROM new) AND t.xid < %(low)s
), granted AS (
    SELECT scheme_id, count(*) AS tranches, sum(granted) AS cents,
        count(DISTINCT account_code) FILTER (WHERE known.account_code IS NULL) AS citizens
    FROM new LEFT JOIN known USING (scheme_id, account_code) GROUP BY scheme_id
), settled AS (
    SELECT DISTINCT batch.id AS batch_id, b.xid
    FROM since JOIN ledger_booking b ON b.id = since.booking_id AND b.kind = 'settle'
    JOIN payouts_paymentbatch batch ON b.cause = 'batch:' || batch.id
), sent_back AS (
    SELECT payout.id AS payout_id, since.xid
    FROM since JOIN ledger_booking b ON b.id = since.booking_id AND b.kind = 'return'
    JOIN payouts_paymentbatch batch ON b.cause = 'batch:' || batch.id
    JOIN payouts_payout payout ON payout.batch_id = batch.id AND payout.state = 'sent_back'
    JOIN providers_provider provider
        ON provider.id = payout.provider_id AND provider.payable_id = since.credit_account_id
), recovered AS (
    SELECT claim.id AS claim_id, since.xid
    FROM since JOIN ledger_booking b ON b.id = since.booking_id AND b.kind = 'recover'
    JOIN ledger_account a ON a.id = since.debit_account_id AND a.account_class_id = 'receivable'
    JOIN providers_claim claim ON b.cause = 'claim:' || claim.id
), settlement AS MATERIALIZED (
    SELECT line.claim_id, moved.xid, moved.sign
    FROM (
        SELECT payout.id AS payout_id, settled.xid, 1 AS sign
        FROM settled JOIN payouts_payout payout USING (batch_id)
        WHERE payout.state IN ('paid', 'sent_back')
        UNION ALL
        SELECT payout_id, xid, -1 FROM sent_back
    ) moved JOIN payouts_payoutline line USING (payout_id)
    WHERE moved.sign > 0 OR NOT EXISTS (  -- recovered before, it does not come back once more
        SELECT FROM providers_claim claim JOIN payouts_payout payout
            ON payout.id = line.payout_id AND payout.reference = claim.payment_reference
        WHERE claim.id = line.claim_id AND claim.state = 'recovered')
    UNION ALL
    SELECT claim_id, xid, -1 FROM recovered
), reservation AS MATERIALIZED (
    SELECT e.id, e.account_id FROM providers_enrolment e
    WHERE e.account_id IN (SELECT account_id FROM sides)
    UNION
    SELECT e.id, e.account_id FROM settlement JOIN providers_claim c ON c.id = claim_id
    JOIN providers_enrolment e ON e.id = c.enrolment_id
    WHERE settlement.xid < %(high)s
), move AS (
    SELECT r.account_id AS reserved, t.debit_account_id AS other_id, t.amount AS cents, t.xid
    FROM reservation r JOIN ledger_transfer t ON t.credit_account_id = r.account_id
    UNION ALL
    SELECT r.account_id, t.credit_account_id, -t.amount, t.xid
    FROM reservation r JOIN ledger_transfer t ON t.debit_account_id = r.account_id
), until (xid, sign) AS (
    VALUES (%(low)s, -1), (%(high)s, 1)
), share AS (
    SELECT until.xid, until.sign, move.reserved, tranche.scheme_id, sum(move.cents) AS cents,
        coalesce(-sum(sum(move.cents)) FILTER (WHERE tranche.id IS NULL) OVER reservation, 0) AS claimed,
        sum(sum(move.cents)) OVER (
            reservation ORDER BY NOT tranche.earmarked, tranche.expires_on NULLS LAST,
                                 tranche.granted_on, tranche.id
        ) - sum(move.cents) AS before
    FROM until JOIN move ON move.xid < until.xid
    LEFT JOIN budgets_tranche tranche ON tranche.account_id = move.other_id
    GROUP BY until.xid, until.sign, move.reserved, tranche.id
    WINDOW reservation AS (PARTITION BY until.xid, move.reserved)
), paid AS (
    -- What is paid now, less what was settled since, and again what came back or was recovered since.
    SELECT xid, reserved, sum(amount) * 100 AS cents
    FROM (
        SELECT until.xid, r.account_id AS reserved, c.amount
        FROM until CROSS JOIN reservation r
        JOIN providers_claim c ON c.enrolment_id = r.id AND c.state = 'paid'
        UNION ALL
        SELECT until.xid, r.account_id, -settlement.sign * c.amount
        FROM settlement JOIN providers_claim c ON c.id = claim_id
        JOIN reservation r ON r.id = c.enrolment_id
        JOIN until ON settlement.xid >= until.xid
    ) changed
    GROUP BY xid, reserved
), spent AS (
    SELECT scheme_id, sum(sign * share.cents) AS held,
        sum(sign * greatest(0, least(share.cents, claimed - before))) AS claimed,
        sum(sign * greatest(0, least(share.cents, coalesce(paid.cents, 0) - before))) AS paid
    FROM share LEFT JOIN paid USING (xid, reserved)
    WHERE scheme_id IS NOT NULL GROUP BY scheme_id
)
SELECT fund.id AS fund_id,
    coalesce(funded.cents, 0)::bigint AS made_available,
    coalesce(granted.tranches, 0) AS tranches,
    coalesce(granted.citizens, 0) AS citizens,
    coalesce(granted.cents, 0)::bigint AS granted,
    coalesce(free.cents, 0)::bigint AS free,
    coalesce(spent.held - spent.claimed, 0)::bigint AS reserved,
    coalesce(spent.claimed, 0)::bigint AS claimed,
    coalesce(spent.paid, 0)::bigint AS paid
FROM budgets_fund fund
LEFT JOIN funded USING (id)
LEFT JOIN granted USING (scheme_id)
LEFT JOIN free USING (scheme_id)
LEFT JOIN spent USING (scheme_id)
