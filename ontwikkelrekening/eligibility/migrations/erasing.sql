-- Erasing a citizen empties what decisions say of them: the facts, the steps, and steps that a replay found to
-- differ. Outcome, class and sums stay. Whoever is erased while a decision on them is being recorded, is erased
-- again that night (citizens/identity.py).
CREATE FUNCTION decisions_forget_who_is_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE eligibility_difference SET stored = '', replayed = ''
    WHERE field = 'trace' AND decision_id IN (
        SELECT id FROM eligibility_decision WHERE account_code = NEW.account_code
    );
    UPDATE eligibility_decision
    SET facts = '{}', trace = '[]',
        erased_on = (NEW.erased_at AT TIME ZONE 'Europe/Amsterdam')::date
    WHERE account_code = NEW.account_code AND erased_on IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_forget_who_is_erased AFTER UPDATE OF erased_at ON citizens_citizen
FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION decisions_forget_who_is_erased();
