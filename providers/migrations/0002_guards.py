"""What a claim is guarded by beyond its constraints, and counts that need not outlive a crash."""

from django.db import migrations

# Volatile, so it sees what was committed since the statement that asks it began (decision 406).
CLAIMED = """
    CREATE FUNCTION providers_claimed(of_enrolment uuid) RETURNS numeric
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        RETURN (
            SELECT coalesce(sum(amount), 0) FROM providers_claim
            WHERE enrolment_id = of_enrolment AND state NOT IN ('refused', 'withdrawn')
        );
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]

    operations = [
        migrations.RunSQL(CLAIMED, "DROP FUNCTION providers_claimed(uuid)"),
        migrations.RunSQL(
            "ALTER TABLE providers_rateminute SET UNLOGGED",
            "ALTER TABLE providers_rateminute SET LOGGED",
        ),
    ]
