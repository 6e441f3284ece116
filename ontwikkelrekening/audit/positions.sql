-- What each fund got, what of its credit is free, and the accounts of its rounds.
WITH granted AS (
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
SELECT scheme.id, scheme.code, scheme.name, account.code, account.id,
    ARRAY(SELECT r.account_id FROM budgets_round r
          WHERE r.scheme_id = scheme.id AND r.account_id IS NOT NULL),
    coalesce(funded.net, 0)::bigint,
    coalesce(granted.free, 0)::bigint
FROM budgets_fund fund
JOIN eligibility_scheme scheme ON scheme.id = fund.scheme_id
JOIN ledger_account account ON account.id = fund.account_id
LEFT JOIN funded ON funded.fund_id = fund.id
LEFT JOIN granted ON granted.scheme_id = scheme.id
ORDER BY scheme.code
