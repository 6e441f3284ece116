from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0003_casework")]

    operations = [
        migrations.RunSQL(
            (HERE / "0004_forward_only.sql").read_text(),
            (HERE / "0004_forward_only_reverse.sql").read_text(),
        )
    ]
