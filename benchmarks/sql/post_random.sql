\set booking random(1, 9000000000000000000)
\set citizen :first + random(0, 49999)
\set other :first + random(50000, 99999)
SELECT ledger_post(md5(:booking::text)::uuid, 'move', 'bench', 'bench', current_date, now(),
    :citizen, :other, 1);
