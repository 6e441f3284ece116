CREATE OR REPLACE FUNCTION budgets_guard_round() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    free CONSTANT text[] := ARRAY['state', 'outside_value', 'seed', 'closed_at', 'drawn_at'];
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
    RETURN NEW;
END $$;
