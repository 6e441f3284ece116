CREATE OR REPLACE FUNCTION ledger_open_accounts(p_codes text[], p_class text, p_at timestamptz)
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
