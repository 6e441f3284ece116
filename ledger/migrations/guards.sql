-- History is append-only for everybody, the owner included: a mistake is reversed, never edited.

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LG001';
END $$;

-- A domain, not a CHECK: the server parses the CHECKs of a table anew for every statement.
CREATE DOMAIN ledger_cents AS bigint CONSTRAINT transfer_amount_is_positive CHECK (VALUE > 0);
ALTER TABLE ledger_transfer ALTER amount TYPE ledger_cents;

CREATE TRIGGER transfer_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER booking_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_booking
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER account_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER total_is_kept BEFORE DELETE OR TRUNCATE ON ledger_total
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
