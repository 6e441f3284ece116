from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0004_forward_only"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", "")),
                    models.Q(
                        models.Q(("confirmed_by__in", ["", "machine"]), _negated=True),
                        ("outcome", "refused"),
                        ("confirmed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="confirmed_decision_is_a_refusal_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", "machine"), ("replaces", None)),
                    models.Q(
                        models.Q(("decided_by__in", ["", "machine"]), _negated=True),
                        ("replaces__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="machine_decides_first_and_a_person_after_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="deviation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_by__in", ["", "machine"]), _negated=True),
                    models.Q(("approved_by", "machine"), _negated=True),
                ),
                name="deviation_is_proposed_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.UniqueConstraint(
                fields=("decision",), name="decision_is_extended_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("granted_by__in", ["", "machine"]), _negated=True),
                ),
                name="extension_has_a_reason_and_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="objectionmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor__in", ["", "machine"]), _negated=True),
                name="objection_move_names_its_actor",
            ),
        ),
        migrations.RunSQL(
            (HERE / "0005_casework_guards.sql").read_text(),
            (HERE / "0005_casework_guards_reverse.sql").read_text(),
        ),
    ]
