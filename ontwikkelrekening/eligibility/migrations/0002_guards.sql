-- Approved versions of one scheme never overlap. The scheme and the days go into one range of
-- numbers, so that a plain GiST index on a range does it: btree_gist is not on every server.
ALTER TABLE eligibility_policy ADD CONSTRAINT approved_policies_never_overlap
EXCLUDE USING gist (
    int8range(
        scheme_id * 10000000 + (starts_on - DATE '0001-01-01'),
        scheme_id * 10000000 + COALESCE(ends_on - DATE '0001-01-01', 9999999)
    ) WITH &&
) WHERE (state = 'approved');

-- An approved version is frozen. Only its end may be set, once, when a successor takes over.
CREATE FUNCTION approved_policy_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ends_on IS NULL THEN
        OLD.ends_on := NEW.ends_on;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an approved policy is frozen' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER approved_policy_is_frozen BEFORE UPDATE OR DELETE ON eligibility_policy
FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION approved_policy_is_frozen();

-- Parameters can be changed in a draft only, so what is approved is what was proposed.
CREATE FUNCTION parameters_change_in_a_draft_only() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- A decision is never edited or deleted. A person may confirm a refusal, once.
CREATE FUNCTION decision_is_never_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.outcome = 'refused' AND OLD.confirmed_by = ''
        AND NEW.confirmed_by <> '' THEN
        OLD.confirmed_by := NEW.confirmed_by;
        OLD.confirmed_at := NEW.confirmed_at;
        IF NEW = OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a decision is never edited' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decision_is_never_edited BEFORE UPDATE OR DELETE ON eligibility_decision
FOR EACH ROW EXECUTE FUNCTION decision_is_never_edited();
