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
            name="Replay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("last_id", models.UUIDField(null=True)),
                ("replayed", models.PositiveBigIntegerField(default=0)),
                ("left_out", models.PositiveBigIntegerField(default=0)),
            ],
        ),
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
                ("name", models.CharField(max_length=100)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[-a-zA-Z0-9_]+$")),
                        name="scheme_code_can_stand_in_an_address",
                    )
                ],
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
                        choices=[("granted", "granted"), ("refused", "refused")], max_length=8
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
                ("erased_on", models.DateField(null=True)),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="eligibility.decision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("account_code", models.CharField(db_index=True, max_length=16)),
                ("words", models.UUIDField()),
                ("answer", models.UUIDField(null=True)),
                ("filed_on", models.DateField()),
                ("in_time", models.BooleanField()),
                ("committee", models.BooleanField(default=False, verbose_name="with committee")),
                ("decide_by", models.DateField()),
                ("extended", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "filed"),
                            ("acknowledged", "receipt confirmed"),
                            ("upheld", "the decision stands"),
                            ("replaced", "new decision"),
                            ("inadmissible", "not taken up"),
                            ("withdrawn", "withdrawn"),
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
            name="Policy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("starts_on", models.DateField(verbose_name="holds from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="holds until")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("proposed", "proposed"),
                            ("approved", "approved"),
                            ("superseded", "superseded before it began"),
                        ],
                        default="draft",
                        max_length=10,
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
                (
                    "superseded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supersedes",
                        to="eligibility.policy",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "policies",
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="eligibility.policy",
            ),
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
                ("ground", models.CharField(max_length=200, verbose_name="legal ground")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=500, verbose_name="explanation"),
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
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decision_id", models.UUIDField()),
                ("field", models.CharField(max_length=16)),
                ("stored", models.TextField()),
                ("replayed", models.TextField()),
                (
                    "replay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="eligibility.replay",
                    ),
                ),
            ],
            options={
                "ordering": ["decision_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("on", models.DateField()),
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
                ("answered_by", models.CharField(blank=True, max_length=100)),
                ("answered_at", models.DateTimeField(null=True)),
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
                "verbose_name": "deviation for hardship",
                "verbose_name_plural": "deviations for hardship",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_by__in", ["", "machine"]), _negated=True),
                            models.Q(("answered_by", "machine"), _negated=True),
                        ),
                        name="deviation_is_proposed_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("result", None),
                            models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="deviation_is_approved_by_someone_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("answered_by", ""), ("result", None)),
                            models.Q(
                                models.Q(("answered_by", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="deviation_is_answered_by_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_by", "")),
                        fields=("decision",),
                        name="decision_has_one_deviation_that_waits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateField(verbose_name="at the latest on")),
                ("reason", models.UUIDField()),
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
                "constraints": [
                    models.UniqueConstraint(fields=("decision",), name="decision_is_extended_once"),
                    models.CheckConstraint(
                        condition=models.Q(("granted_by__in", ["", "machine"]), _negated=True),
                        name="extension_is_given_by_a_person",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("decision",),
                name="decision_is_objected_to_once",
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
            model_name="objectionmove",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor__in", ["", "machine"]), _negated=True),
                name="objection_move_names_its_actor",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("confirmed_by", ""), ("outcome", "refused")),
                fields=["decided_on", "id"],
                name="refusals_waiting_for_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("outcome", "refused")),
                fields=["recorded_at"],
                name="refusals_since",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("confirmed_at__isnull", False)),
                fields=["confirmed_at"],
                name="refusals_confirmed_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("outcome", "granted")),
                    models.Q(("amount", 0), ("outcome", "refused")),
                    _connector="OR",
                ),
                name="granted_decision_has_an_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erased_on", None), models.Q(("facts", {}), _negated=True)),
                    models.Q(("erased_on__isnull", False), ("facts", {}), ("trace", [])),
                    _connector="OR",
                ),
                name="erased_decision_has_no_facts",
            ),
        ),
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
            model_name="policyparameter",
            constraint=models.UniqueConstraint(
                fields=("policy", "key"), name="parameter_is_set_once_per_policy"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyparameter",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground", ""), _negated=True),
                name="parameter_has_a_legal_ground",
            ),
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
                    models.Q(("state__in", ["approved", "superseded"]), _negated=True),
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
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "superseded"), ("superseded_by__isnull", False)),
                    models.Q(
                        models.Q(("state", "superseded"), _negated=True), ("superseded_by", None)
                    ),
                    _connector="OR",
                ),
                name="superseded_policy_names_its_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="simulationchunk",
            constraint=models.UniqueConstraint(
                fields=("simulation", "number"), name="simulation_chunk_number_is_unique"
            ),
        ),
    ]
