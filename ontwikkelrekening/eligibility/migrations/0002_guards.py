from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (HERE / "0002_guards.sql").read_text(), (HERE / "0002_guards_reverse.sql").read_text()
        )
    ]
