-- pgledger's published design (github.com/pgr0ss/pgledger), statement for statement in SQL of our own:
-- ids in text from a UUID of version 7 (in hex: it is spared the ULID), numeric amounts, one transfer
-- as an array of one, both accounts locked in the order of their ids, floor and ceiling checked by a
-- function, a transfer, two entries with the balance before and after, and the transfer read back.
CREATE FUNCTION pl_has_uuidv7() RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'uuidv7')
$$;
CREATE FUNCTION pl_uuid() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    IF NOT pl_has_uuidv7() THEN
        RETURN gen_random_uuid();
    END IF;
    EXECUTE 'SELECT uuidv7()' INTO made;
    RETURN made;
END $$;
CREATE FUNCTION pl_id(p_prefix text) RETURNS text LANGUAGE sql AS $$
    SELECT p_prefix || '_' || replace(pl_uuid()::text, '-', '')
$$;

CREATE TABLE pl_account (
    id text PRIMARY KEY DEFAULT pl_id('pgla'), name text NOT NULL, currency text NOT NULL,
    balance numeric NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0,
    allow_negative_balance boolean NOT NULL, allow_positive_balance boolean NOT NULL,
    metadata jsonb, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE pl_transfer (
    id text PRIMARY KEY DEFAULT pl_id('pglt'),
    from_account_id text NOT NULL REFERENCES pl_account,
    to_account_id text NOT NULL REFERENCES pl_account, amount numeric NOT NULL,
    created_at timestamptz NOT NULL, event_at timestamptz NOT NULL, metadata jsonb,
    CHECK (amount > 0 AND from_account_id <> to_account_id)
);
CREATE INDEX ON pl_transfer (from_account_id);
CREATE INDEX ON pl_transfer (to_account_id);
CREATE INDEX ON pl_transfer (event_at);
CREATE TABLE pl_entry (
    id text PRIMARY KEY DEFAULT pl_id('pgle'), account_id text NOT NULL REFERENCES pl_account,
    transfer_id text NOT NULL REFERENCES pl_transfer, amount numeric NOT NULL,
    account_previous_balance numeric NOT NULL, account_current_balance numeric NOT NULL,
    account_version bigint NOT NULL, created_at timestamptz NOT NULL
);
CREATE INDEX ON pl_entry (account_id);
CREATE INDEX ON pl_entry (transfer_id);
CREATE TYPE pl_request AS (payer text, payee text, amount numeric);

CREATE FUNCTION pl_check(p_account pl_account) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT p_account.allow_negative_balance AND p_account.balance < 0 THEN
        RAISE EXCEPTION '% may not be negative', p_account.id;
    END IF;
    IF NOT p_account.allow_positive_balance AND p_account.balance > 0 THEN
        RAISE EXCEPTION '% may not be positive', p_account.id;
    END IF;
END $$;
CREATE FUNCTION pl_create_transfers(p_requests pl_request[], p_event_at timestamptz, p_metadata jsonb)
RETURNS SETOF pl_transfer LANGUAGE plpgsql AS $$
DECLARE
    request pl_request;
    accounts text[] := '{}';
    account text;
    payer pl_account;
    payee pl_account;
    transfer text;
    made text[] := '{}';
BEGIN
    FOREACH request IN ARRAY p_requests LOOP
        accounts := array_append(accounts, request.payer);
        accounts := array_append(accounts, request.payee);
    END LOOP;
    accounts := ARRAY(SELECT DISTINCT named FROM unnest(accounts) named ORDER BY named);
    FOREACH account IN ARRAY accounts LOOP
        PERFORM id FROM pl_account WHERE id = account FOR UPDATE;
    END LOOP;
    FOREACH request IN ARRAY p_requests LOOP
        IF request.amount <= 0 THEN
            RAISE EXCEPTION '% is not positive', request.amount;
        END IF;
        IF request.payer = request.payee THEN
            RAISE EXCEPTION '% cannot pay itself', request.payer;
        END IF;
        UPDATE pl_account
        SET balance = balance - request.amount, version = version + 1, updated_at = now()
        WHERE id = request.payer RETURNING * INTO payer;
        PERFORM pl_check(payer);
        UPDATE pl_account
        SET balance = balance + request.amount, version = version + 1, updated_at = now()
        WHERE id = request.payee RETURNING * INTO payee;
        PERFORM pl_check(payee);
        IF payer.currency <> payee.currency THEN
            RAISE EXCEPTION '% is not %', payer.currency, payee.currency;
        END IF;
        INSERT INTO pl_transfer (from_account_id, to_account_id, amount, created_at, event_at, metadata)
        VALUES (request.payer, request.payee, request.amount, now(), coalesce(p_event_at, now()),
                p_metadata)
        RETURNING id INTO transfer;
        made := array_append(made, transfer);
        INSERT INTO pl_entry (account_id, transfer_id, amount, account_previous_balance,
                              account_current_balance, account_version, created_at)
        VALUES (request.payer, transfer, -request.amount, payer.balance + request.amount,
                payer.balance, payer.version, now());
        INSERT INTO pl_entry (account_id, transfer_id, amount, account_previous_balance,
                              account_current_balance, account_version, created_at)
        VALUES (request.payee, transfer, request.amount, payee.balance - request.amount,
                payee.balance, payee.version, now());
    END LOOP;
    RETURN QUERY SELECT * FROM pl_transfer WHERE id = ANY (made) ORDER BY id;
END $$;
CREATE FUNCTION pl_create_transfer(
    p_from text, p_to text, p_amount numeric,
    p_event_at timestamptz DEFAULT NULL, p_metadata jsonb DEFAULT NULL
) RETURNS SETOF pl_transfer LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT * FROM pl_create_transfers(
        ARRAY[(p_from, p_to, p_amount)::pl_request], p_event_at, p_metadata);
END $$;

INSERT INTO pl_account (id, name, currency, balance, allow_negative_balance, allow_positive_balance,
                        created_at, updated_at)
SELECT 'pgla_' || lpad(n::text, 32, '0'), 'account ' || n, 'EUR', 1000000000, n = 0, true, now(), now()
FROM generate_series(0, 100000) n;
