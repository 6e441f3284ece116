-- The yardstick: a ledger without guards. A header, two entries, two balances.
CREATE TABLE raw_account (id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0)
    WITH (fillfactor = 70);
CREATE TABLE raw_transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, created timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE raw_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transfer_id bigint NOT NULL, account_id bigint NOT NULL, amount bigint NOT NULL
);
CREATE INDEX raw_entry_by_account ON raw_entry (account_id, id);
INSERT INTO raw_account SELECT n, 1000000000 FROM generate_series(0, 100000) n;

-- A batch without guards, set-based: many citizens to the fund.
CREATE FUNCTION raw_batch(p_ids uuid[], p_citizens bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH t AS (
        INSERT INTO raw_transfer (created) SELECT now() FROM unnest(p_ids) RETURNING id
    ), n AS (
        SELECT id, row_number() OVER () AS place FROM t
    )
    INSERT INTO raw_entry (transfer_id, account_id, amount)
    SELECT n.id, p_citizens[n.place], -1 FROM n UNION ALL SELECT n.id, 0, 1 FROM n;
    UPDATE raw_account a SET balance = balance - 1
    FROM unnest(p_citizens) AS c (id) WHERE a.id = c.id;
    UPDATE raw_account SET balance = balance + cardinality(p_ids) WHERE id = 0;
END $$;
