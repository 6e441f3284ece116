import uuid
from datetime import timedelta

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import djmoney.models.fields
import oauth2_provider.generators
import oauth2_provider.models
from django.conf import settings
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import TruncDate


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_guards_and_posting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "client_id",
                    models.CharField(
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_id,
                        max_length=255,
                        unique=True,
                        verbose_name="client ID",
                    ),
                ),
                (
                    "redirect_uris",
                    models.TextField(
                        blank=True,
                        help_text="Allowed URIs list, space separated",
                        verbose_name="redirect URIs",
                    ),
                ),
                (
                    "post_logout_redirect_uris",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed Post Logout URIs list, space separated",
                        verbose_name="post logout redirect URIs",
                    ),
                ),
                (
                    "client_type",
                    models.CharField(
                        choices=[("confidential", "Confidential"), ("public", "Public")],
                        max_length=32,
                        verbose_name="client type",
                    ),
                ),
                (
                    "authorization_grant_type",
                    models.CharField(
                        choices=[
                            ("authorization-code", "Authorization code"),
                            ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                            ("implicit", "Implicit"),
                            ("password", "Resource owner password-based"),
                            ("client-credentials", "Client credentials"),
                            ("openid-hybrid", "OpenID connect hybrid"),
                        ],
                        max_length=44,
                        verbose_name="authorization grant type",
                    ),
                ),
                (
                    "client_secret",
                    oauth2_provider.models.ClientSecretField(
                        blank=True,
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_secret,
                        help_text="Client secret for authentication",
                        max_length=255,
                        verbose_name="client secret",
                    ),
                ),
                (
                    "hash_client_secret",
                    models.BooleanField(default=True, verbose_name="hash client secret"),
                ),
                ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                (
                    "skip_authorization",
                    models.BooleanField(default=False, verbose_name="skip authorization"),
                ),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "algorithm",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No OIDC support"),
                            ("RS256", "RSA with SHA-2 256"),
                            ("HS256", "HMAC with SHA-2 256"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="algorithm",
                    ),
                ),
                (
                    "allowed_origins",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed origins list to enable CORS, space separated",
                        verbose_name="allowed origins",
                    ),
                ),
                (
                    "registration_source",
                    models.CharField(
                        choices=[
                            ("manual", "Manual"),
                            ("dcr", "Dynamic Client Registration"),
                            ("cimd", "Client ID Metadata Document"),
                        ],
                        default="manual",
                        help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                        max_length=32,
                        verbose_name="registration source",
                    ),
                ),
                (
                    "cimd_expires_at",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="When the cached Client ID Metadata Document should be re-fetched",
                        null=True,
                        verbose_name="CIMD expires at",
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("jwks", models.JSONField(blank=True, null=True)),
                ("jwks_uri", models.URLField(blank=True, max_length=500)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_%(class)s",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                (
                    "category",
                    models.CharField(
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
                ),
                (
                    "price_currency",
                    djmoney.models.fields.CurrencyField(
                        choices=[("EUR", "Euro")], default="EUR", editable=False, max_length=3
                    ),
                ),
                ("price", djmoney.models.fields.MoneyField(decimal_places=2, max_digits=8)),
                ("hours", models.PositiveIntegerField()),
                ("sessions", models.PositiveIntegerField(default=1)),
                ("weeks", models.PositiveSmallIntegerField(default=13)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("presential", "on location"),
                            ("online", "online"),
                            ("blended", "partly online"),
                            ("hybrid", "on location or online"),
                            ("work_based", "at the workplace"),
                        ],
                        default="presential",
                        max_length=16,
                    ),
                ),
                ("level", models.CharField(blank=True, max_length=32)),
                ("language", models.CharField(default="nld", max_length=3)),
                ("place", models.CharField(blank=True, max_length=100)),
                ("has_exam", models.BooleanField(default=False)),
                ("has_certificate", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField()),
                (
                    "said",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            django.db.models.functions.text.Concat(
                                "name",
                                models.Value("\n"),
                                "description",
                                models.Value("\n"),
                                "place",
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                        verbose_name="what a search looks through",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="RateMinute",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("minute", models.BigIntegerField()),
                ("used", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="UsedAssertion",
            fields=[
                ("id", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="FetchedKeys",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                ("keys", models.JSONField(default=dict)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OldSecret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=255)),
                ("until", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="old_secrets",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("work", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=64)),
                ("lane", models.CharField(blank=True, max_length=36)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("done_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["lane", "due_at", "id"],
                        name="outbox_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)),
                        fields=("work", "subject"),
                        name="work_is_queued_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=70)),
                (
                    "kvk_number",
                    models.CharField(max_length=8, unique=True, verbose_name="KvK number"),
                ),
                ("iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN")),
                ("admitted_on", models.DateField()),
                ("registered_at", models.DateTimeField()),
                (
                    "payable",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("iban", ""), _negated=True),
                        fields=("iban",),
                        name="iban_is_of_one_provider",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CourseFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("text", models.TextField()),
                ("handed_in_by", models.CharField(max_length=100)),
                ("handed_in_at", models.DateTimeField()),
                ("taken_in_at", models.DateTimeField(null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="course_files",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("total", models.PositiveIntegerField()),
                ("submitted_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operation", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=64)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.TextField(blank=True)),
                ("headers", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "maximum_currency",
                    djmoney.models.fields.CurrencyField(
                        choices=[("EUR", "Euro")], default="EUR", editable=False, max_length=3
                    ),
                ),
                ("maximum", djmoney.models.fields.MoneyField(decimal_places=2, max_digits=8)),
                ("terms", models.JSONField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("claim_until", models.DateField()),
                ("code_digest", models.BinaryField(max_length=32, unique=True)),
                ("code_valid_until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("agreed", "agreed"),
                            ("redeemed", "enrolled"),
                            ("cancelled", "cancelled"),
                            ("lapsed", "lapsed"),
                            ("finished", "finished"),
                        ],
                        default="agreed",
                        max_length=9,
                    ),
                ),
                ("agreed_at", models.DateTimeField()),
                ("redeemed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="providers.course",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "ordering": ["-agreed_at"],
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("url", models.URLField(max_length=500)),
                (
                    "secrets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), size=None
                    ),
                ),
                ("challenge", models.CharField(max_length=64)),
                ("verified_at", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField()),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="endpoints",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="course",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="courses",
                to="providers.provider",
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="clients",
                to="providers.provider",
            ),
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("instalment", models.CharField(max_length=32)),
                (
                    "amount_currency",
                    djmoney.models.fields.CurrencyField(
                        choices=[("EUR", "Euro")], default="EUR", editable=False, max_length=3
                    ),
                ),
                ("amount", djmoney.models.fields.MoneyField(decimal_places=2, max_digits=8)),
                ("evidence", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "submitted"),
                            ("in_review", "in review"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                            ("in_file", "in a payment file"),
                            ("paid", "paid"),
                            ("recovered", "recovered"),
                        ],
                        default="submitted",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("payment_reference", models.CharField(blank=True, max_length=35)),
                ("submitted_at", models.DateTimeField()),
                ("submitted_by", models.CharField(max_length=100)),
                ("assessed_at", models.DateTimeField(null=True)),
                ("taken_up_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="providers.enrolment",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "ordering": ["-submitted_at"],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "picked_because",
                    models.CharField(
                        choices=[
                            ("terms", "The claim does not fit the terms of the enrolment."),
                            ("not_started", "The course has not started yet."),
                            (
                                "not_completed",
                                "Nothing shows that the course was completed: no certificate, too little attendance and no exam taken.",
                            ),
                            ("session_before", "The session before this one has not been claimed."),
                            (
                                "too_soon",
                                "Too few days have passed since the start for this part.",
                            ),
                            (
                                "no_course",
                                "Nothing shows yet that the citizen follows a course beside this.",
                            ),
                            (
                                "sample",
                                "Drawn by chance: people look at some claims. This says nothing about the claim itself.",
                            ),
                            ("sandbox", "You asked the sandbox for a review."),
                        ],
                        max_length=16,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("verdict", models.CharField(blank=True, max_length=8)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("judged_by", models.CharField(blank=True, max_length=100)),
                ("confirmed_by", models.CharField(blank=True, max_length=100)),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review",
                        to="providers.claim",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IbanChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "before",
                    models.CharField(blank=True, max_length=34, verbose_name="IBAN until then"),
                ),
                ("after", models.CharField(max_length=34, verbose_name="new IBAN")),
                ("reason", models.CharField(max_length=500)),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
                ("answered_by", models.CharField(blank=True, max_length=100)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "agreed",
                    models.BooleanField(
                        choices=[(None, "waits for an answer"), (True, "Yes"), (False, "No")],
                        null=True,
                        verbose_name="agreed to",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="iban_changes",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of IBAN",
                "verbose_name_plural": "changes of IBAN",
                "ordering": ["-proposed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="ibanchange_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after", models.F("before")), _negated=True),
                        name="iban_change_changes_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after", ""), _negated=True),
                        name="iban_change_names_an_iban",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", None), ("answered_at", None), ("answered_by", "")),
                            models.Q(
                                ("agreed__isnull", False),
                                ("answered_at__isnull", False),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ibanchange_is_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", True), _negated=True),
                            models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="ibanchange_is_agreed_by_someone_else",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agreed", None)),
                        fields=("provider",),
                        name="provider_has_one_iban_change_that_waits",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agreed", None)),
                        fields=("after",),
                        name="iban_is_proposed_for_one_provider",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StateChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=9)),
                ("subject_id", models.UUIDField()),
                ("event", models.CharField(max_length=16)),
                ("from_state", models.CharField(max_length=9)),
                ("to_state", models.CharField(max_length=9)),
                ("actor", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_id", "at"], name="providers_s_subject_57c5ff_idx")
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("event", models.JSONField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="providers.endpoint",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="delivery_due",
                    ),
                    models.Index(
                        fields=["endpoint", "-created_at", "-id"],
                        name="providers_d_endpoin_a09517_idx",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("payload", models.JSONField()),
                ("result", models.UUIDField(null=True)),
                ("problem", models.JSONField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="providers.job",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["job", "number"],
                        name="job_items_open",
                    ),
                    models.Index(
                        condition=models.Q(("problem__isnull", False)),
                        fields=["job"],
                        name="job_items_failed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "number"), name="job_item_has_its_place")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["provider", "-submitted_at", "-id"], name="providers_j_provide_7db6c1_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("client", "key", "operation"), name="idempotency_key_is_used_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("provider", "key", "operation"), name="form_key_is_used_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("client__isnull", True), ("provider__isnull", True), _connector="XOR"
                ),
                name="idempotency_key_has_one_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                fields=["provider", "-redeemed_at", "-id"], name="providers_e_provide_a59d75_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(("maximum__gt", 0), ("maximum_currency", "EUR")),
                name="enrolment_maximum_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                fields=("provider", "url"), name="endpoint_is_registered_once"
            ),
        ),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["-published_at", "-id"],
                name="catalogue_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="course",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["name", "id"],
                name="catalogue_by_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.CheckConstraint(
                condition=models.Q(("weeks__gte", 1), ("weeks__lte", 208)),
                name="course_runs_between_a_week_and_four_years",
            ),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.UniqueConstraint(
                fields=("provider", "code"), name="course_code_is_unique_for_its_provider"
            ),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__gt", 0), ("price_currency", "EUR")),
                name="course_price_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(("jwks__isnull", True), ("jwks_uri", ""), _connector="OR"),
                name="client_has_keys_in_one_place",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                fields=["provider", "-submitted_at", "-id"], name="providers_c_provide_9296c9_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                fields=["provider", "payment_reference"], name="providers_c_provide_90b4f0_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ("refused", "withdrawn", "recovered")), _negated=True
                ),
                fields=("enrolment", "instalment"),
                name="instalment_is_claimed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("amount_currency", "EUR")),
                name="claim_amount_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "refuse"), _negated=True),
                    ("confirmed_by", ""),
                    models.Q(("confirmed_by", models.F("judged_by")), _negated=True),
                    _connector="OR",
                ),
                name="refusal_is_confirmed_by_someone_else",
            ),
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False),
                ),
                ("reason", models.CharField(max_length=500)),
                (
                    "heard",
                    models.CharField(max_length=500, verbose_name="what the provider says"),
                ),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
                ("answered_by", models.CharField(blank=True, max_length=100)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "agreed",
                    models.BooleanField(
                        choices=[(None, "waits for an answer"), (True, "Yes"), (False, "No")],
                        null=True,
                        verbose_name="agreed to",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="providers.claim",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "recoveries",
                "ordering": ["-proposed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="recovery_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("heard", ""), _negated=True),
                        name="recovery_says_what_was_heard",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", None), ("answered_at", None), ("answered_by", "")),
                            models.Q(
                                ("agreed__isnull", False),
                                ("answered_at__isnull", False),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="recovery_is_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", True), _negated=True),
                            models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="recovery_is_agreed_by_someone_else",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agreed", None), ("agreed", True), _connector="OR"),
                        fields=("claim",),
                        name="claim_has_one_recovery_that_was_not_declined",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=500)),
                ("until", models.DateField(verbose_name="last day")),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
                ("answered_by", models.CharField(blank=True, max_length=100)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "agreed",
                    models.BooleanField(
                        choices=[(None, "waits for an answer"), (True, "Yes"), (False, "No")],
                        null=True,
                        verbose_name="agreed to",
                    ),
                ),
                ("lifted_by", models.CharField(blank=True, max_length=100)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "suspension of payments",
                "verbose_name_plural": "suspensions of payments",
                "ordering": ["-proposed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="suspension_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", None), ("answered_at", None), ("answered_by", "")),
                            models.Q(
                                ("agreed__isnull", False),
                                ("answered_at__isnull", False),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="suspension_is_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", True), _negated=True),
                            models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="suspension_is_agreed_by_someone_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", True), _negated=True),
                            (
                                "until__lte",
                                CombinedExpression(
                                    TruncDate("answered_at"), "+", models.Value(timedelta(days=91))
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="suspension_lasts_thirteen_weeks_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", "")),
                            models.Q(
                                ("agreed", True),
                                ("agreed__isnull", False),
                                ("lifted_at__gte", models.F("answered_at")),
                                models.Q(("lifted_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="suspension_is_lifted_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agreed", None)),
                        fields=("provider",),
                        name="provider_has_one_suspension_that_waits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "amount_currency",
                    djmoney.models.fields.CurrencyField(
                        choices=[("EUR", "Euro")], default="EUR", editable=False, max_length=3
                    ),
                ),
                ("amount", djmoney.models.fields.MoneyField(decimal_places=2, max_digits=12)),
                ("pay_until", models.DateField()),
                ("sent_by", models.CharField(max_length=100)),
                ("sent_at", models.DateTimeField()),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "ordering": ["-sent_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("amount_currency", "EUR")),
                        name="reminder_is_of_something",
                    )
                ],
            },
        ),
    ]
