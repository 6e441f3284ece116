import uuid
from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0002_evidence_and_writings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exhibit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("media_type", models.CharField(max_length=32)),
                ("content", models.BinaryField()),
                ("handed_in_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "bewijsstuk",
                "verbose_name_plural": "bewijsstukken",
            },
        ),
        migrations.RemoveConstraint(
            model_name="circumstance",
            name="circumstance_is_stated_once_per_source_and_start",
        ),
        migrations.AddField(
            model_name="circumstance",
            name="judged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="circumstance",
            name="judged_by",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddConstraint(
            model_name="circumstance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", "own_statement"), _negated=True),
                fields=("citizen", "kind", "source", "valid_from"),
                name="circumstance_is_stated_once_per_source_and_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="circumstance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("judged_at", None),
                        ("judged_by", ""),
                        models.Q(
                            ("evidence__in", ["seen", "rejected"]),
                            ("source", "own_statement"),
                            _negated=True,
                        ),
                    ),
                    models.Q(
                        models.Q(("judged_by", ""), _negated=True),
                        ("evidence__in", ["seen", "rejected"]),
                        ("judged_at__isnull", False),
                        ("source", "own_statement"),
                    ),
                    _connector="OR",
                ),
                name="own_statement_is_judged_by_a_person",
            ),
        ),
        migrations.AddField(
            model_name="exhibit",
            name="fact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exhibits",
                to="citizens.circumstance",
            ),
        ),
        migrations.RunSQL(
            (HERE / "0003_facts_guards.sql").read_text(),
            (HERE / "0003_facts_guards_reverse.sql").read_text(),
        ),
    ]
