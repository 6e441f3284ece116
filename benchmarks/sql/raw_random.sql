\set citizen random(1, 50000)
\set other random(50001, 100000)
WITH t AS (INSERT INTO raw_transfer DEFAULT VALUES RETURNING id),
e AS (INSERT INTO raw_entry (transfer_id, account_id, amount)
      SELECT id, :citizen::bigint, -1 FROM t UNION ALL SELECT id, :other::bigint, 1 FROM t),
u AS (UPDATE raw_account SET balance = balance - 1 WHERE id = :citizen)
UPDATE raw_account SET balance = balance + 1 WHERE id = :other;
