-- What is sealed of a transfer: everything it says and what its two accounts are, as a JSON array of
-- text. `content_of` in verifier.py writes the very same bytes, `FIELDS` there names them. The planner
-- writes it out where it is called, so it takes apart only what it names.
CREATE FUNCTION ledger_content(
    b ledger_booking, d ledger_account, c ledger_account,
    effective_on date, booked_at timestamptz, amount bigint, xid bigint, seq bigint
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT array_to_json(ARRAY[
        b.id::text, b.kind, b.cause, b.description, effective_on::text,
        to_char(booked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        d.code, d.account_class_id, d.normal_side, d.may_overdraw::text,
        c.code, c.account_class_id, c.normal_side, c.may_overdraw::text,
        amount::text, xid::text, seq::text
    ])::text
$$;

-- For a few transfers, by their places.
CREATE VIEW ledger_leaf AS
    SELECT t.xid, t.seq,
           ledger_content(b, d, c, t.effective_on, t.booked_at, t.amount, t.xid, t.seq) AS content
    FROM ledger_transfer t
    LEFT JOIN ledger_booking b ON b.id = t.booking_id
    LEFT JOIN ledger_account d ON d.id = t.debit_account_id
    LEFT JOIN ledger_account c ON c.id = t.credit_account_id;

-- For a range of them, after one place and through another, in order. What belongs to them is read by a
-- sorted list of keys and joined by hashing, as a look-up of each takes longer (decision 110). The
-- settings pin that plan, whatever is known of the tables.
CREATE FUNCTION ledger_leaves(
    p_after_xid bigint, p_after_seq bigint, p_last_xid bigint, p_last_seq bigint, p_limit bigint
) RETURNS TABLE (xid bigint, seq bigint, content text) LANGUAGE sql STABLE
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off
SET work_mem = '64MB' AS $$
    WITH t AS MATERIALIZED (
        SELECT * FROM ledger_transfer
        WHERE (xid, seq) > (p_after_xid, p_after_seq) AND (xid, seq) <= (p_last_xid, p_last_seq)
        ORDER BY xid, seq LIMIT p_limit
    )
    SELECT t.xid, t.seq, ledger_content(b, d, c, t.effective_on, t.booked_at, t.amount, t.xid, t.seq)
    FROM t
    LEFT JOIN ledger_booking b
        ON b.id = t.booking_id AND b.id = ANY (ARRAY(SELECT booking_id FROM t))
    LEFT JOIN ledger_account d
        ON d.id = t.debit_account_id AND d.id = ANY (ARRAY(SELECT debit_account_id FROM t))
    LEFT JOIN ledger_account c
        ON c.id = t.credit_account_id AND c.id = ANY (ARRAY(SELECT credit_account_id FROM t))
    ORDER BY t.xid, t.seq
$$;

-- The transaction id below which everything has been decided: no late commit can add to it.
CREATE FUNCTION ledger_horizon() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT xid_offset + pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM ledger_books
$$;

-- The hashes of the next transfers to seal, oldest first, and where the range ends.
CREATE FUNCTION ledger_next_leaves(p_xid bigint, p_seq bigint, p_limit integer)
RETURNS TABLE (leaves bytea, leaf_count bigint, last_xid bigint, last_seq bigint)
LANGUAGE sql STABLE AS $$
    SELECT string_agg(sha256('\x00'::bytea || convert_to(content, 'UTF8')), ''::bytea ORDER BY xid, seq),
           count(*), max(xid), (array_agg(seq ORDER BY xid, seq))[count(*)]
    FROM ledger_leaves(p_xid, p_seq, ledger_horizon() - 1, 9223372036854775807, p_limit)
$$;

-- Wait until nobody else seals, and be the one who does until the transaction ends. A lock that a role
-- without this function cannot take: who may only read cannot hold sealing up.
CREATE FUNCTION ledger_lock_seals() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE ledger_seal IN SHARE ROW EXCLUSIVE MODE;
END $$;

-- Add a seal to the end of the chain, over what is settled, and let no transaction from below it in
-- (a restored server could have one).
CREATE FUNCTION ledger_add_seal(
    p_number bigint, p_count integer, p_last_xid bigint, p_last_seq bigint, p_root bytea,
    p_previous bytea, p_digest bytea, p_signature bytea, p_leaves bytea, p_at timestamptz,
    p_closed_through date, p_closed_xid bigint
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last ledger_seal;
BEGIN
    SELECT * INTO last FROM ledger_seal ORDER BY number DESC LIMIT 1;
    IF p_number <> coalesce(last.number, 0) + 1
       OR p_previous <> coalesce(last.digest, decode(repeat('00', 32), 'hex'))
       OR (p_last_xid, p_last_seq) <= (last.last_xid, last.last_seq) OR p_last_xid >= ledger_horizon()
       OR length(p_leaves) <> 32 * p_count THEN
        RAISE EXCEPTION 'seal % does not continue the chain', p_number;
    END IF;
    INSERT INTO ledger_seal (number, count, last_xid, last_seq, root, previous, digest, signature,
                             leaves, sealed_at, closed_through, closed_xid)
    VALUES (p_number, p_count, p_last_xid, p_last_seq, p_root, p_previous, p_digest, p_signature,
            p_leaves, p_at, p_closed_through, p_closed_xid);
    UPDATE ledger_books SET sealed_to = p_last_xid + 1;
END $$;

-- After a restore the server may count transactions from low again: continue above what is known.
CREATE FUNCTION ledger_begin_era() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
    counted bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN  -- see ledger_close_period
        RAISE EXCEPTION 'beginning an era needs READ COMMITTED' USING ERRCODE = 'LG007';
    END IF;
    LOCK TABLE ledger_booking IN SHARE ROW EXCLUSIVE MODE;
    SELECT greatest(rolled_to, sealed_to, (SELECT max(xid) FROM ledger_transfer)) INTO known
    FROM ledger_books;
    -- One past all that have ended: a transaction that is open for long is no reason to begin anew.
    counted := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    UPDATE ledger_books SET xid_offset = known WHERE xid_offset + counted <= known;
    RETURN (SELECT xid_offset FROM ledger_books);
END $$;

CREATE TRIGGER seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

REVOKE ALL ON FUNCTION ledger_lock_seals, ledger_add_seal, ledger_begin_era FROM PUBLIC;
