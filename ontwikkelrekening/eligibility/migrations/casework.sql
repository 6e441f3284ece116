-- What staff do about a decision can be told afterwards from the rows alone: each is written once, moves
-- one way, names who did it, and is never edited or deleted. The same words as in the Python beside it.

CREATE FUNCTION casework_is_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is kept: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

-- A later decision stands in for an earlier one of the same account, policy and day, by a person, and
-- takes nothing away. It is the result of an objection or of a deviation that two people made, or it
-- stands for a refusal that waited for a person and was decided again.
CREATE FUNCTION successor_follows_its_decision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    replaced eligibility_decision;
BEGIN
    SELECT * INTO replaced FROM eligibility_decision WHERE id = NEW.replaces_id;
    IF (replaced.account_code, replaced.policy_id, replaced.decided_on)
        IS DISTINCT FROM (NEW.account_code, NEW.policy_id, NEW.decided_on) THEN
        RAISE EXCEPTION 'a decision is replaced by one of the same account, policy and day'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (
        SELECT FROM jsonb_array_elements(replaced.grants) AS was
        WHERE (was ->> 1)::bigint > COALESCE((
            SELECT sum((becomes ->> 1)::bigint) FROM jsonb_array_elements(NEW.grants) AS becomes
            WHERE becomes ->> 0 = was ->> 0
        ), 0)
    ) THEN
        RAISE EXCEPTION 'a decision is never replaced for the worse'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER successor_follows_its_decision BEFORE INSERT ON eligibility_decision
FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION successor_follows_its_decision();

CREATE FUNCTION successor_has_a_cause() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM eligibility_deviation
        WHERE result_id = NEW.id AND decision_id = NEW.replaces_id
            AND grants = NEW.grants AND answered_by = NEW.decided_by
    ) AND NOT EXISTS (
        SELECT FROM eligibility_objection o
        JOIN eligibility_objectionmove m ON m.objection_id = o.id AND m.event = 'replace'
        WHERE o.result_id = NEW.id AND o.decision_id = NEW.replaces_id AND m.actor = NEW.decided_by
    ) AND NOT EXISTS (
        SELECT FROM eligibility_decision
        WHERE id = NEW.replaces_id AND outcome = 'refused' AND confirmed_by = ''
    ) THEN
        RAISE EXCEPTION 'a decision is replaced after an objection, an approved deviation, or unconfirmed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER successor_has_a_cause AFTER INSERT ON eligibility_decision
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION successor_has_a_cause();

-- A deviation is proposed by one person, answered once, and not changed in between. Approved, it is by
-- another and has its decision.
CREATE FUNCTION deviation_is_proposed_first() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.answered_by <> '' THEN
        RAISE EXCEPTION 'a deviation is proposed before it is answered'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deviation_is_proposed_first BEFORE INSERT ON eligibility_deviation
FOR EACH ROW EXECUTE FUNCTION deviation_is_proposed_first();

CREATE FUNCTION deviation_is_only_answered() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.answered_by = '' AND NEW.answered_by <> '' THEN
        OLD.answered_by := NEW.answered_by;
        OLD.answered_at := NEW.answered_at;
        OLD.result_id := NEW.result_id;
        IF NEW = OLD AND (NEW.result_id IS NULL OR EXISTS (
            SELECT FROM eligibility_decision
            WHERE id = NEW.result_id AND replaces_id = NEW.decision_id
                AND grants = NEW.grants AND decided_by = NEW.answered_by
        )) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a deviation is approved as it was proposed, or declined'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER deviation_is_only_answered BEFORE UPDATE ON eligibility_deviation
FOR EACH ROW EXECUTE FUNCTION deviation_is_only_answered();
CREATE TRIGGER deviation_is_kept BEFORE DELETE OR TRUNCATE ON eligibility_deviation
FOR EACH STATEMENT EXECUTE FUNCTION casework_is_kept();

-- More time is told once, while a refusal waits for a person.
CREATE FUNCTION only_a_waiting_refusal_is_extended() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM eligibility_decision d
        WHERE d.id = NEW.decision_id AND d.outcome = 'refused' AND d.confirmed_by = ''
            AND NEW.until > d.decided_on
    ) THEN
        RAISE EXCEPTION 'only a refusal that waits for a person is given more time'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_a_waiting_refusal_is_extended BEFORE INSERT ON eligibility_extension
