import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateField(verbose_name="uiterlijk op")),
                ("reason", models.CharField(max_length=300, verbose_name="reden")),
                ("granted_by", models.CharField(max_length=100)),
                ("granted_at", models.DateTimeField()),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="eligibility.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "verlenging",
                "verbose_name_plural": "verlengingen",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("account_code", models.CharField(db_index=True, max_length=16)),
                ("words", models.UUIDField()),
                ("answer", models.UUIDField(null=True)),
                ("filed_on", models.DateField(verbose_name="ingediend op")),
                ("in_time", models.BooleanField(verbose_name="op tijd")),
                ("committee", models.BooleanField(default=False, verbose_name="met commissie")),
                ("decide_by", models.DateField(verbose_name="uiterlijk beslissen op")),
                ("extended", models.BooleanField(default=False, verbose_name="verlengd")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "ingediend"),
                            ("acknowledged", "ontvangst bevestigd"),
                            ("upheld", "besluit blijft"),
                            ("replaced", "nieuw besluit"),
                            ("inadmissible", "niet in behandeling"),
                            ("withdrawn", "ingetrokken"),
                        ],
                        default="filed",
                        max_length=12,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="eligibility.decision",
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="won_by",
                        to="eligibility.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "bezwaar",
                "verbose_name_plural": "bezwaren",
            },
        ),
        migrations.CreateModel(
            name="ObjectionMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=12)),
                ("from_state", models.CharField(max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("actor", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "objection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="eligibility.objection",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("on", models.DateField(verbose_name="op")),
                ("started_by", models.CharField(max_length=100)),
                ("started_at", models.DateTimeField()),
                (
                    "current",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.policy",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="simulations",
                        to="eligibility.policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "doorrekening",
                "verbose_name_plural": "doorrekeningen",
            },
        ),
        migrations.CreateModel(
            name="SimulationChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("first_code", models.CharField(max_length=16)),
                ("last_code", models.CharField(max_length=16)),
                ("totals", models.JSONField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "simulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        to="eligibility.simulation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deviation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("grants", models.JSONField()),
                ("reason", models.UUIDField()),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
                ("approved_by", models.CharField(blank=True, max_length=100)),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deviations",
                        to="eligibility.decision",
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deviation",
                        to="eligibility.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "toepassing van de hardheidsclausule",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", ""),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="deviation_is_approved_by_someone_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", ""), ("result", None)),
                            models.Q(
                                models.Q(("approved_by", ""), _negated=True),
                                ("approved_at__isnull", False),
                                ("result__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="approved_deviation_has_a_result",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("filed", "acknowledged"))),
                fields=("decision",),
                name="decision_has_one_open_objection",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("result__isnull", False), ("state", "replaced")),
                    models.Q(models.Q(("state", "replaced"), _negated=True), ("result", None)),
                    _connector="OR",
                ),
                name="replaced_objection_has_a_new_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["filed", "acknowledged", "withdrawn"]),
                    ("answer__isnull", False),
                    _connector="OR",
                ),
                name="decided_objection_has_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="simulationchunk",
            constraint=models.UniqueConstraint(
                fields=("simulation", "number"), name="simulation_chunk_number_is_unique"
            ),
        ),
    ]
