"""The hash of what the draw fixed, for rounds drawn from now on and those drawn before."""

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("budgets", "0002_rounds_guards")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="list_hash",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(
            (HERE / "list_hash.sql").read_text(), (HERE / "list_hash_reverse.sql").read_text()
        ),
    ]
