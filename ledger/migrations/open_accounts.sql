-- Opening accounts: the usual case, that all are new, is answered by the insert itself; only when some
-- were there already are they looked up, in a statement of its own, which sees what others committed.
-- Codes go in byte order, so that two who open the same accounts wait for each other in one direction.
CREATE OR REPLACE FUNCTION ledger_open_accounts(p_codes text[], p_class text, p_at timestamptz)
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
    wanted := ARRAY(SELECT DISTINCT code COLLATE "C" FROM unnest(p_codes) AS given (code) ORDER BY 1);
    WITH opened AS (
        INSERT INTO ledger_account (code, account_class_id, normal_side, may_overdraw, hot,
                                    debits, credits, allotted, opened_at)
        SELECT given.code, class.code, class.normal_side, class.may_overdraw, class.hot, 0, 0, 0, p_at
        FROM unnest(wanted) AS given (code)
        ON CONFLICT (code) DO NOTHING
        RETURNING code, id
    )
    SELECT array_agg(opened.code), array_agg(opened.id) INTO codes, ids FROM opened;
    IF cardinality(codes) = cardinality(wanted) THEN
        RETURN QUERY SELECT * FROM unnest(codes, ids);
        RETURN;
    END IF;
    SELECT a.code INTO stranger FROM ledger_account a
    WHERE a.code = ANY (wanted) AND a.account_class_id <> p_class LIMIT 1;
    IF stranger IS NOT NULL THEN
        RAISE EXCEPTION 'account % is of another class than %', stranger, p_class
            USING ERRCODE = 'LG003';
    END IF;
    RETURN QUERY SELECT a.code::text, a.id FROM ledger_account a WHERE a.code = ANY (wanted);
END $$;
