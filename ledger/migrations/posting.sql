-- Posting: the only way a transfer enters the books. SECURITY DEFINER: the application's role has
-- no right of its own to insert a transfer or change a total.

CREATE SEQUENCE ledger_transfer_seq CACHE 1;
ALTER TABLE ledger_account SET (fillfactor = 50);
ALTER TABLE ledger_slot SET (fillfactor = 50);
INSERT INTO ledger_books (id, rolled_to, sealed_to, xid_offset) VALUES (1, 0, 0, 0);

CREATE FUNCTION ledger_open_accounts(p_codes text[], p_class text, p_at timestamptz)
RETURNS TABLE (account_code text, account_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stranger text;
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_accountclass WHERE code = p_class) THEN
        RAISE EXCEPTION 'there is no account class %', p_class USING ERRCODE = 'LG006';
    END IF;
    INSERT INTO ledger_account (code, account_class_id, normal_side, may_overdraw, hot,
                                debits, credits, allotted, opened_at)
    SELECT wanted.code, class.code, class.normal_side, class.may_overdraw, class.hot, 0, 0, 0, p_at
    FROM (SELECT DISTINCT unnest(p_codes) AS code ORDER BY 1) wanted, ledger_accountclass class
    WHERE class.code = p_class
    ON CONFLICT (code) DO NOTHING;
    SELECT a.code INTO stranger FROM ledger_account a
    WHERE a.code = ANY (p_codes) AND a.account_class_id <> p_class LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % is of another class than %', stranger, p_class
            USING ERRCODE = 'LG003';
    END IF;
    RETURN QUERY SELECT a.code::text, a.id FROM ledger_account a WHERE a.code = ANY (p_codes);
END $$;

-- The two sides of every transfer.
CREATE VIEW ledger_entry AS
    SELECT id AS transfer_id, debit_account_id AS account_id, credit_account_id AS counter_id,
           amount AS debit, 0::bigint AS credit, effective_on, booked_at, seq, xid, booking_id
    FROM ledger_transfer
    UNION ALL
    SELECT id, credit_account_id, debit_account_id,
           0, amount, effective_on, booked_at, seq, xid, booking_id
    FROM ledger_transfer;

-- What the transfers say of each account, without its stored totals: for checks.
CREATE VIEW ledger_moved AS
    SELECT account_id, sum(debit)::bigint AS debits, sum(credit)::bigint AS credits
    FROM ledger_entry GROUP BY account_id;

-- The totals of accounts now: of a hot account the rolled-up totals and everything after them.
CREATE FUNCTION ledger_totals(p_accounts bigint[])
RETURNS TABLE (account_id bigint, debits bigint, credits bigint) LANGUAGE sql STABLE AS $$
    WITH tail AS (
        SELECT side.account_id, sum(side.debit) AS debits, sum(side.credit) AS credits
        FROM ledger_entry side
        WHERE side.xid >= (SELECT rolled_to FROM ledger_books)
          AND side.account_id = ANY (p_accounts)
          AND EXISTS (SELECT FROM ledger_account a WHERE a.id = ANY (p_accounts) AND a.hot)
        GROUP BY side.account_id
    )
    SELECT a.id, a.debits + coalesce(tail.debits, 0)::bigint,
           a.credits + coalesce(tail.credits, 0)::bigint
    FROM ledger_account a LEFT JOIN tail ON a.hot AND tail.account_id = a.id
    WHERE a.id = ANY (p_accounts)
$$;

