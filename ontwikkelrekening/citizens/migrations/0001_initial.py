import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=100)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("opened", "opened in the administration"),
                            ("casework", "handling an objection or a request"),
                            ("evidence", "looked at what you showed us"),
                            ("judged", "judged what you showed us"),
                            ("audit", "checked how we decide and pay"),
                        ],
                        max_length=16,
                        verbose_name="why",
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Circumstance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contract", "kind of work"),
                            ("household", "household"),
                            ("benefit", "benefit"),
                            ("education", "highest education"),
                            ("working_since", "employed since"),
                            ("residence", "lives in the Netherlands"),
                            ("sex", "sex"),
                        ],
                        max_length=16,
                    ),
                ),
                ("value", models.CharField(max_length=32)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("own_statement", "own statement"),
                            ("register", "register"),
                            ("municipality", "municipality"),
                            ("coach", "coach"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("not_asked", "not asked"),
                            ("asked", "asked"),
                            ("seen", "seen"),
                            ("rejected", "rejected"),
                        ],
                        default="not_asked",
                        max_length=16,
                    ),
                ),
                ("evidence_due_on", models.DateField(null=True)),
                ("judged_by", models.CharField(blank=True, max_length=100)),
                ("judged_at", models.DateTimeField(null=True)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Citizen",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "account_code",
                    models.CharField(max_length=16, unique=True),
                ),
                ("born_on", models.DateField(null=True)),
                ("bsn_lookup", models.BinaryField(max_length=32, null=True, unique=True)),
                ("identity", models.BinaryField(null=True)),
                ("language", models.CharField(default="nl", max_length=2)),
                ("registered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Exhibit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("media_type", models.CharField(max_length=32)),
                ("content", models.BinaryField()),
                ("handed_in_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Writing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("text", models.BinaryField()),
                ("author", models.CharField(max_length=100)),
                ("written_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KnownKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("use", models.CharField(max_length=10)),
                ("mark", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("use", "mark"), name="key_is_known_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("use", "lookup")),
                        fields=("use",),
                        name="one_lookup_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                (
                    "citizen",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="key",
                        serialize=False,
                        to="citizens.citizen",
                    ),
                ),
                ("wrapped", models.BinaryField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(("born_on", None), ("bsn_lookup", None), ("identity", None)),
                    _connector="OR",
                ),
                name="erased_citizen_has_no_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None), ("ended_at__isnull", False), _connector="OR"
                ),
                name="account_of_an_erased_citizen_has_ended",
            ),
        ),
        migrations.AddField(
            model_name="circumstance",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="circumstances",
                to="citizens.citizen",
            ),
        ),
        migrations.AddField(
            model_name="accesslog",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="looks",
                to="citizens.citizen",
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
        migrations.AddField(
            model_name="writing",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="writings",
                to="citizens.citizen",
            ),
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
        migrations.AddConstraint(
            model_name="circumstance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None),
                    ("valid_until__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="circumstance_starts_before_it_ends",
            ),
        ),
    ]
