import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Scheme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=100, verbose_name="naam")),
            ],
            options={
                "verbose_name": "regeling",
                "verbose_name_plural": "regelingen",
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="versie")),
                ("starts_on", models.DateField(verbose_name="geldt vanaf")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="geldt tot")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "concept"),
                            ("proposed", "voorgesteld"),
                            ("approved", "vastgesteld"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="eligibility.scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "beleidsversie",
                "verbose_name_plural": "beleidsversies",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("account_code", models.CharField(db_index=True, max_length=16)),
                ("decided_on", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("granted", "toegekend"), ("refused", "afgewezen")], max_length=8
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("facts", models.JSONField()),
                ("trace", models.JSONField()),
                ("grants", models.JSONField(default=list)),
                ("decided_by", models.CharField(max_length=100)),
                ("confirmed_by", models.CharField(blank=True, max_length=100)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="eligibility.decision",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="eligibility.policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "beschikking",
                "verbose_name_plural": "beschikkingen",
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed_by", ""), ("outcome", "refused")),
                        fields=["decided_on", "id"],
                        name="refusals_waiting_for_a_person",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("outcome", "granted")),
                            models.Q(("amount", 0), ("outcome", "refused")),
                            _connector="OR",
                        ),
                        name="granted_decision_has_an_amount",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyParameter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=64)),
                ("value", models.JSONField()),
                ("ground", models.CharField(max_length=200, verbose_name="grondslag")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=500, verbose_name="toelichting"),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parameters",
                        to="eligibility.policy",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "key"), name="parameter_is_set_once_per_policy"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground", ""), _negated=True),
                        name="parameter_has_a_legal_ground",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.UniqueConstraint(
                fields=("scheme", "version"), name="policy_version_is_unique_in_its_scheme"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                ),
                name="policy_starts_before_it_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("proposed_by__isnull", False),
                        models.Q(("proposed_by", models.F("approved_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policy_is_approved_by_someone_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "proposed"), _negated=True),
                    ("proposed_by__isnull", False),
                    _connector="OR",
                ),
                name="proposed_policy_has_a_proposer",
            ),
        ),
    ]
