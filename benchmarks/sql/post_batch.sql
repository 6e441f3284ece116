\set base :first + :client_id * 3000 + random(0, 1999)
SELECT ledger_post_many(gen_random_uuid(), 'expire', 'bench', 'bench', current_date, now(),
    (SELECT array_agg(:base + i) FROM generate_series(0, :n - 1) i)::bigint[],
    array_fill(:fund::bigint, ARRAY[:n::int]), array_fill(1::bigint, ARRAY[:n::int]));
