"""The guards of published rounds, as SQL beside this file."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("budgets", "0001_initial"), ("citizens", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (HERE / "guards.sql").read_text(), (HERE / "guards_reverse.sql").read_text()
        )
    ]
