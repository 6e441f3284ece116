"""What a claim is guarded by beyond its constraints, and counts that need not outlive a crash."""

from django.db import migrations

# Volatile, so it sees what was committed since the statement that asks it began (decision 406).
CLAIMED = """
    CREATE FUNCTION providers_claimed(of_enrolment uuid) RETURNS numeric
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        RETURN (
            SELECT coalesce(sum(amount), 0) FROM providers_claim
            WHERE enrolment_id = of_enrolment AND state NOT IN ('refused', 'withdrawn', 'recovered')
        );
    END $$
"""

# What was decided of a claim, and by whom, stays. What was paid may come back from the bank: then the
# claim is due again as it was approved, without a trace of the payment. Or two people recover it, and what
# comes back from the bank after that is no payment any more.
DECIDED = """
    CREATE FUNCTION providers_stays_as_decided() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'providers_claim' THEN
            IF (OLD.state, NEW.state) = ('paid', 'approved') THEN
                OLD.state := NEW.state;
                OLD.payment_reference := '';
                OLD.taken_up_at := NULL;
                OLD.paid_at := NULL;
            ELSIF (OLD.state, NEW.state) = ('paid', 'recovered') THEN
                OLD.state := NEW.state;
                OLD.reason := NEW.reason;
            ELSIF (OLD.state, NEW.state) = ('recovered', 'recovered') AND NEW.taken_up_at IS NULL THEN
                OLD.taken_up_at := NULL;
            END IF;
            IF NEW = OLD AND OLD.state IN ('approved', 'recovered') THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'providers_suspension' THEN
            IF OLD.agreed AND OLD.lifted_at IS NULL THEN
                OLD.lifted_by := NEW.lifted_by;
                OLD.lifted_at := NEW.lifted_at;
                IF NEW = OLD THEN
                    RETURN NEW;
                END IF;
            END IF;
        END IF;
        RAISE EXCEPTION 'what was decided stays: % on % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER claim_stays_as_decided BEFORE UPDATE OR DELETE ON providers_claim
    FOR EACH ROW WHEN (OLD.state IN ('paid', 'refused', 'withdrawn', 'recovered'))
    EXECUTE FUNCTION providers_stays_as_decided();
    CREATE TRIGGER review_stays_as_decided BEFORE UPDATE OR DELETE ON providers_review
    FOR EACH ROW WHEN (OLD.verdict = 'approve' OR OLD.confirmed_by <> '')
    EXECUTE FUNCTION providers_stays_as_decided();
    CREATE TRIGGER iban_change_stays_as_decided BEFORE UPDATE OR DELETE ON providers_ibanchange
    FOR EACH ROW WHEN (OLD.agreed IS NOT NULL)
    EXECUTE FUNCTION providers_stays_as_decided();
    CREATE TRIGGER suspension_stays_as_decided BEFORE UPDATE OR DELETE ON providers_suspension
    FOR EACH ROW WHEN (OLD.agreed IS NOT NULL)
    EXECUTE FUNCTION providers_stays_as_decided();
    CREATE TRIGGER recovery_stays_as_decided BEFORE UPDATE OR DELETE ON providers_recovery
    FOR EACH ROW WHEN (OLD.agreed IS NOT NULL)
    EXECUTE FUNCTION providers_stays_as_decided();
"""
NOT_DECIDED = """
    DROP TRIGGER suspension_stays_as_decided ON providers_suspension;
    DROP TRIGGER recovery_stays_as_decided ON providers_recovery;
    DROP TRIGGER iban_change_stays_as_decided ON providers_ibanchange;
    DROP TRIGGER review_stays_as_decided ON providers_review;
    DROP TRIGGER claim_stays_as_decided ON providers_claim;
    DROP FUNCTION providers_stays_as_decided();
"""

# Whoever can write to the table alone cannot have a provider's money sent elsewhere, be paid as one, or take it back.
AGREED = """
    CREATE FUNCTION providers_iban_is_agreed() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF (OLD.iban, NEW.iban) IS DISTINCT FROM (
            SELECT (before, after) FROM providers_ibanchange
            WHERE provider_id = NEW.id AND agreed ORDER BY answered_at DESC LIMIT 1
        ) THEN
            RAISE EXCEPTION 'two people have to agree to an IBAN'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER iban_is_agreed BEFORE UPDATE OF iban ON providers_provider
    FOR EACH ROW WHEN (OLD.iban <> NEW.iban) EXECUTE FUNCTION providers_iban_is_agreed();

    CREATE FUNCTION providers_begins_without_iban() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION 'a provider is admitted without an IBAN: two people have to agree to one'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER provider_begins_without_iban BEFORE INSERT ON providers_provider
    FOR EACH ROW WHEN (NEW.iban <> '') EXECUTE FUNCTION providers_begins_without_iban();

    CREATE FUNCTION providers_claim_is_recovered_by_two() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM providers_recovery WHERE claim_id = NEW.id AND agreed) THEN
            RAISE EXCEPTION 'two people have to agree to a recovery'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER claim_is_recovered_by_two BEFORE UPDATE OF state ON providers_claim
    FOR EACH ROW WHEN (NEW.state = 'recovered')
    EXECUTE FUNCTION providers_claim_is_recovered_by_two();
"""
NOT_AGREED = """
    DROP TRIGGER claim_is_recovered_by_two ON providers_claim;
    DROP FUNCTION providers_claim_is_recovered_by_two();
    DROP TRIGGER provider_begins_without_iban ON providers_provider;
    DROP FUNCTION providers_begins_without_iban();
    DROP TRIGGER iban_is_agreed ON providers_provider;
    DROP FUNCTION providers_iban_is_agreed();
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]

    operations = [
        migrations.RunSQL(CLAIMED, "DROP FUNCTION providers_claimed(uuid)"),
        migrations.RunSQL(DECIDED, NOT_DECIDED),
        migrations.RunSQL(AGREED, NOT_AGREED),
        migrations.RunSQL(
            "ALTER TABLE providers_rateminute SET UNLOGGED",
            "ALTER TABLE providers_rateminute SET LOGGED",
        ),
    ]
