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
        WHERE a.round_id = NEW.id AND r.confirmed_by = ''
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

-- A place is drawn once; only what is granted on it grows, until it has left the list.
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
    RETURN NEW;
END $$;
CREATE TRIGGER placing_stays BEFORE UPDATE OR DELETE
    ON budgets_placing FOR EACH ROW EXECUTE FUNCTION budgets_guard_placing();

-- A refusal is never edited or removed. A person confirms it, once, and before the draw.
CREATE FUNCTION budgets_guard_refusal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.confirmed_by = '' THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'a refusal waits for a person first' USING ERRCODE = 'BU009';
    END IF;
    IF TG_OP = 'DELETE' OR OLD.confirmed_by <> ''
       OR (NEW.application_id, NEW.unmet) <> (OLD.application_id, OLD.unmet)
    THEN
        RAISE EXCEPTION 'a refusal in a round stays' USING ERRCODE = 'BU009';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refusal_stays BEFORE INSERT OR UPDATE OR DELETE
    ON budgets_refusal FOR EACH ROW EXECUTE FUNCTION budgets_guard_refusal();
