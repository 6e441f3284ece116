"""The guards of facts and of what is kept of a person, as SQL beside this file."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("citizens", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (HERE / "guards.sql").read_text(), (HERE / "guards_reverse.sql").read_text()
        )
    ]