FOR EACH ROW EXECUTE FUNCTION only_a_waiting_refusal_is_extended();
CREATE TRIGGER extension_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON eligibility_extension
FOR EACH STATEMENT EXECUTE FUNCTION casework_is_kept();

-- An objection begins as filed by the account that was decided on, and not against what we decided on an
-- objection: that is for the court. What the citizen said, and when, stands; its state follows the table
-- of objecting.py; its clock is only ever set later.
CREATE FUNCTION objection_begins_as_filed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'filed' OR NEW.answer IS NOT NULL OR NEW.extended OR NEW.committee
        OR NOT EXISTS (
            SELECT FROM eligibility_decision
            WHERE id = NEW.decision_id AND account_code = NEW.account_code
                AND (outcome = 'granted' OR confirmed_by <> '')
        )
        OR EXISTS (SELECT FROM eligibility_objection WHERE result_id = NEW.decision_id) THEN
        RAISE EXCEPTION 'an objection is filed against a decision on the same account'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objection_begins_as_filed BEFORE INSERT ON eligibility_objection
FOR EACH ROW EXECUTE FUNCTION objection_begins_as_filed();

CREATE FUNCTION objection_moves_one_way() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.id, OLD.decision_id, OLD.account_code, OLD.words, OLD.filed_on, OLD.in_time)
        IS DISTINCT FROM
        (NEW.id, NEW.decision_id, NEW.account_code, NEW.words, NEW.filed_on, NEW.in_time)
    OR OLD.state NOT IN ('filed', 'acknowledged')
    OR (OLD.state, NEW.state) NOT IN (
        ('filed', 'filed'), ('filed', 'acknowledged'), ('filed', 'withdrawn'),
        ('acknowledged', 'acknowledged'), ('acknowledged', 'upheld'),
        ('acknowledged', 'replaced'), ('acknowledged', 'inadmissible'),
        ('acknowledged', 'withdrawn')
    )
    OR NEW.decide_by < OLD.decide_by
    OR (NEW.decide_by > OLD.decide_by AND NEW.state = OLD.state AND OLD.extended)
    OR (NEW.decide_by > OLD.decide_by AND NEW.state = OLD.state AND NOT NEW.extended)
    OR (OLD.extended AND NOT NEW.extended)
    OR (NEW.committee <> OLD.committee AND NEW.state <> 'acknowledged')
    OR (OLD.committee AND NOT NEW.committee)
    OR (NEW.result_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM eligibility_decision
        WHERE id = NEW.result_id AND replaces_id = NEW.decision_id
    )) THEN
        RAISE EXCEPTION 'an objection moves one way, and what was said in it stands'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objection_moves_one_way BEFORE UPDATE ON eligibility_objection
FOR EACH ROW EXECUTE FUNCTION objection_moves_one_way();
CREATE TRIGGER objection_is_kept BEFORE DELETE OR TRUNCATE ON eligibility_objection
FOR EACH STATEMENT EXECUTE FUNCTION casework_is_kept();

-- Every change of an objection's state is among its moves, and every move was such a change.
CREATE FUNCTION objection_move_is_on_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM eligibility_objectionmove
        WHERE objection_id = NEW.id AND to_state = NEW.state
            AND from_state = CASE WHEN TG_OP = 'INSERT' THEN '' ELSE OLD.state END
    ) THEN
        RAISE EXCEPTION 'a change of an objection is on record'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER objection_move_is_on_record
AFTER INSERT OR UPDATE OF state ON eligibility_objection DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION objection_move_is_on_record();

-- Whoever took or confirmed a decision does not answer the objection to it (Awb 10:3).
CREATE FUNCTION objection_is_answered_by_someone_else() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM eligibility_objection WHERE id = NEW.objection_id AND state = NEW.to_state
    ) THEN
        RAISE EXCEPTION 'a move tells of the state that an objection has'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.event IN ('uphold', 'replace', 'dismiss') AND EXISTS (
        SELECT FROM eligibility_objection o JOIN eligibility_decision d ON d.id = o.decision_id
        WHERE o.id = NEW.objection_id AND NEW.actor IN (d.decided_by, d.confirmed_by)
    ) THEN
        RAISE EXCEPTION 'an objection is answered by someone else than decided'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objection_is_answered_by_someone_else BEFORE INSERT ON eligibility_objectionmove
FOR EACH ROW EXECUTE FUNCTION objection_is_answered_by_someone_else();
CREATE TRIGGER objection_move_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON eligibility_objectionmove
FOR EACH STATEMENT EXECUTE FUNCTION casework_is_kept();
