"""The guards of policies, decisions and casework, as SQL beside this file."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_initial"), ("citizens", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (HERE / f"{name}.sql").read_text(), (HERE / f"{name}_reverse.sql").read_text()
        )
        for name in ("policies", "casework", "erasing")
    ]
