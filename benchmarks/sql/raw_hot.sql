\set citizen random(1, 100000)
BEGIN;
INSERT INTO raw_transfer DEFAULT VALUES RETURNING id \gset
INSERT INTO raw_entry (transfer_id, account_id, amount) VALUES (:id, :citizen, -1), (:id, 0, 1);
UPDATE raw_account SET balance = balance - 1 WHERE id = :citizen;
UPDATE raw_account SET balance = balance + 1 WHERE id = 0;
COMMIT;
