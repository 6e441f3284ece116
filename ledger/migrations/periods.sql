-- Close the books through a date: no transfer with that date or an earlier one comes in any more.
-- The lock waits for every posting under way and holds new ones back until this commits. Only a
-- statement that looks at the books then, and not as they were at first, sees what it waited for. There
-- is no way back, so a day that is not over, by this server's own clock, would stop all posting until it is.
CREATE FUNCTION ledger_close_period(p_through date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before date;
    opened bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'closing a period needs READ COMMITTED' USING ERRCODE = 'LG007';
    ELSIF p_through >= (now() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION '% is not over yet (UTC)', p_through USING ERRCODE = 'LG008';
    END IF;
    LOCK TABLE ledger_booking IN SHARE ROW EXCLUSIVE MODE;
    SELECT closed_through INTO before FROM ledger_books;
    -- Never without a date: that would open the books again.
    IF p_through IS NULL OR p_through <= before THEN
        RAISE EXCEPTION 'the books are closed through % already', before USING ERRCODE = 'LG004';
    END IF;
    INSERT INTO ledger_opening (account_id, closed_through, debits, credits)
    SELECT moved.account_id, p_through, moved.debits + coalesce(known.debits, 0),
           moved.credits + coalesce(known.credits, 0)
    FROM (
        SELECT account_id, sum(debit) AS debits, sum(credit) AS credits FROM ledger_entry
        WHERE effective_on <= p_through AND effective_on >= coalesce(before + 1, '-infinity')
        GROUP BY account_id
    ) moved LEFT JOIN LATERAL (
        SELECT o.debits, o.credits FROM ledger_opening o
        WHERE o.account_id = moved.account_id ORDER BY o.closed_through DESC LIMIT 1
    ) known ON true;
    GET DIAGNOSTICS opened = ROW_COUNT;
    -- Who posted up to then has committed, or is this transaction: later ones keep to the date.
    UPDATE ledger_books SET closed_through = p_through, closed_xid = xid_offset + greatest(
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint, txid_current() + 1);
    RETURN opened;
END $$;

-- The totals of accounts at the end of a day by effective date: the last opening before it and the
-- transfers since; of a hot account the day totals and what has not been rolled up. With
-- p_known_on: as the books stood at the end of that day of recording (UTC).
CREATE FUNCTION ledger_totals_on(p_accounts bigint[], p_on date, p_known_on date)
RETURNS TABLE (account_id bigint, debits bigint, credits bigint) LANGUAGE sql STABLE AS $$
    SELECT a.id, (coalesce(opening.debits, 0) + coalesce(since.debits, 0))::bigint,
           (coalesce(opening.credits, 0) + coalesce(since.credits, 0))::bigint
    FROM ledger_account a
    LEFT JOIN LATERAL (
        SELECT o.closed_through, o.debits, o.credits FROM ledger_opening o
        WHERE o.account_id = a.id AND o.closed_through <= p_on AND p_known_on IS NULL
        ORDER BY o.closed_through DESC LIMIT 1
    ) opening ON true
    CROSS JOIN LATERAL (
        SELECT sum(part.debits) AS debits, sum(part.credits) AS credits FROM (
            SELECT e.debit AS debits, e.credit AS credits FROM ledger_entry e
            WHERE e.account_id = a.id AND e.effective_on <= p_on
              AND e.xid >= CASE WHEN a.hot THEN (SELECT rolled_to FROM ledger_books) ELSE 0 END
              AND e.effective_on >= coalesce(opening.closed_through + 1, '-infinity')
              AND (p_known_on IS NULL OR e.booked_at < (p_known_on + 1)::timestamp AT TIME ZONE 'UTC')
            UNION ALL
            SELECT d.debits, d.credits FROM ledger_daytotal d
            WHERE a.hot AND d.account_id = a.id AND d.effective_on <= p_on
              AND d.effective_on >= coalesce(opening.closed_through + 1, '-infinity')
              AND (p_known_on IS NULL OR d.booked_on <= p_known_on)
        ) part
    ) since
    WHERE a.id = ANY (p_accounts)
$$;

CREATE TRIGGER opening_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_opening
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

REVOKE ALL ON FUNCTION ledger_close_period FROM PUBLIC;
