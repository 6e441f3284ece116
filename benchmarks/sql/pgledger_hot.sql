\set citizen random(1, 100000)
SELECT id FROM pl_create_transfer(
    'pgla_' || lpad(:citizen::text, 32, '0'), 'pgla_00000000000000000000000000000000', 1);
