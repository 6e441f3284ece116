"""The guards of what was released to the bank, as SQL beside this file."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (HERE / "guards.sql").read_text(), (HERE / "guards_reverse.sql").read_text()
        )
    ]
