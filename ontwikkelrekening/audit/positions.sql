-- Where each fund's money is. An enrolment paid from tranches of several schemes is divided by what
-- each scheme put in; rounding by running totals, so that the parts always add up to the whole.
WITH moved AS (
    SELECT t.credit_account_id AS account_id, tranche.scheme_id, t.amount
    FROM ledger_transfer t
    JOIN budgets_tranche tranche ON tranche.account_id = t.debit_account_id
    JOIN providers_enrolment e ON e.account_id = t.credit_account_id
    UNION ALL
    SELECT t.debit_account_id, tranche.scheme_id, -t.amount
    FROM ledger_transfer t
    JOIN budgets_tranche tranche ON tranche.account_id = t.credit_account_id
    JOIN providers_enrolment e ON e.account_id = t.debit_account_id
), put_in AS (
    SELECT account_id, scheme_id, sum(amount) AS cents
    FROM moved GROUP BY account_id, scheme_id HAVING sum(amount) > 0
), share AS (
    SELECT account_id, scheme_id,
        sum(cents) OVER (PARTITION BY account_id) AS whole,
        sum(cents) OVER (PARTITION BY account_id ORDER BY scheme_id) AS upto,
        sum(cents) OVER (PARTITION BY account_id ORDER BY scheme_id) - cents AS before
    FROM put_in
), claimed AS (
    SELECT enrolment_id,
        (sum(amount) FILTER (WHERE state IN ('approved', 'in_file')) * 100)::bigint AS payable,
        (sum(amount) FILTER (WHERE state = 'paid') * 100)::bigint AS paid
    FROM providers_claim GROUP BY enrolment_id
), spent AS (
    SELECT share.scheme_id,
        sum(div(left_over * upto, whole) - div(left_over * before, whole)) AS reserved,
        sum(div(payable * upto, whole) - div(payable * before, whole)) AS payable,
        sum(div(paid * upto, whole) - div(paid * before, whole)) AS paid
    FROM share
    JOIN providers_enrolment e ON e.account_id = share.account_id
    CROSS JOIN LATERAL (
        SELECT t.credits - t.debits AS left_over FROM ledger_total t WHERE t.account_id = e.account_id
    ) a
    LEFT JOIN claimed ON claimed.enrolment_id = e.id
    GROUP BY share.scheme_id
), granted AS (
    SELECT tranche.scheme_id, sum(t.credits - t.debits) AS free
    FROM budgets_tranche tranche JOIN ledger_total t ON t.account_id = tranche.account_id
    GROUP BY tranche.scheme_id
), funded AS (
    SELECT fund.id AS fund_id,
        sum(CASE WHEN t.credit_account_id = fund.account_id THEN t.amount ELSE -t.amount END) AS net
    FROM budgets_fund fund
    JOIN ledger_transfer t
        ON (t.credit_account_id = fund.account_id AND t.debit_account_id = fund.source_id)
        OR (t.debit_account_id = fund.account_id AND t.credit_account_id = fund.source_id)
    GROUP BY fund.id
)
SELECT scheme.code, scheme.name, account.code, account.id,
    ARRAY(SELECT r.account_id FROM budgets_round r
          WHERE r.scheme_id = scheme.id AND r.account_id IS NOT NULL),
    coalesce(funded.net, 0)::bigint,
    coalesce(granted.free, 0)::bigint,
    coalesce(spent.reserved, 0)::bigint,
    coalesce(spent.payable, 0)::bigint,
    coalesce(spent.paid, 0)::bigint
FROM budgets_fund fund
JOIN eligibility_scheme scheme ON scheme.id = fund.scheme_id
JOIN ledger_account account ON account.id = fund.account_id
LEFT JOIN funded ON funded.fund_id = fund.id
LEFT JOIN granted ON granted.scheme_id = scheme.id
LEFT JOIN spent ON spent.scheme_id = scheme.id
ORDER BY scheme.code
