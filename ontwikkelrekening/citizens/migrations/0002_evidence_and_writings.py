import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="circumstance",
            name="evidence_due_on",
            field=models.DateField(null=True),
        ),
        migrations.CreateModel(
            name="Writing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("text", models.BinaryField()),
                ("author", models.CharField(max_length=100)),
                ("written_at", models.DateTimeField()),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="writings",
                        to="citizens.citizen",
                    ),
                ),
            ],
        ),
    ]
