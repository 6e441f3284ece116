-- What was granted from the credit of one scheme, and what of it is free.
SELECT count(*), count(DISTINCT own.account_code),
       coalesce(sum(own.granted), 0)::bigint,
       coalesce(sum(t.credits - t.debits), 0)::bigint
FROM budgets_tranche own JOIN ledger_total t ON t.account_id = own.account_id
WHERE own.scheme_id = %(scheme)s
