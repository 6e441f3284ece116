-- What was released is what the bank was asked to pay: its file, its people, its payouts and their claims
-- stay as they were.

CREATE FUNCTION batch_moves_one_way() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.state, NEW.state) = ('prepared', 'released') THEN
            OLD.state := NEW.state;
            OLD.pay_on := NEW.pay_on;
            OLD.file := NEW.file;
            OLD.file_sha256 := NEW.file_sha256;
            OLD.released_by := NEW.released_by;
            OLD.released_at := NEW.released_at;
        ELSIF (OLD.state, NEW.state) = ('prepared', 'withdrawn') THEN
            OLD.state := NEW.state;
            OLD.withdrawn_by := NEW.withdrawn_by;
            OLD.withdrawn_at := NEW.withdrawn_at;
        ELSIF (OLD.state, NEW.state) = ('released', 'settled') THEN
            OLD.state := NEW.state;
            OLD.settled_by := NEW.settled_by;
            OLD.settled_at := NEW.settled_at;
        END IF;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a payment file is prepared first, and stays as it was released'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER batch_is_prepared_first BEFORE INSERT ON payouts_paymentbatch
FOR EACH ROW WHEN (NEW.state <> 'prepared') EXECUTE FUNCTION batch_moves_one_way();
CREATE TRIGGER batch_moves_one_way BEFORE UPDATE OR DELETE ON payouts_paymentbatch
FOR EACH ROW EXECUTE FUNCTION batch_moves_one_way();

-- Payouts and their claims are asked about once a statement: a batch has thousands. The lock makes a
-- release wait for what is being added, and what comes after it sees that it was released.
CREATE FUNCTION payout_is_added_to_a_prepared_batch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM payouts_paymentbatch
    WHERE id IN (SELECT batch_id FROM added) ORDER BY id FOR SHARE;
    IF EXISTS (
        SELECT FROM added JOIN payouts_paymentbatch b ON b.id = added.batch_id
        WHERE b.state <> 'prepared' OR added.state <> 'open'
    ) THEN
        RAISE EXCEPTION 'a payout is added to a batch that is prepared'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payout_is_added_to_a_prepared_batch AFTER INSERT ON payouts_payout
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION payout_is_added_to_a_prepared_batch();

CREATE FUNCTION line_is_added_to_a_prepared_batch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM payouts_paymentbatch
    WHERE id IN (SELECT p.batch_id FROM added JOIN payouts_payout p ON p.id = added.payout_id)
    ORDER BY id FOR SHARE;
    IF EXISTS (
        SELECT FROM added JOIN payouts_payout p ON p.id = added.payout_id
        JOIN payouts_paymentbatch b ON b.id = p.batch_id
        WHERE b.state <> 'prepared'
    ) THEN
        RAISE EXCEPTION 'a claim is added to a batch that is prepared'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER line_is_added_to_a_prepared_batch AFTER INSERT ON payouts_payoutline
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION line_is_added_to_a_prepared_batch();

CREATE FUNCTION payout_moves_one_way() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM became JOIN was USING (id) JOIN payouts_paymentbatch b ON b.id = became.batch_id
        WHERE (b.state, was.state, became.state) NOT IN (
            ('prepared', 'open', 'withdrawn'), ('released', 'open', 'paid'),
            ('released', 'open', 'returned'), ('settled', 'paid', 'sent_back')
        )
    ) THEN
        RAISE EXCEPTION 'a payout comes to its end with its batch, and what was paid comes back once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payout_moves_one_way AFTER UPDATE ON payouts_payout
REFERENCING OLD TABLE AS was NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION payout_moves_one_way();

CREATE FUNCTION claim_stands_until_its_payout_came_to_nothing() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM became JOIN payouts_payout p ON p.id = became.payout_id
        WHERE became.stands OR p.state NOT IN ('withdrawn', 'returned', 'sent_back')
    ) THEN
        RAISE EXCEPTION 'a claim stands in its payout until that came to nothing'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_stands_until_its_payout_came_to_nothing AFTER UPDATE ON payouts_payoutline
REFERENCING NEW TABLE AS became
FOR EACH STATEMENT EXECUTE FUNCTION claim_stands_until_its_payout_came_to_nothing();

-- What the bank wrote stays as it was taken in; what nobody could explain, a person explains once.
CREATE FUNCTION bank_entry_is_explained_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.became, NEW.became) = ('unknown', 'explained') THEN
        OLD.became := NEW.became;
        OLD.cause := NEW.cause;
        OLD.explanation := NEW.explanation;
        OLD.explained_by := NEW.explained_by;
        OLD.explained_at := NEW.explained_at;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what the bank wrote stays as it was taken in' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER bank_entry_is_explained_once BEFORE UPDATE OR DELETE ON payouts_bankentry
FOR EACH ROW EXECUTE FUNCTION bank_entry_is_explained_once();

CREATE FUNCTION bank_statement_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what the bank wrote stays as it was taken in' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER bank_statement_stays BEFORE UPDATE OR DELETE ON payouts_bankstatement
FOR EACH ROW EXECUTE FUNCTION bank_statement_stays();

-- What came in and what was written off stays as it was booked. When that was wrong it is withdrawn, once.
CREATE FUNCTION booked_stays_and_is_withdrawn_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL THEN
        OLD.withdrawn_by := NEW.withdrawn_by;
        OLD.withdrawn_at := NEW.withdrawn_at;
        OLD.withdrawn_because := NEW.withdrawn_because;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what was booked stays, and is withdrawn once'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER repayment_is_booked_first BEFORE INSERT ON payouts_repayment
FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION booked_stays_and_is_withdrawn_once();
CREATE TRIGGER repayment_stays_and_is_withdrawn_once BEFORE UPDATE OR DELETE ON payouts_repayment
FOR EACH ROW EXECUTE FUNCTION booked_stays_and_is_withdrawn_once();
CREATE TRIGGER write_off_is_agreed_to_first BEFORE INSERT ON payouts_writeoff
FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION booked_stays_and_is_withdrawn_once();
CREATE TRIGGER write_off_stays_and_is_withdrawn_once BEFORE UPDATE OR DELETE ON payouts_writeoff
FOR EACH ROW WHEN (OLD.agreed IS NOT NULL) EXECUTE FUNCTION booked_stays_and_is_withdrawn_once();
