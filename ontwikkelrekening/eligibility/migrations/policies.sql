-- Approved versions of one scheme never overlap. The scheme and the days go into one range of
-- numbers, so that a plain GiST index on a range does it: btree_gist is not on every server. Looked at
-- last where an approval takes the days of a version that has not begun.
ALTER TABLE eligibility_policy ADD CONSTRAINT approved_policies_never_overlap
EXCLUDE USING gist (
    int8range(
        scheme_id * 10000000 + (starts_on - DATE '0001-01-01'),
        scheme_id * 10000000 + COALESCE(ends_on - DATE '0001-01-01', 9999999)
    ) WITH &&
) WHERE (state = 'approved') DEFERRABLE;

-- An approved version is frozen. Only its end is set, or comes sooner, when a successor takes over; never
-- over a day that was decided on. And until it begins, one that is approved for its first day
-- takes its place: a version that nothing was decided on by then never holds.
CREATE FUNCTION approved_policy_is_frozen() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'approved' THEN
        IF NEW.state = 'superseded' AND EXISTS (
            SELECT FROM eligibility_policy s
            WHERE s.id = NEW.superseded_by_id AND s.id <> OLD.id AND s.scheme_id = OLD.scheme_id
                AND s.state = 'approved' AND s.starts_on <= OLD.starts_on
                AND (s.ends_on IS NULL OR s.ends_on > OLD.starts_on)
                AND (s.approved_at AT TIME ZONE 'Europe/Amsterdam')::date < OLD.starts_on
        ) AND NOT EXISTS (SELECT FROM eligibility_decision WHERE policy_id = OLD.id) THEN
            OLD.state := NEW.state;
            OLD.superseded_by_id := NEW.superseded_by_id;
        ELSIF (OLD.ends_on IS NULL OR NEW.ends_on < OLD.ends_on) AND NOT EXISTS (
            SELECT FROM eligibility_decision
            WHERE policy_id = OLD.id AND decided_on >= NEW.ends_on
        ) THEN
            OLD.ends_on := NEW.ends_on;
        END IF;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an approved policy is frozen' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER approved_policy_is_frozen BEFORE UPDATE OR DELETE ON eligibility_policy
FOR EACH ROW WHEN (OLD.state IN ('approved', 'superseded'))
EXECUTE FUNCTION approved_policy_is_frozen();

-- Parameters can be changed in a draft only, so what is approved is what was proposed.
CREATE FUNCTION parameters_change_in_a_draft_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM eligibility_policy
        WHERE id IN (OLD.policy_id, NEW.policy_id) AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'parameters change in a draft only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER parameters_change_in_a_draft_only
BEFORE INSERT OR UPDATE OR DELETE ON eligibility_policyparameter
FOR EACH ROW EXECUTE FUNCTION parameters_change_in_a_draft_only();

-- A decision is never edited or deleted. A person may confirm a refusal, once; and what it says of somebody
-- who was erased is emptied, once (erasing.sql).
CREATE FUNCTION decision_is_never_edited() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.outcome = 'refused' AND OLD.confirmed_by = ''
        AND NEW.confirmed_by <> '' THEN
        OLD.confirmed_by := NEW.confirmed_by;
        OLD.confirmed_at := NEW.confirmed_at;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.erased_on IS NULL AND NEW.erased_on IS NOT NULL AND EXISTS (
        SELECT FROM citizens_citizen
        WHERE account_code = OLD.account_code AND erased_at IS NOT NULL
    ) THEN
        OLD.facts := '{}';
        OLD.trace := '[]';
        OLD.erased_on := NEW.erased_on;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a decision is never edited' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decision_is_never_edited BEFORE UPDATE OR DELETE ON eligibility_decision
FOR EACH ROW EXECUTE FUNCTION decision_is_never_edited();

-- A policy does not work backwards: it never holds before its approval, nor on a day that was decided
-- on without it. Decisions that are being recorded hold the version they are taken under (below), so
-- the lock waits for them, and the ones after them see where that version ends.
CREATE FUNCTION policy_never_works_backwards() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.approved_at IS NULL
        OR NEW.starts_on < (NEW.approved_at AT TIME ZONE 'Europe/Amsterdam')::date THEN
        RAISE EXCEPTION 'a policy never works backwards: it starts before its approval'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM eligibility_policy
    WHERE scheme_id = NEW.scheme_id AND state = 'approved' ORDER BY id FOR UPDATE;
    IF EXISTS (
        SELECT FROM eligibility_decision d JOIN eligibility_policy p ON p.id = d.policy_id
        WHERE p.scheme_id = NEW.scheme_id AND d.decided_on >= NEW.starts_on
    ) THEN
        RAISE EXCEPTION 'a policy never works backwards: its first day was decided on'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_never_works_backwards BEFORE INSERT OR UPDATE OF state ON eligibility_policy
FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION policy_never_works_backwards();

-- A decision is taken under the approved version that holds on its day. Once a statement, so that a
-- yearly run pays for it once in a chunk.
CREATE FUNCTION decision_is_taken_under_the_policy_of_its_day() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM eligibility_policy
    WHERE id IN (SELECT policy_id FROM decided) ORDER BY id FOR KEY SHARE;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT policy_id, decided_on FROM decided) AS d
        JOIN eligibility_policy p ON p.id = d.policy_id
        WHERE p.state <> 'approved' OR d.decided_on < p.starts_on OR d.decided_on >= p.ends_on
    ) THEN
        RAISE EXCEPTION 'a decision is taken under the policy of its day'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decision_is_taken_under_the_policy_of_its_day AFTER INSERT ON eligibility_decision
REFERENCING NEW TABLE AS decided
FOR EACH STATEMENT EXECUTE FUNCTION decision_is_taken_under_the_policy_of_its_day();
