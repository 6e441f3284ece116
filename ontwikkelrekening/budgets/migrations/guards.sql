-- What was published stays as it was published, whoever asks.

CREATE FUNCTION budgets_guard_round() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    free CONSTANT text[] := ARRAY['state', 'outside_value', 'seed', 'list_hash', 'closed_at',
                                  'drawn_at'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'round % was published and stays', OLD.code USING ERRCODE = 'BU001';
    END IF;
    IF OLD.state = 'draft' THEN RETURN NEW; END IF;
    IF (to_jsonb(OLD) - free) <> (to_jsonb(NEW) - free) THEN
        RAISE EXCEPTION 'round % was published and stays as it is', OLD.code
            USING ERRCODE = 'BU001';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('published', 'published'), ('published', 'closed'), ('closed', 'closed'),
        ('closed', 'drawn'), ('drawn', 'drawn')
    ) THEN
        RAISE EXCEPTION 'round % cannot go from % to %', OLD.code, OLD.state, NEW.state
            USING ERRCODE = 'BU002';
    END IF;
    IF OLD.state = 'closed' AND NEW.state = 'drawn' AND EXISTS (
        SELECT FROM budgets_refusal r JOIN budgets_application a ON a.id = r.application_id
        LEFT JOIN budgets_admission d ON d.refusal_id = r.application_id
            AND (d.admitted OR d.answered_by = '')
        WHERE a.round_id = NEW.id
            AND (d.id IS NULL AND r.confirmed_by = '' OR NOT d.admitted)
    ) THEN
        RAISE EXCEPTION 'round % is drawn when a person has confirmed every refusal', OLD.code
            USING ERRCODE = 'BU010';
    END IF;
    IF NEW.outside_value <> OLD.outside_value
       AND (OLD.state <> 'closed' OR OLD.outside_value <> '' OR OLD.outside_source = '') THEN
        RAISE EXCEPTION 'the outside value of round % is set once, after closing', OLD.code
            USING ERRCODE = 'BU003';
    END IF;
    IF NEW.seed <> OLD.seed AND (
        NEW.state <> 'drawn' OR OLD.seed <> ''
        OR encode(sha256(decode(NEW.seed, 'hex')), 'hex') <> NEW.seed_hash
    ) THEN
        RAISE EXCEPTION 'this is not the seed that round % committed to', OLD.code
            USING ERRCODE = 'BU004';
    END IF;
    IF NEW.list_hash <> OLD.list_hash AND (NEW.state <> 'drawn' OR OLD.list_hash <> '') THEN
        RAISE EXCEPTION 'the hash of the list of round % is set once, at the draw', OLD.code
            USING ERRCODE = 'BU008';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER published_round_stays BEFORE UPDATE OR DELETE ON budgets_round
    FOR EACH ROW EXECUTE FUNCTION budgets_guard_round();

-- An application is written only while its round is open to them. The lock on the round makes
-- closing wait for those under way, and those that come after it see that it is closed.
CREATE FUNCTION budgets_guard_application() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    round_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an application is withdrawn, not removed' USING ERRCODE = 'BU005';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.id, OLD.round_id, OLD.account_code, OLD.applied_at)
                         <> (NEW.id, NEW.round_id, NEW.account_code, NEW.applied_at) THEN
        RAISE EXCEPTION 'an application stays whose it is' USING ERRCODE = 'BU005';
    END IF;
    SELECT state INTO round_state FROM budgets_round WHERE id = NEW.round_id FOR KEY SHARE;
    IF round_state <> 'published' THEN
        RAISE EXCEPTION 'the round takes no applications' USING ERRCODE = 'BU006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_stays_after_closing BEFORE INSERT OR UPDATE OR DELETE
    ON budgets_application FOR EACH ROW EXECUTE FUNCTION budgets_guard_application();

