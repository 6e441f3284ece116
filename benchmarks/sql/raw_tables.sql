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
