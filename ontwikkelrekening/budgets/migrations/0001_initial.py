import datetime
import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("eligibility", "0001_initial"),
        ("ledger", "0002_guards_and_posting"),
        ("providers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_code", models.CharField(db_index=True, max_length=16)),
                (
                    "enrolment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreement",
                        to="providers.enrolment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Fund",
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
                            ("state", "the state"),
                            ("sector", "sector fund"),
                            ("municipality", "municipality"),
                            ("employer", "employer"),
                        ],
                        default="state",
                        max_length=12,
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("course", "course"),
                                ("module", "module"),
                                ("coaching", "coaching"),
                                ("evc", "EVC (recognition of experience)"),
                                ("exam", "exam"),
                                ("childcare", "childcare"),
                                ("travel", "travel"),
                                ("materials", "materials"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "years_valid",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                    ),
                ),
                (
                    "conditions",
                    models.CharField(blank=True, max_length=500),
                ),
                (
                    "return_rule",
                    models.CharField(
                        choices=[
                            ("fund", "stays in the fund"),
                            ("funder", "back to the funder"),
                        ],
                        default="fund",
                        max_length=6,
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.scheme",
                    ),
                ),
                (
                    "scheme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fund",
                        to="eligibility.scheme",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FundSum",
            fields=[
                (
                    "fund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="sums",
                        serialize=False,
                        to="budgets.fund",
                    ),
                ),
                ("up_to", models.BigIntegerField()),
                ("made_available", models.BigIntegerField()),
                ("tranches", models.BigIntegerField()),
                ("citizens", models.BigIntegerField()),
                ("granted", models.BigIntegerField()),
                ("free", models.BigIntegerField()),
                ("reserved", models.BigIntegerField()),
                ("claimed", models.BigIntegerField()),
                ("paid", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "account_code",
                    models.CharField(db_index=True, max_length=16, verbose_name="account"),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="active again on")),
                (
                    "tranches",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                ("paused_by", models.CharField(max_length=100)),
                (
                    "ended_by",
                    models.CharField(blank=True, max_length=100, verbose_name="resumed by"),
                ),
            ],
            options={
                "ordering": ["-starts_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__gte", models.F("starts_on")),
                            (
                                "ends_on__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_on"),
                                    "+",
                                    models.Value(datetime.timedelta(days=366)),
                                ),
                            ),
                        ),
                        name="pause_ends_after_it_starts_and_within_a_year",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("waits_until", models.DateField(verbose_name="waiting list until")),
                (
                    "ceiling",
                    models.BigIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000000),
                        ],
                        verbose_name="ceiling (cents)",
                    ),
                ),
                (
                    "grant",
                    models.BigIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000000),
                        ],
                        verbose_name="highest amount per person (cents)",
                    ),
                ),
                (
                    "kind",
                    models.SlugField(default="round", max_length=32, verbose_name="kind of credit"),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("course", "course"),
                                ("module", "module"),
                                ("coaching", "coaching"),
                                ("evc", "EVC (recognition of experience)"),
                                ("exam", "exam"),
                                ("childcare", "childcare"),
                                ("travel", "travel"),
                                ("materials", "materials"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                    ),
                ),
                (
                    "years_valid",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="calendar years valid",
                    ),
                ),
                (
                    "division",
                    models.CharField(
                        choices=[
                            ("priority", "by priority, then rounds missed, then a lottery"),
                            ("lottery", "by rounds missed, then a lottery"),
                        ],
                        default="priority",
                        max_length=8,
                    ),
                ),
                (
                    "last_grant",
                    models.CharField(
                        choices=[
                            ("partial", "gets what is left"),
                            ("none", "gets nothing; who is left waits for money that comes back"),
                        ],
                        default="partial",
                        max_length=7,
                    ),
                ),
                ("fallback", models.CharField(max_length=500, verbose_name="in case of failure")),
                ("seed_hash", models.CharField(blank=True, max_length=64)),
                (
                    "outside_source",
                    models.CharField(blank=True, max_length=200),
                ),
                (
                    "outside_value",
                    models.CharField(blank=True, max_length=200),
                ),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("list_hash", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("published", "published"),
                            ("closed", "closed"),
                            ("drawn", "drawn"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("prepared_by", models.CharField(max_length=100)),
                ("published_by", models.CharField(blank=True, max_length=100)),
                ("published_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("drawn_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="eligibility.policy",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="eligibility.scheme",
                    ),
                ),
            ],
            options={
                "ordering": ["-opens_at"],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("account_code", models.CharField(max_length=16)),
                ("wanted", models.BigIntegerField()),
                ("applied_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("withdrawn", models.BooleanField(default=False)),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="budgets.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TopUpRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("decided_on", models.DateField()),
                ("started_at", models.DateTimeField()),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="eligibility.scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "yearly top-up",
                "verbose_name_plural": "yearly top-ups",
            },
        ),
        migrations.CreateModel(
            name="TopUpChunk",
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
                ("granted", models.PositiveIntegerField(null=True)),
                ("refused", models.PositiveIntegerField(null=True)),
                ("amount", models.BigIntegerField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chunks",
                        to="budgets.topuprun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tranche",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("account_code", models.CharField(max_length=16)),
                ("kind", models.SlugField(max_length=32)),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("course", "course"),
                                ("module", "module"),
                                ("coaching", "coaching"),
                                ("evc", "EVC (recognition of experience)"),
                                ("exam", "exam"),
                                ("childcare", "childcare"),
                                ("travel", "travel"),
                                ("materials", "materials"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                    ),
                ),
                ("earmarked", models.BooleanField()),
                ("granted", models.BigIntegerField()),
                ("granted_on", models.DateField()),
                ("expires_on", models.DateField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tranches",
                        to="eligibility.decision",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tranches",
                        to="eligibility.scheme",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="budgets.application",
                    ),
                ),
                ("eligible", models.BooleanField()),
                ("priority", models.PositiveSmallIntegerField()),
                ("missed", models.PositiveSmallIntegerField()),
                (
                    "round",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="budgets.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refusal",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="budgets.application",
                    ),
                ),
                ("unmet", models.JSONField(verbose_name="not met")),
                (
                    "confirmed_by",
                    models.CharField(blank=True, max_length=100),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("erased_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "refusal in a round",
                "verbose_name_plural": "refusals in a round",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", "")),
                            models.Q(
                                models.Q(("confirmed_by__in", ["", "machine"]), _negated=True),
                                ("confirmed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="refusal_is_confirmed_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_on", None), models.Q(("unmet", []), _negated=True)),
                            models.Q(("erased_on__isnull", False), ("unmet", [])),
                            _connector="OR",
                        ),
                        name="erased_refusal_says_nothing_of_conditions",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Admission",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False),
                ),
                ("reason", models.UUIDField()),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.CharField(blank=True, max_length=100),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("admitted", models.BooleanField(default=False)),
                (
                    "refusal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="admissions",
                        to="budgets.refusal",
                    ),
                ),
            ],
            options={
                "verbose_name": "admission in a round",
                "verbose_name_plural": "admissions in a round",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("proposed_by__in", ["", "machine"]), _negated=True),
                        name="admission_is_proposed_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("admitted", False), ("answered_at", None), ("answered_by", "")
                            ),
                            models.Q(
                                models.Q(("answered_by__in", ["", "machine"]), _negated=True),
                                models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="admission_is_answered_by_someone_else",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("answered_by", ""), ("admitted", True), _connector="OR"
                        ),
                        fields=("refusal",),
                        name="refusal_has_one_admission_that_stands",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Placing",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="budgets.application",
                    ),
                ),
                ("rank", models.PositiveIntegerField()),
                ("priority", models.PositiveSmallIntegerField()),
                ("missed", models.PositiveSmallIntegerField()),
                ("lot", models.BinaryField(max_length=32)),
                ("wanted", models.BigIntegerField()),
                ("granted", models.BigIntegerField(default=0)),
                ("left_list", models.BooleanField(default=False)),
                (
                    "round",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placings",
                        to="budgets.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContributionFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=100)),
                ("text", models.TextField(verbose_name="content")),
                ("contributions", models.PositiveIntegerField()),
                ("cents", models.BigIntegerField(verbose_name="amount (cents)")),
                ("uploaded_by", models.CharField(max_length=100)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "taken_in_by",
                    models.CharField(blank=True, max_length=100),
                ),
                ("taken_in_at", models.DateTimeField(null=True)),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="budgets.fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "file with contributions",
                "verbose_name_plural": "files with contributions",
                "ordering": ["-uploaded_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fund", "reference"), name="funder_uses_a_file_reference_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_in_at", None), ("taken_in_by", "")),
                            models.Q(
                                models.Q(("taken_in_by", ""), _negated=True),
                                models.Q(("taken_in_by", models.F("uploaded_by")), _negated=True),
                                models.Q(("taken_in_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="file_is_taken_in_by_someone_else",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                name="round_opens_before_it_closes",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "waits_until__gt",
                        django.db.models.functions.datetime.TruncDate("closes_at"),
                    )
                ),
                name="round_waits_longer_than_it_is_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ceiling__gte", models.F("grant")),
                    ("ceiling__lte", 1000000000000),
                    ("grant__gt", 0),
                ),
                name="round_has_room_for_a_grant",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_by", ""), ("state", "draft")),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        models.Q(("published_by", ""), _negated=True),
                        models.Q(("published_by", models.F("prepared_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="round_is_published_by_someone_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    models.Q(
                        models.Q(("seed_hash", ""), _negated=True),
                        ("account__isnull", False),
                        ("policy__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="published_round_has_committed_its_seed",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at", None),
                        ("drawn_at", None),
                        ("list_hash", ""),
                        ("seed", ""),
                        ("state__in", ["draft", "published"]),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("drawn_at", None),
                        ("list_hash", ""),
                        ("seed", ""),
                        ("state", "closed"),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("drawn_at__isnull", False),
                        ("state", "drawn"),
                        models.Q(("seed", ""), _negated=True),
                        models.Q(("list_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="round_is_closed_and_drawn_as_its_state_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["state", "sector", "municipality", "employer"]),
                    ("return_rule__in", ["fund", "funder"]),
                ),
                name="fund_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "categories__contained_by",
                        [
                            "course",
                            "module",
                            "coaching",
                            "evc",
                            "exam",
                            "childcare",
                            "travel",
                            "materials",
                        ],
                    )
                ),
                name="fund_pays_for_known_categories",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("years_valid", None),
                    models.Q(("years_valid__gte", 1), ("years_valid__lte", 120)),
                    _connector="OR",
                ),
                name="fund_credit_is_valid_for_a_lifetime_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("division__in", ["priority", "lottery"]),
                    ("last_grant__in", ["partial", "none"]),
                ),
                name="round_is_divided_in_a_known_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "categories__contained_by",
                        [
                            "course",
                            "module",
                            "coaching",
                            "evc",
                            "exam",
                            "childcare",
                            "travel",
                            "materials",
                        ],
                    ),
                    models.Q(("categories", []), _negated=True),
                ),
                name="round_pays_for_known_categories",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("years_valid", None),
                    models.Q(("years_valid__gte", 1), ("years_valid__lte", 120)),
                    _connector="OR",
                ),
                name="round_credit_is_valid_for_a_lifetime_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[-a-zA-Z0-9_]+$")),
                name="round_code_can_stand_in_an_address",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["account_code"], name="application_of_account"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("round", "account_code"), name="person_applies_once_per_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("wanted__gt", 0)), name="application_wants_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="topuprun",
            constraint=models.UniqueConstraint(
                fields=("scheme", "decided_on"), name="top_up_runs_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="topupchunk",
            constraint=models.UniqueConstraint(
                fields=("run", "number"), name="chunk_number_is_unique_in_its_run"
            ),
        ),
        migrations.AddIndex(
            model_name="tranche",
            index=models.Index(fields=["account_code"], name="tranche_of_account"),
        ),
        migrations.AddIndex(
            model_name="tranche",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False)),
                fields=["expires_on"],
                name="tranche_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="tranche",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted__gt", 0)), name="tranche_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="placing",
            constraint=models.UniqueConstraint(
                fields=("round", "rank"), name="rank_is_given_once_per_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="placing",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted__gte", 0), ("granted__lte", models.F("wanted"))),
                name="grant_is_no_more_than_wanted",
            ),
        ),
    ]