-- A place is drawn once; only what is granted on it grows, until it has left the list: whose account has
-- ended by then, or who had money of the round that came back (as budgets/allocating.py).
CREATE FUNCTION budgets_guard_placing() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.granted < OLD.granted
       OR OLD.left_list AND (NOT NEW.left_list OR NEW.granted > OLD.granted)
       OR (NEW.application_id, NEW.round_id, NEW.rank, NEW.priority, NEW.missed, NEW.lot, NEW.wanted)
       <> (OLD.application_id, OLD.round_id, OLD.rank, OLD.priority, OLD.missed, OLD.lot, OLD.wanted)
    THEN
        RAISE EXCEPTION 'a place in the draw stays' USING ERRCODE = 'BU007';
    END IF;
    IF NEW.left_list AND NOT OLD.left_list AND NOT EXISTS (
        SELECT FROM budgets_application a JOIN citizens_citizen c USING (account_code)
        WHERE a.id = NEW.application_id AND c.ended_at IS NOT NULL
    ) AND NOT EXISTS (
        SELECT FROM budgets_application a JOIN budgets_round r ON r.id = a.round_id
        JOIN budgets_tranche t ON t.account_code = a.account_code AND t.source_id = r.account_id
        JOIN ledger_transfer back ON back.debit_account_id = t.account_id
            AND back.credit_account_id = t.source_id
        WHERE a.id = NEW.application_id
    ) THEN
        RAISE EXCEPTION 'only whose account ended or whose grant came back has left the list'
            USING ERRCODE = 'BU012';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER placing_stays BEFORE UPDATE OR DELETE
    ON budgets_placing FOR EACH ROW EXECUTE FUNCTION budgets_guard_placing();

-- A refusal is never edited or removed. A person confirms it, once, and before the draw. What it says of
-- somebody who was erased is emptied, once.
CREATE FUNCTION budgets_guard_refusal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.confirmed_by = '' THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'a refusal waits for a person first' USING ERRCODE = 'BU009';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.erased_on IS NULL AND NEW.erased_on IS NOT NULL AND EXISTS (
        SELECT FROM budgets_application a JOIN citizens_citizen c USING (account_code)
        WHERE a.id = OLD.application_id AND c.erased_at IS NOT NULL
    ) THEN
        OLD.unmet := '[]';
        OLD.erased_on := NEW.erased_on;
        IF NEW = OLD THEN RETURN NEW; END IF;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.confirmed_by <> '' OR NEW.erased_on IS DISTINCT FROM OLD.erased_on
       OR (NEW.application_id, NEW.unmet) <> (OLD.application_id, OLD.unmet)
    THEN
        RAISE EXCEPTION 'a refusal in a round stays' USING ERRCODE = 'BU009';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refusal_stays BEFORE INSERT OR UPDATE OR DELETE
    ON budgets_refusal FOR EACH ROW EXECUTE FUNCTION budgets_guard_refusal();

-- Erasing a citizen empties which conditions they did not meet (as eligibility/migrations/erasing.sql does).
CREATE FUNCTION budgets_forget_who_is_erased() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE budgets_refusal r
    SET unmet = '[]', erased_on = (NEW.erased_at AT TIME ZONE 'Europe/Amsterdam')::date
    FROM budgets_application a
    WHERE a.id = r.application_id AND a.account_code = NEW.account_code AND r.erased_on IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER refusals_forget_who_is_erased AFTER UPDATE OF erased_at ON citizens_citizen
    FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION budgets_forget_who_is_erased();

-- Who was refused is admitted while the round waits for its draw: proposed by one, answered once by
-- another who did not confirm the refusal either. The lock on the round makes a draw wait for it.
CREATE FUNCTION budgets_guard_admission() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    round_state text;
    confirmer text;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.answered_by <> '' THEN
        RAISE EXCEPTION 'an admission is proposed before it is answered' USING ERRCODE = 'BU011';
    END IF;
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (
        OLD.answered_by <> ''
        OR (NEW.id, NEW.refusal_id, NEW.reason, NEW.proposed_by, NEW.proposed_at)
        <> (OLD.id, OLD.refusal_id, OLD.reason, OLD.proposed_by, OLD.proposed_at)
    ) THEN
        RAISE EXCEPTION 'an admission in a round stays' USING ERRCODE = 'BU011';
    END IF;
    SELECT r.state, f.confirmed_by INTO round_state, confirmer
    FROM budgets_refusal f JOIN budgets_application a ON a.id = f.application_id
    JOIN budgets_round r ON r.id = a.round_id
    WHERE f.application_id = NEW.refusal_id FOR KEY SHARE OF r;
    IF round_state <> 'closed' THEN
        RAISE EXCEPTION 'the order of a round stands from its draw on' USING ERRCODE = 'BU011';
    END IF;
    IF NEW.answered_by <> '' AND NEW.answered_by = confirmer THEN
        RAISE EXCEPTION 'who confirmed a refusal does not answer for its admission'
            USING ERRCODE = 'BU011';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER admission_stays BEFORE INSERT OR UPDATE OR DELETE
    ON budgets_admission FOR EACH ROW EXECUTE FUNCTION budgets_guard_admission();
