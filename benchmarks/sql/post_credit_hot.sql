\set booking random(1, 9000000000000000000)
\set citizen :first + random(0, 99999)
SELECT ledger_post(md5(:booking::text)::uuid, 'expire', 'bench', 'bench', current_date, now(),
    :citizen, :fund, 1);
