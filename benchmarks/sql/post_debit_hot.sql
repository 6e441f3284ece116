\set citizen :first + random(0, 99999)
SELECT ledger_post(gen_random_uuid(), 'top_up', 'bench', 'bench', current_date, now(),
    ARRAY[gen_random_uuid()], ARRAY[:fund]::bigint[], ARRAY[:citizen]::bigint[], ARRAY[1]::bigint[]);
