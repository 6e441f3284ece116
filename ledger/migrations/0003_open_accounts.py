"""Opening many accounts in one pass."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards_and_posting")]

    operations = [
        migrations.RunSQL(
            (HERE / "open_accounts.sql").read_text(),
            (HERE / "open_accounts_reverse.sql").read_text(),
        )
    ]
