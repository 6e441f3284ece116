-- History is append-only for everybody, the owner included: a mistake is reversed, never edited.

CREATE FUNCTION ledger_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the books are append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;

-- Domains, not CHECKs: the server parses the CHECKs of a table anew for every statement. What is
-- booked stays for good, so nothing may come in that would break every reader for good: amounts with
-- which a few postings leave a bigint, a date that Python has not. A transfer takes its dates from its
-- booking.
CREATE DOMAIN ledger_cents AS bigint CONSTRAINT transfer_amount_is_positive CHECK (VALUE > 0)
    CONSTRAINT transfer_amount_is_bounded CHECK (VALUE <= 1000000000000);
CREATE DOMAIN ledger_date AS date
    CONSTRAINT date_is_bounded CHECK (VALUE BETWEEN '1900-01-01' AND '2999-12-31');
CREATE DOMAIN ledger_moment AS timestamptz
    CONSTRAINT moment_is_bounded CHECK (VALUE BETWEEN '1900-01-01 00:00Z' AND '3000-01-01 00:00Z');
-- A varchar cuts blanks off in silence: the account would be found by another code than was asked for.
CREATE DOMAIN ledger_code AS text CONSTRAINT code_is_bounded CHECK (char_length(VALUE) <= 64);
CREATE DOMAIN ledger_free AS bigint CONSTRAINT slot_is_never_overdrawn CHECK (VALUE >= 0);
ALTER TABLE ledger_slot ALTER free TYPE ledger_free;
ALTER TABLE ledger_transfer ALTER amount TYPE ledger_cents;
ALTER TABLE ledger_booking ALTER effective_on TYPE ledger_date, ALTER booked_at TYPE ledger_moment;
ALTER TABLE ledger_account ALTER code TYPE ledger_code, ALTER opened_at TYPE ledger_moment;
ALTER TABLE ledger_seal ALTER sealed_at TYPE ledger_moment, ALTER closed_through TYPE ledger_date;
ALTER TABLE ledger_books ALTER closed_through TYPE ledger_date;

CREATE TRIGGER transfer_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER booking_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_booking
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER account_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER total_is_kept BEFORE DELETE OR TRUNCATE ON ledger_total
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER books_are_kept BEFORE DELETE OR TRUNCATE ON ledger_books
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