-- Spend from a hot account that may not be overdrawn. Any free slot that holds enough will do, so
-- writers pass each other; when all are taken, wait for one. When none holds enough, all slots are
-- locked, what came in since is dealt out anew, and the answer is exact to the cent.
CREATE FUNCTION ledger_take(p_account bigint, p_amount bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    slots CONSTANT smallint := 16;
    own CONSTANT smallint := pg_backend_pid() % slots;
    account ledger_account;
    received bigint;
    pool bigint;
BEGIN
    UPDATE ledger_slot SET allowance = allowance - p_amount
    WHERE account_id = p_account AND number = (
        SELECT number FROM ledger_slot
        WHERE account_id = p_account AND allowance >= p_amount
        ORDER BY (number + own) % slots LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF FOUND THEN
        RETURN;
    END IF;
    UPDATE ledger_slot SET allowance = allowance - p_amount
    WHERE account_id = p_account AND number = own AND allowance >= p_amount;
    IF FOUND THEN
        RETURN;
    END IF;

    SELECT * INTO account FROM ledger_account WHERE id = p_account FOR NO KEY UPDATE;
    INSERT INTO ledger_slot (account_id, number, allowance)
    SELECT p_account, n, 0 FROM generate_series(0, slots - 1) n
    WHERE NOT EXISTS (SELECT FROM ledger_slot WHERE account_id = p_account);
    PERFORM FROM ledger_slot WHERE account_id = p_account ORDER BY number FOR UPDATE;
    IF account.normal_side = 'credit' THEN
        SELECT account.credits + coalesce(sum(amount), 0) INTO received FROM ledger_transfer
        WHERE credit_account_id = p_account AND xid >= (SELECT rolled_to FROM ledger_books);
    ELSE
        SELECT account.debits + coalesce(sum(amount), 0) INTO received FROM ledger_transfer
        WHERE debit_account_id = p_account AND xid >= (SELECT rolled_to FROM ledger_books);
    END IF;
    SELECT received - account.allotted + sum(allowance) - p_amount INTO pool
    FROM ledger_slot WHERE account_id = p_account;
    IF pool < 0 THEN
        RAISE EXCEPTION 'account % would be overdrawn by % cents', account.code, -pool
            USING ERRCODE = 'LG002';
    END IF;
    UPDATE ledger_account SET allotted = received WHERE id = p_account;
    UPDATE ledger_slot SET allowance = pool / slots + (number < pool % slots)::int
    WHERE account_id = p_account;
END $$;

-- Whether a booking that is there already has the very content that is offered again.
CREATE FUNCTION ledger_is_same(
    p_id uuid, p_kind text, p_cause text, p_description text, p_effective_on date,
    p_ids uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[]
) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM ledger_booking
        WHERE (id, kind, cause, description, effective_on)
            = (p_id, p_kind, p_cause, p_description, p_effective_on)
    ) AND NOT EXISTS (
        SELECT FROM (
            SELECT id, debit_account_id, credit_account_id, amount
            FROM ledger_transfer WHERE booking_id = p_id
        ) known FULL JOIN unnest(p_ids, p_debits, p_credits, p_amounts)
            AS given (id, debit_account_id, credit_account_id, amount)
            USING (id, debit_account_id, credit_account_id, amount)
        WHERE known IS NULL OR given IS NULL
    )
$$;

-- Add one transfer to the totals of its cold accounts, in the order of their ids; return the others.
CREATE FUNCTION ledger_add_one(p_debit bigint, p_credit bigint, p_amount bigint) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    others bigint[];
    account bigint;
BEGIN
    FOREACH account IN ARRAY ARRAY[least(p_debit, p_credit), greatest(p_debit, p_credit)] LOOP
        UPDATE ledger_account
        SET debits = debits + CASE id WHEN p_debit THEN p_amount ELSE 0 END,
            credits = credits + CASE id WHEN p_credit THEN p_amount ELSE 0 END
        WHERE id = account AND NOT hot;
        IF NOT FOUND THEN
            others := others || account;
        END IF;
    END LOOP;
    RETURN others;
END $$;

-- The same for many transfers, adding once to each account. The plan is pinned to a nested loop
-- over the sorted ids, so the rows are locked in that order.
CREATE FUNCTION ledger_add_many(p_debits bigint[], p_credits bigint[], p_amounts bigint[])
RETURNS bigint[] LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    others bigint[];
BEGIN
    WITH change AS MATERIALIZED (
        SELECT account_id, sum(debit)::bigint AS debits, sum(credit)::bigint AS credits
        FROM (SELECT unnest(p_debits), unnest(p_amounts), 0
              UNION ALL SELECT unnest(p_credits), 0, unnest(p_amounts)
        ) AS side (account_id, debit, credit)
        GROUP BY account_id ORDER BY account_id
    ), added AS (
        UPDATE ledger_account a
        SET debits = a.debits + change.debits, credits = a.credits + change.credits
        FROM change WHERE a.id = change.account_id AND NOT a.hot
        RETURNING a.id
    )
    SELECT array_agg(account_id) INTO others FROM (
        SELECT account_id FROM change EXCEPT SELECT id FROM added
    ) left_over;
    RETURN others;
END $$;

-- Spend from the hot accounts of a booking where they have a ceiling; return how many hot there are.
CREATE FUNCTION ledger_take_hot(
    p_accounts bigint[], p_debits bigint[], p_credits bigint[], p_amounts bigint[]
) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_hot bigint;
    spent_by_debit bigint[];
    spent_by_credit bigint[];
    account bigint;
BEGIN
    SELECT count(*),
           array_agg(a.id) FILTER (
               WHERE a.normal_side = 'credit' AND NOT a.may_overdraw AND a.id = ANY (p_debits)),
           array_agg(a.id) FILTER (
               WHERE a.normal_side = 'debit' AND NOT a.may_overdraw AND a.id = ANY (p_credits))
    INTO found_hot, spent_by_debit, spent_by_credit
    FROM ledger_account a WHERE a.id = ANY (p_accounts) AND a.hot;
    IF spent_by_debit IS NULL AND spent_by_credit IS NULL THEN
        RETURN found_hot;
    END IF;
    FOR account IN SELECT unnest(spent_by_debit || spent_by_credit) ORDER BY 1 LOOP
        PERFORM ledger_take(account, (
            SELECT sum(given.amount)::bigint
            FROM unnest(CASE WHEN account = ANY (spent_by_debit) THEN p_debits ELSE p_credits END,
                        p_amounts) AS given (id, amount)
            WHERE given.id = account));
    END LOOP;
    RETURN found_hot;
END $$;

-- Post a booking with its transfers; true when it was new. The order is what makes it safe:
-- the booking first (a twin waits here, and closing a period waits for us), then the accounts in
-- the order of their ids, hot accounts last.
CREATE FUNCTION ledger_post(
    p_id uuid, p_kind text, p_cause text, p_description text, p_effective_on date,
    p_booked_at timestamptz,
    p_ids uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    books ledger_books;
    this_xid bigint;
    others bigint[];
BEGIN
    INSERT INTO ledger_booking (id, kind, cause, description, effective_on, booked_at)
    VALUES (p_id, p_kind, p_cause, p_description, p_effective_on, p_booked_at)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        IF NOT ledger_is_same(p_id, p_kind, p_cause, p_description, p_effective_on,
                              p_ids, p_debits, p_credits, p_amounts) THEN
            RAISE EXCEPTION 'booking % is there already with other content', p_id
                USING ERRCODE = 'LG003';
        END IF;
        RETURN false;
    END IF;

    SELECT * INTO books FROM ledger_books;
    this_xid := books.xid_offset + pg_current_xact_id()::text::bigint;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'posting needs READ COMMITTED' USING ERRCODE = 'LG007';
    ELSIF p_effective_on <= books.closed_through THEN
        RAISE EXCEPTION 'the books are closed through %', books.closed_through
            USING ERRCODE = 'LG004';
    ELSIF this_xid < greatest(books.sealed_to, books.rolled_to) THEN
        RAISE EXCEPTION 'this server counts transactions from low again: begin a new era'
            USING ERRCODE = 'LG007';
    ELSIF cardinality(p_ids) = 0 THEN
        RAISE EXCEPTION 'booking % has no transfers', p_id USING ERRCODE = 'LG009';
    END IF;

    INSERT INTO ledger_transfer (id, booking_id, debit_account_id, credit_account_id, amount,
                                 effective_on, booked_at, seq, xid)
    SELECT given.id, p_id, given.debit, given.credit, given.amount,
           p_effective_on, p_booked_at, nextval('ledger_transfer_seq'), this_xid
    FROM unnest(p_ids, p_debits, p_credits, p_amounts) AS given (id, debit, credit, amount);

    IF cardinality(p_ids) = 1 THEN
        others := ledger_add_one(p_debits[1], p_credits[1], p_amounts[1]);
    ELSE
        others := ledger_add_many(p_debits, p_credits, p_amounts);
    END IF;
    IF others IS NOT NULL
       AND ledger_take_hot(others, p_debits, p_credits, p_amounts) <> cardinality(others) THEN
        RAISE EXCEPTION 'booking % names an account that does not exist', p_id
            USING ERRCODE = 'LG005';
    END IF;
    RETURN true;
END $$;

-- Add what no late commit can change any more to the totals of the hot accounts.
CREATE FUNCTION ledger_roll_up() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    books ledger_books;
    horizon bigint;
BEGIN
    SELECT * INTO books FROM ledger_books FOR NO KEY UPDATE;
    horizon := books.xid_offset + pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    IF horizon <= books.rolled_to THEN
        RETURN 0;
    END IF;
    PERFORM FROM ledger_account WHERE hot AND id IN (
        SELECT account_id FROM ledger_entry WHERE xid >= books.rolled_to AND xid < horizon
    ) ORDER BY id FOR NO KEY UPDATE;
    WITH moved AS (
        SELECT side.account_id, side.effective_on,
               (side.booked_at AT TIME ZONE 'UTC')::date AS booked_on,
               sum(side.debit) AS debits, sum(side.credit) AS credits
        FROM ledger_entry side JOIN ledger_account a ON a.id = side.account_id AND a.hot
        WHERE side.xid >= books.rolled_to AND side.xid < horizon
        GROUP BY 1, 2, 3
    ), by_day AS (
        INSERT INTO ledger_daytotal AS known (account_id, effective_on, booked_on, debits, credits)
        SELECT account_id, effective_on, booked_on, debits, credits FROM moved
        ON CONFLICT (account_id, effective_on, booked_on) DO UPDATE
        SET debits = known.debits + excluded.debits, credits = known.credits + excluded.credits
    )
    UPDATE ledger_account a SET debits = a.debits + m.debits, credits = a.credits + m.credits
    FROM (SELECT account_id, sum(debits) AS debits, sum(credits) AS credits
          FROM moved GROUP BY account_id) m
    WHERE a.id = m.account_id;
    UPDATE ledger_books SET rolled_to = horizon;
    RETURN horizon - books.rolled_to;
END $$;

REVOKE ALL ON FUNCTION ledger_add_one, ledger_add_many, ledger_take_hot, ledger_take,
    ledger_is_same, ledger_post, ledger_roll_up,
    ledger_open_accounts FROM PUBLIC;
