-- pgledger's published design in SQL of our own: both accounts locked in order, a transfer, two
-- entries that carry the balance before and after, numeric amounts, text ids, floor flags checked.
CREATE TABLE pl_account (
    id text PRIMARY KEY, name text NOT NULL, currency text NOT NULL DEFAULT 'EUR',
    balance numeric NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0,
    allow_negative_balance boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE pl_transfer (
    id text PRIMARY KEY, from_account_id text NOT NULL REFERENCES pl_account,
    to_account_id text NOT NULL REFERENCES pl_account, amount numeric NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL, event_at timestamptz NOT NULL, metadata jsonb
);
CREATE INDEX ON pl_transfer (from_account_id);
CREATE INDEX ON pl_transfer (to_account_id);
CREATE TABLE pl_entry (
    id text PRIMARY KEY, account_id text NOT NULL REFERENCES pl_account,
    transfer_id text NOT NULL REFERENCES pl_transfer, amount numeric NOT NULL,
    account_previous_balance numeric NOT NULL, account_current_balance numeric NOT NULL,
    account_version bigint NOT NULL, created_at timestamptz NOT NULL
);
CREATE INDEX ON pl_entry (account_id);
CREATE INDEX ON pl_entry (transfer_id);
CREATE FUNCTION pl_create_transfer(p_from text, p_to text, p_amount numeric) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    transfer text := 'pglt_' || gen_random_uuid();
    payer pl_account;
    payee pl_account;
BEGIN
    PERFORM 1 FROM pl_account WHERE id IN (p_from, p_to) ORDER BY id FOR UPDATE;
    INSERT INTO pl_transfer VALUES (transfer, p_from, p_to, p_amount, now(), now(), null);
    UPDATE pl_account SET balance = balance - p_amount, version = version + 1, updated_at = now()
    WHERE id = p_from RETURNING * INTO payer;
    IF NOT payer.allow_negative_balance AND payer.balance < 0 THEN
        RAISE EXCEPTION 'Account (id=%) does not allow negative balance', p_from;
    END IF;
    UPDATE pl_account SET balance = balance + p_amount, version = version + 1, updated_at = now()
    WHERE id = p_to RETURNING * INTO payee;
    INSERT INTO pl_entry VALUES
        ('pgle_' || gen_random_uuid(), p_from, transfer, -p_amount,
         payer.balance + p_amount, payer.balance, payer.version, now()),
        ('pgle_' || gen_random_uuid(), p_to, transfer, p_amount,
         payee.balance - p_amount, payee.balance, payee.version, now());
    RETURN transfer;
END $$;
INSERT INTO pl_account (id, name, balance, allow_negative_balance)
SELECT 'pgla_' || n, 'account ' || n, 1000000000, n = 0 FROM generate_series(0, 100000) n;
