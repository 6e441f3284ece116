\set base 1 + :client_id * 3000 + random(0, 1999)
SELECT raw_batch((SELECT array_agg(gen_random_uuid()) FROM generate_series(1, :n)),
    (SELECT array_agg(:base + i) FROM generate_series(0, :n - 1) i)::bigint[]);
