"""Counts of the last minutes need not outlive a crash, so they are not written to the log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE providers_rateminute SET UNLOGGED",
            "ALTER TABLE providers_rateminute SET LOGGED",
        )
    ]
