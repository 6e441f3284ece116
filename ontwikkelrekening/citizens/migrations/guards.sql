-- A fact is never edited: what was known on a day can always be told. Only the evidence moves, one way,
-- and a person's verdict stands. Facts, looks, words and evidence go with the person's key, never before.

CREATE FUNCTION fact_moves_one_way() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.id, OLD.citizen_id, OLD.kind, OLD.value, OLD.source, OLD.valid_from, OLD.valid_until,
        OLD.recorded_at)
        IS DISTINCT FROM
        (NEW.id, NEW.citizen_id, NEW.kind, NEW.value, NEW.source, NEW.valid_from, NEW.valid_until,
        NEW.recorded_at)
    OR (OLD.evidence, NEW.evidence)
        NOT IN (('not_asked', 'asked'), ('asked', 'seen'), ('asked', 'rejected'))
    OR (OLD.evidence = 'asked' AND NEW.evidence_due_on IS DISTINCT FROM OLD.evidence_due_on) THEN
        RAISE EXCEPTION 'a fact is never edited; its evidence moves one way'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fact_moves_one_way BEFORE UPDATE ON citizens_circumstance
FOR EACH ROW EXECUTE FUNCTION fact_moves_one_way();

CREATE FUNCTION statement_begins_unjudged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'an own statement begins unjudged' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER statement_begins_unjudged BEFORE INSERT ON citizens_circumstance
FOR EACH ROW WHEN (NEW.source = 'own_statement' AND NEW.evidence IN ('seen', 'rejected'))
EXECUTE FUNCTION statement_begins_unjudged();

CREATE FUNCTION erased_with_the_person_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT FROM citizens_personkey WHERE citizen_id = OLD.citizen_id
    ) THEN
        RAISE EXCEPTION '% is kept as long as the person is: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER fact_is_erased_with_the_person_only BEFORE DELETE ON citizens_circumstance
FOR EACH ROW EXECUTE FUNCTION erased_with_the_person_only();
CREATE TRIGGER look_is_erased_with_the_person_only BEFORE UPDATE OR DELETE ON citizens_accesslog
FOR EACH ROW EXECUTE FUNCTION erased_with_the_person_only();
CREATE TRIGGER words_are_erased_with_the_person_only BEFORE UPDATE OR DELETE ON citizens_writing
FOR EACH ROW EXECUTE FUNCTION erased_with_the_person_only();

-- Evidence is taken in while it is asked, is not exchanged, and goes when it was judged.
CREATE FUNCTION exhibit_is_kept_till_it_is_judged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR (TG_OP = 'INSERT') <> EXISTS (
        SELECT FROM citizens_circumstance f JOIN citizens_personkey k ON k.citizen_id = f.citizen_id
        WHERE f.id = CASE TG_OP WHEN 'INSERT' THEN NEW.fact_id ELSE OLD.fact_id END
            AND f.evidence = 'asked'
    ) THEN
        RAISE EXCEPTION 'evidence is handed in when asked and kept till it is judged'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER exhibit_is_kept_till_it_is_judged BEFORE INSERT OR UPDATE OR DELETE ON citizens_exhibit
FOR EACH ROW EXECUTE FUNCTION exhibit_is_kept_till_it_is_judged();
