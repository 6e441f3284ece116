-- What is sealed of a transfer: everything it says and what its two accounts are, as a JSON array of
-- text, in the order of the ranges. `content_of` in verifier.py writes the very same bytes, `FIELDS`
-- there names them. OFFSET 0: what belongs to a transfer is looked up by its key, or the planner would
-- read all accounts anew for every seal.
CREATE VIEW ledger_leaf AS
    SELECT t.xid, t.seq,
           array_to_json(ARRAY[
               b.id::text, b.kind, b.cause, b.description, t.effective_on::text,
               to_char(t.booked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
               d.code, d.account_class_id, d.normal_side, d.may_overdraw::text,
               c.code, c.account_class_id, c.normal_side, c.may_overdraw::text,
               t.amount::text, t.xid::text, t.seq::text
           ])::text AS content
    FROM ledger_transfer t
    LEFT JOIN LATERAL (SELECT * FROM ledger_booking WHERE id = t.booking_id OFFSET 0) b ON true
    LEFT JOIN LATERAL (SELECT * FROM ledger_account WHERE id = t.debit_account_id OFFSET 0) d ON true
    LEFT JOIN LATERAL (SELECT * FROM ledger_account WHERE id = t.credit_account_id OFFSET 0) c ON true;

-- The transaction id below which everything has been decided: no late commit can add to it.
CREATE FUNCTION ledger_horizon() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT xid_offset + pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM ledger_books
$$;

-- The hashes of the next transfers to seal, oldest first, and where the range ends.
CREATE FUNCTION ledger_next_leaves(p_xid bigint, p_seq bigint, p_limit integer)
RETURNS TABLE (leaves bytea, leaf_count bigint, last_xid bigint, last_seq bigint)
LANGUAGE sql STABLE AS $$
    WITH leaf AS (
        SELECT xid, seq, sha256('\x00'::bytea || convert_to(content, 'UTF8')) AS hash
        FROM ledger_leaf
        WHERE (xid, seq) > (p_xid, p_seq) AND xid < (SELECT ledger_horizon())
        ORDER BY xid, seq LIMIT p_limit
    )
    SELECT string_agg(hash, ''::bytea ORDER BY xid, seq), count(*), max(xid),
           (SELECT seq FROM leaf ORDER BY xid DESC, seq DESC LIMIT 1)
    FROM leaf
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
    p_previous bytea, p_digest bytea, p_signature bytea, p_leaves bytea, p_at timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last ledger_seal;
BEGIN
    SELECT * INTO last FROM ledger_seal ORDER BY number DESC LIMIT 1;
    IF p_number <> coalesce(last.number, 0) + 1
       OR p_previous <> coalesce(last.digest, decode(repeat('00', 32), 'hex'))
       OR p_last_xid < last.last_xid OR p_last_xid >= ledger_horizon()
       OR length(p_leaves) <> 32 * p_count THEN
        RAISE EXCEPTION 'seal % does not continue the chain', p_number;
    END IF;
    INSERT INTO ledger_seal (number, count, last_xid, last_seq, root, previous, digest, signature,
                             leaves, sealed_at)
    VALUES (p_number, p_count, p_last_xid, p_last_seq, p_root, p_previous, p_digest, p_signature,
            p_leaves, p_at);
    UPDATE ledger_books SET sealed_to = p_last_xid + 1;
END $$;

-- After a restore the server may count transactions from low again: continue above what is known.
CREATE FUNCTION ledger_begin_era() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
    counted bigint;
BEGIN
    LOCK TABLE ledger_booking IN SHARE ROW EXCLUSIVE MODE;
    SELECT greatest(rolled_to, sealed_to, (SELECT max(xid) FROM ledger_transfer)) INTO known
    FROM ledger_books;
    counted := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    UPDATE ledger_books SET xid_offset = known WHERE xid_offset + counted <= known;
    RETURN (SELECT xid_offset FROM ledger_books);
END $$;

CREATE TRIGGER seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

REVOKE ALL ON FUNCTION ledger_lock_seals, ledger_add_seal, ledger_begin_era FROM PUBLIC;
