\set citizen :first + random(0, 99999)
SELECT ledger_post(gen_random_uuid(), 'expire', 'bench', 'bench', current_date, now(),
    ARRAY[gen_random_uuid()], ARRAY[:citizen]::bigint[], ARRAY[:fund]::bigint[], ARRAY[1]::bigint[]);
