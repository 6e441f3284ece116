-- Posting: the only way a transfer enters the books. SECURITY DEFINER: the application's role has
-- no right of its own to insert a transfer or change a total.

CREATE SEQUENCE ledger_transfer_seq CACHE 1;
-- A new total is wider than it is once something moved: the server tidies a page in every statement that
-- finds it fuller than its fillfactor, and so only after some twenty-five changes (decision 107).
ALTER TABLE ledger_total SET (fillfactor = 60), ADD room text NOT NULL DEFAULT repeat(' ', 32);
ALTER TABLE ledger_slot SET (fillfactor = 50);
-- Where a fund is in every transfer, the planner takes the average account for that busy and reads the
-- whole table for the transfers of one: tell it that each has some hundred (decision 109).
ALTER TABLE ledger_transfer ALTER debit_account_id SET (n_distinct = -0.01),
                            ALTER credit_account_id SET (n_distinct = -0.01);
INSERT INTO ledger_books (id, closed_xid, rolled_to, sealed_to, xid_offset) VALUES (1, 0, 0, 0, 0);

-- Opening accounts: the usual case, that all are new, is answered by the insert itself; only when some
-- were there already are they looked up, in a statement of its own, which sees what others committed.
-- Codes go in byte order, so that two who open the same accounts wait for each other in one direction.
CREATE FUNCTION ledger_open_accounts(p_codes text[], p_class text, p_at timestamptz)
RETURNS TABLE (account_code text, account_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    class ledger_accountclass;
    wanted text[];
    codes text[];
    ids bigint[];
    stranger text;
BEGIN
    SELECT * INTO class FROM ledger_accountclass WHERE code = p_class;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no account class %', p_class USING ERRCODE = 'LG006';
    END IF;
    wanted := ARRAY(SELECT code COLLATE "C" FROM unnest(p_codes) AS given (code) ORDER BY 1);
    WITH opened AS (
        INSERT INTO ledger_account (code, account_class_id, normal_side, may_overdraw, hot, opened_at)
        SELECT given.code, class.code, class.normal_side, class.may_overdraw, class.hot, p_at
        FROM unnest(wanted) AS given (code)
        ON CONFLICT (code) DO NOTHING
        RETURNING code, id
    ), totals AS (
        INSERT INTO ledger_total (account_id, debits, credits, floor, hot)
        SELECT id, 0, 0, CASE WHEN class.may_overdraw THEN 0
                              WHEN class.normal_side = 'credit' THEN 1 ELSE -1 END, class.hot
        FROM opened
    )
    SELECT array_agg(opened.code), array_agg(opened.id) INTO codes, ids FROM opened;
    IF cardinality(codes) = cardinality(wanted) THEN
        RETURN QUERY SELECT * FROM unnest(codes, ids);
        RETURN;
    END IF;
    SELECT a.code INTO stranger FROM ledger_account a
    WHERE a.code = ANY (wanted) AND a.account_class_id <> p_class;
    IF stranger IS NOT NULL THEN
        RAISE EXCEPTION 'account % is of another class than %', stranger, p_class
            USING ERRCODE = 'LG003';
    END IF;
    RETURN QUERY SELECT a.code::text, a.id FROM ledger_account a WHERE a.code = ANY (wanted);
END $$;

-- The two sides of every transfer.
CREATE VIEW ledger_entry AS
    SELECT debit_account_id AS account_id, amount AS debit, 0::bigint AS credit,
           effective_on, booked_at, seq, xid
    FROM ledger_transfer
    UNION ALL
    SELECT credit_account_id, 0, amount, effective_on, booked_at, seq, xid
    FROM ledger_transfer;

-- What the transfers say of each account, without its stored totals: for checks. Each side by
-- itself, so that the planner knows how many accounts there will be; a side without transfers is null.
CREATE VIEW ledger_moved AS
    SELECT account_id, debited.cents AS debits, credited.cents AS credits
    FROM (SELECT debit_account_id AS account_id, sum(amount)::bigint AS cents
          FROM ledger_transfer GROUP BY 1) debited
    FULL JOIN (SELECT credit_account_id AS account_id, sum(amount)::bigint AS cents
               FROM ledger_transfer GROUP BY 1) credited USING (account_id);

-- The totals of accounts now: of a hot account the rolled-up totals and everything after them.
CREATE FUNCTION ledger_totals(p_accounts bigint[])
RETURNS TABLE (account_id bigint, debits bigint, credits bigint) LANGUAGE sql STABLE AS $$
    SELECT t.account_id, t.debits + coalesce(tail.debits, 0)::bigint,
           t.credits + coalesce(tail.credits, 0)::bigint
    FROM ledger_total t CROSS JOIN LATERAL (
        SELECT sum(e.debit) AS debits, sum(e.credit) AS credits FROM ledger_entry e
        WHERE t.hot AND e.account_id = t.account_id AND e.xid >= (SELECT rolled_to FROM ledger_books)
    ) tail
    WHERE t.account_id = ANY (p_accounts)
$$;

-- The totals of all accounts now, without naming them: there are millions, of which few are hot.
CREATE VIEW ledger_now AS
    SELECT account_id, debits, credits FROM ledger_total WHERE NOT hot
    UNION ALL
    SELECT * FROM ledger_totals(ARRAY(SELECT account_id FROM ledger_total WHERE hot));

-- The functions from here to `ledger_post` are parts of it and of `ledger_post_many`: they run with the
-- rights and settings of those two.

-- Spend from a hot account that may not be overdrawn. Any free slot that holds enough will do, so
-- writers pass each other; when all are taken, wait for one. When none holds enough, all slots are
-- locked, what is left and what came in since is dealt out anew, and the answer is exact to the cent.
CREATE FUNCTION ledger_take(p_account bigint, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    slots CONSTANT smallint := 16;
    own CONSTANT smallint := pg_backend_pid() % slots;
    total ledger_total;
    received bigint;
    pool bigint;
BEGIN
    BEGIN
        UPDATE ledger_slot SET free = free - p_amount, spent = spent + p_amount
        WHERE account_id = p_account AND number = (
            SELECT number FROM ledger_slot
            WHERE account_id = p_account AND free >= p_amount
            ORDER BY (number + own) % slots LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN;
        END IF;
        UPDATE ledger_slot SET free = free - p_amount, spent = spent + p_amount
        WHERE account_id = p_account AND number = own AND free >= p_amount;
        IF FOUND THEN
            RETURN;
        END IF;
        RAISE no_data_found;
    EXCEPTION WHEN no_data_found THEN
        NULL;  -- a slot that it locked or waited for in vain is let go: who holds the total may want it
    END;

    SELECT * INTO total FROM ledger_total WHERE account_id = p_account FOR NO KEY UPDATE;
    INSERT INTO ledger_slot (account_id, number, free, spent)
    SELECT p_account, n, 0, 0 FROM generate_series(0, slots - 1) n
    WHERE NOT EXISTS (SELECT FROM ledger_slot WHERE account_id = p_account);
    PERFORM FROM ledger_slot WHERE account_id = p_account FOR UPDATE;
    IF total.floor = 1 THEN
        SELECT total.credits + coalesce(sum(amount), 0) INTO received FROM ledger_transfer
        WHERE credit_account_id = p_account AND xid >= (SELECT rolled_to FROM ledger_books);
    ELSE
        SELECT total.debits + coalesce(sum(amount), 0) INTO received FROM ledger_transfer
        WHERE debit_account_id = p_account AND xid >= (SELECT rolled_to FROM ledger_books);
    END IF;
    SELECT received - sum(spent) - p_amount INTO pool FROM ledger_slot WHERE account_id = p_account;
    IF pool < 0 THEN
        RAISE EXCEPTION 'account % would be overdrawn by % cents',
            (SELECT code FROM ledger_account WHERE id = p_account), -pool USING ERRCODE = 'LG002';
    END IF;
    UPDATE ledger_slot
    SET free = pool / slots + (number < pool % slots)::int,
        spent = spent + CASE number WHEN own THEN p_amount ELSE 0 END
    WHERE account_id = p_account;
END $$;

-- Whether a booking that is there already has the very content that is offered again: the same
-- transfers as often, in whatever order.
CREATE FUNCTION ledger_is_same(
    p_id uuid, p_kind text, p_cause text, p_description text, p_effective_on date,
    p_debits bigint[], p_credits bigint[], p_amounts bigint[]
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM ledger_booking
        WHERE (id, kind, cause, description, effective_on)
            = (p_id, p_kind, p_cause, p_description, p_effective_on)
    ) AND NOT EXISTS (
        SELECT FROM (
            SELECT t.debit_account_id AS debit, t.credit_account_id AS credit, t.amount, count(*)
            FROM ledger_booking b JOIN ledger_transfer t ON t.xid = b.xid AND t.booking_id = b.id
            WHERE b.id = p_id GROUP BY 1, 2, 3
        ) known FULL JOIN (
            SELECT debit, credit, amount, count(*)
            FROM unnest(p_debits, p_credits, p_amounts) AS given (debit, credit, amount)
            GROUP BY 1, 2, 3
        ) given USING (debit, credit, amount, count)
        WHERE known IS NULL OR given IS NULL
    )
$$;

-- Say why a booking was not written, unless the very same is there already.
CREATE FUNCTION ledger_refuse_to_book(
    p_id uuid, p_kind text, p_cause text, p_description text, p_effective_on date,
    p_debits bigint[], p_credits bigint[], p_amounts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    books ledger_books;
    kind ledger_booking.kind%TYPE := p_kind;  -- as it would be written: without blanks beyond its end
    cause ledger_booking.cause%TYPE := p_cause;
    description ledger_booking.description%TYPE := p_description;
BEGIN
    IF ledger_is_same(p_id, kind, cause, description, p_effective_on,
                      p_debits, p_credits, p_amounts) THEN
        RETURN;
    END IF;
    SELECT * INTO books FROM ledger_books;
    IF EXISTS (SELECT FROM ledger_booking WHERE id = p_id) THEN
        RAISE EXCEPTION 'booking % is there already with other content', p_id
            USING ERRCODE = 'LG003';
    ELSIF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'posting needs READ COMMITTED' USING ERRCODE = 'LG007';
    ELSIF p_effective_on <= books.closed_through THEN
        RAISE EXCEPTION 'the books are closed through %', books.closed_through
            USING ERRCODE = 'LG004';
    END IF;
    RAISE EXCEPTION 'this server counts transactions from low again: begin a new era'
        USING ERRCODE = 'LG007';
END $$;

-- Say why transfers were not added to the totals of these cold accounts.
CREATE FUNCTION ledger_refuse_to_move(
    p_id uuid, p_accounts bigint[], p_debits bigint[], p_credits bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(p_debits, p_credits) AS given (debit, credit)
               WHERE debit = credit) THEN
        RAISE EXCEPTION 'booking % has a transfer from an account to itself', p_id
            USING ERRCODE = 'LG009';
    ELSIF EXISTS (SELECT FROM unnest(p_accounts) AS given (id)
                  WHERE id NOT IN (SELECT account_id FROM ledger_total
                                   WHERE account_id = ANY (p_accounts))) THEN
        RAISE EXCEPTION 'booking % names an account that does not exist', p_id
            USING ERRCODE = 'LG005';
    END IF;
    RAISE EXCEPTION 'account % would be overdrawn', (
        SELECT string_agg(code, ', ') FILTER (WHERE place <= 10)
               || CASE WHEN count(*) > 10 THEN ' and ' || count(*) - 10 || ' more' ELSE '' END
        FROM (SELECT code, row_number() OVER (ORDER BY id) AS place
              FROM ledger_account WHERE id = ANY (p_accounts)) short
    ) USING ERRCODE = 'LG002';
END $$;

-- Add many transfers to the totals of their cold accounts, once to each, where that overdraws none;
-- return the other accounts with what they should move.
-- A nested loop over the sorted ids locks the rows in that order.
CREATE FUNCTION ledger_add_many(p_debits bigint[], p_credits bigint[], p_amounts bigint[])
RETURNS TABLE (other_id bigint, debited bigint, credited bigint)
LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    RETURN QUERY WITH change AS MATERIALIZED (
        SELECT account_id, sum(debit)::bigint AS debits, sum(credit)::bigint AS credits
        FROM (SELECT unnest(p_debits), unnest(p_amounts), 0
              UNION ALL SELECT unnest(p_credits), 0, unnest(p_amounts)
        ) AS side (account_id, debit, credit)
        GROUP BY account_id ORDER BY account_id
    ), added AS (
        UPDATE ledger_total t
        SET debits = t.debits + change.debits, credits = t.credits + change.credits, room = ''
        FROM change WHERE t.account_id = change.account_id AND NOT t.hot
          AND (t.credits - t.debits + change.credits - change.debits) * t.floor >= 0
        RETURNING t.account_id
    )
    SELECT * FROM change WHERE account_id NOT IN (SELECT account_id FROM added);
END $$;

-- The place in the books of what this transaction books on a day; no row when it may not. Planned as
-- a part of the statement that asks, which locks its tables first and looks at the books then: what
-- waited there for a closing sees it. txid_current() is a bigint as it is; the newer function gives one
-- only by way of text, which is dear here.
CREATE FUNCTION ledger_place(p_effective_on date) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT xid_offset + txid_current()
    FROM ledger_books
    WHERE (p_effective_on <= closed_through) IS NOT TRUE
      AND xid_offset + txid_current() >= greatest(sealed_to, rolled_to)
      AND current_setting('transaction_isolation') = 'read committed'
$$;

-- Post a booking with one transfer, the everyday case; true when it was new. The order is what makes
-- it safe: the booking first (a twin waits here, and closing a period waits for us), then the totals in
-- the order of their accounts, hot accounts last. A transfer and its totals are one statement: one look
-- less at who else is at work. The settings pin the plans: made once, and by the primary key of the
-- totals, which gives and locks its rows in that order. A plan that is switched off and taken all the
-- same, as there is no other, is reckoned dear enough up to PostgreSQL 17 to be compiled every time.
CREATE FUNCTION ledger_post(
    p_id uuid, p_kind text, p_cause text, p_description text, p_effective_on date,
    p_booked_at timestamptz, p_debit bigint, p_credit bigint, p_cents bigint
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
    this_xid bigint;
    found_cold integer;
    found_hot integer;
BEGIN
    INSERT INTO ledger_booking (id, kind, cause, description, effective_on, booked_at, xid)
    SELECT p_id, p_kind, p_cause, p_description, p_effective_on, p_booked_at, place
    FROM ledger_place(p_effective_on) AS place
    ON CONFLICT (id) DO NOTHING RETURNING xid INTO this_xid;
    IF NOT FOUND THEN
        PERFORM ledger_refuse_to_book(p_id, p_kind, p_cause, p_description, p_effective_on,
                                      ARRAY[p_debit], ARRAY[p_credit], ARRAY[p_cents]);
        RETURN false;
    END IF;
    WITH written AS (
        INSERT INTO ledger_transfer (booking_id, debit_account_id, credit_account_id, amount,
                                     effective_on, booked_at, seq, xid)
        VALUES (p_id, p_debit, p_credit, p_cents,
                p_effective_on, p_booked_at, nextval('ledger_transfer_seq'), this_xid)
    )
    UPDATE ledger_total
    SET debits = debits + CASE account_id WHEN p_debit THEN p_cents ELSE 0 END,
        credits = credits + CASE account_id WHEN p_credit THEN p_cents ELSE 0 END, room = ''
    WHERE account_id = ANY (ARRAY[p_debit, p_credit]) AND NOT hot
      AND (credits - debits + CASE account_id WHEN p_debit THEN -p_cents ELSE p_cents END) * floor >= 0;
    GET DIAGNOSTICS found_cold = ROW_COUNT;
    IF found_cold < 2 THEN
        PERFORM CASE WHEN account_id = CASE floor WHEN 1 THEN p_debit WHEN -1 THEN p_credit END
                     THEN ledger_take(account_id, p_cents) END
        FROM ledger_total WHERE account_id = ANY (ARRAY[p_debit, p_credit]) AND hot;
        GET DIAGNOSTICS found_hot = ROW_COUNT;
        IF found_cold + found_hot < 2 THEN
            PERFORM ledger_refuse_to_move(p_id, ARRAY(
                SELECT id FROM unnest(ARRAY[p_debit, p_credit]) AS given (id)
                LEFT JOIN ledger_total t ON t.account_id = id
                WHERE (t.hot OR EXISTS (  -- it was written by one statement with the transfer
                    SELECT FROM ledger_transfer w
                    WHERE w.xid = this_xid AND w.booking_id = p_id
                      AND w.xmin = t.xmin AND w.cmin = t.cmin)) IS NOT TRUE
            ), ARRAY[p_debit], ARRAY[p_credit]);
        END IF;
    END IF;
    RETURN true;
END $$;

-- Post a booking with many transfers, in the same order; true when it was new.
CREATE FUNCTION ledger_post_many(
    p_id uuid, p_kind text, p_cause text, p_description text, p_effective_on date,
    p_booked_at timestamptz, p_debits bigint[], p_credits bigint[], p_amounts bigint[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
    this_xid bigint;
    other record;
    refused bigint[] := '{}';
BEGIN
    INSERT INTO ledger_booking (id, kind, cause, description, effective_on, booked_at, xid)
    SELECT p_id, p_kind, p_cause, p_description, p_effective_on, p_booked_at, place
    FROM ledger_place(p_effective_on) AS place
    ON CONFLICT (id) DO NOTHING RETURNING xid INTO this_xid;
    IF NOT FOUND THEN
        PERFORM ledger_refuse_to_book(p_id, p_kind, p_cause, p_description, p_effective_on,
                                      p_debits, p_credits, p_amounts);
        RETURN false;
    ELSIF coalesce(cardinality(p_debits), 0) = 0 THEN
        RAISE EXCEPTION 'booking % has no transfers', p_id USING ERRCODE = 'LG009';
    ELSIF EXISTS (SELECT FROM unnest(p_debits, p_credits) AS given (debit, credit)
                  WHERE given.debit = given.credit) THEN
        PERFORM ledger_refuse_to_move(p_id, '{}', p_debits, p_credits);
    END IF;
    INSERT INTO ledger_transfer (booking_id, debit_account_id, credit_account_id, amount,
                                 effective_on, booked_at, seq, xid)
    SELECT p_id, given.debit, given.credit, given.amount,
           p_effective_on, p_booked_at, nextval('ledger_transfer_seq'), this_xid
    FROM unnest(p_debits, p_credits, p_amounts) AS given (debit, credit, amount);
    FOR other IN
        SELECT other_id, hot, CASE floor WHEN 1 THEN debited WHEN -1 THEN credited END AS spent
        FROM ledger_add_many(p_debits, p_credits, p_amounts) LEFT JOIN ledger_total ON account_id = other_id
        ORDER BY other_id
    LOOP
        IF other.hot IS NOT TRUE THEN
            refused := refused || other.other_id;
        ELSIF other.spent > 0 THEN
            PERFORM ledger_take(other.other_id, other.spent);
        END IF;
    END LOOP;
    IF refused <> '{}' THEN
        PERFORM ledger_refuse_to_move(p_id, refused, p_debits, p_credits);
    END IF;
    RETURN true;
END $$;

-- Add what no late commit can change any more to the totals of the hot accounts.
CREATE FUNCTION ledger_roll_up() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    books ledger_books;
    horizon bigint;
    moved record;
BEGIN
    SELECT * INTO books FROM ledger_books FOR NO KEY UPDATE;
    horizon := books.xid_offset + pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    IF horizon <= books.rolled_to THEN
        RETURN 0;
    END IF;
    FOR moved IN  -- accounts in the order in which everybody locks them
        SELECT account_id, effective_on, (booked_at AT TIME ZONE 'UTC')::date AS booked_on,
               sum(debit)::bigint AS debits, sum(credit)::bigint AS credits
        FROM ledger_entry
        WHERE xid >= books.rolled_to AND xid < horizon
          AND account_id + 0 = ANY (ARRAY(SELECT account_id FROM ledger_total WHERE hot))  -- by xid alone
        GROUP BY 1, 2, 3 ORDER BY 1
    LOOP
        INSERT INTO ledger_daytotal AS known (account_id, effective_on, booked_on, debits, credits)
        VALUES (moved.account_id, moved.effective_on, moved.booked_on, moved.debits, moved.credits)
        ON CONFLICT (account_id, effective_on, booked_on) DO UPDATE
        SET debits = known.debits + excluded.debits, credits = known.credits + excluded.credits;
        UPDATE ledger_total SET debits = debits + moved.debits, credits = credits + moved.credits
        WHERE account_id = moved.account_id;
    END LOOP;
    UPDATE ledger_books SET rolled_to = horizon;
    RETURN horizon - books.rolled_to;
END $$;

REVOKE ALL ON FUNCTION ledger_refuse_to_move, ledger_add_many, ledger_take,
    ledger_is_same, ledger_refuse_to_book, ledger_place, ledger_post, ledger_post_many, ledger_roll_up,
    ledger_open_accounts FROM PUBLIC;
