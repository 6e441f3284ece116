\set citizen :first + random(0, 49999)
\set other :first + random(50000, 99999)
SELECT ledger_post(gen_random_uuid(), 'move', 'bench', 'bench', current_date, now(),
    ARRAY[gen_random_uuid()], ARRAY[:citizen]::bigint[], ARRAY[:other]::bigint[], ARRAY[1]::bigint[]);
