-- A policy does not work backwards: it never holds before its approval, nor on a day that was decided
-- on without it. Decisions that are being recorded hold the version they are taken under (below), so
-- the lock waits for them, and the ones after them see where that version ends.
CREATE FUNCTION policy_never_works_backwards() RETURNS trigger LANGUAGE plpgsql AS $$
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
LANGUAGE plpgsql AS $$
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
