\set citizen random(1, 100000)
SELECT pl_create_transfer('pgla_' || :citizen, 'pgla_0', 1);
