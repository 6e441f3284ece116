"""Providers, courses, enrolments and claims. They know accounts, never people."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField
from oauth2_provider.models import AbstractApplication

from ledger.models import Account
from providers.states import ClaimState, CourseState, EnrolmentState


class Category(models.TextChoices):
    """What credit may be spent on."""

    COURSE = "course", "opleiding"
    MODULE = "module", "module"
    COACHING = "coaching", "coach"
    EVC = "evc", "EVC (ervaringscertificaat)"
    EXAM = "exam", "examen"
    CHILDCARE = "childcare", "kinderopvang"
    TRAVEL = "travel", "reiskosten"
    MATERIALS = "materials", "materiaal"


class Mode(models.TextChoices):
    """How it is taught: OEAPI modesOfDelivery."""

    PRESENTIAL = "presential", "op locatie"
    ONLINE = "online", "online"
    BLENDED = "blended", "deels online"
    HYBRID = "hybrid", "op locatie of online"
    WORK_BASED = "work_based", "op de werkplek"


class Provider(models.Model):
    """Who teaches, coaches, assesses or cares for children; paid on one IBAN."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField("naam", max_length=70)
    kvk_number = models.CharField("KvK-nummer", max_length=8, unique=True)
    iban = models.CharField("IBAN", max_length=34, unique=True)
    admitted_on = models.DateField("toegelaten op")
    payable = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        verbose_name = "opleider"
        verbose_name_plural = "opleiders"

    def __str__(self) -> str:
        return self.name


class Client(AbstractApplication):  # type: ignore[misc]
    """An OAuth 2 client: one piece of software that acts for one provider."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="clients")
    scopes = ArrayField(models.CharField(max_length=32), default=list)  # what it may ask for
    # Public keys (RFC 7517), or the address where they are fetched. A client that has either signs
    # for its tokens, and its secret opens nothing.
    jwks = models.JSONField(null=True, blank=True)
    jwks_uri = models.URLField(max_length=500, blank=True)

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        constraints = [
            models.CheckConstraint(
                name="client_has_keys_in_one_place", condition=Q(jwks__isnull=True) | Q(jwks_uri="")
            ),
        ]

    @property
    def signs(self) -> bool:
        """It proves who it is with a signature (private_key_jwt)."""
        return bool(self.jwks or self.jwks_uri)


class CourseQuerySet(models.QuerySet["Course"]):
    def of(self, provider: Provider) -> CourseQuerySet:
        return self.filter(provider=provider)

    def published(self) -> CourseQuerySet:
        return self.filter(state=CourseState.PUBLISHED)

    def saying(self, text: str) -> CourseQuerySet:
        """Every word given stands in the name, the text, the place or the provider's name.

        Also within a word: who asks for opvang finds kinderopvang.
        """
        found = self
        for word in text.split():
            by = Provider.objects.filter(name__icontains=word).values_list("pk", flat=True)
            found = found.filter(Q(said__contains=Lower(Value(word))) | Q(provider__in=list(by)))
        return found


class Course(models.Model):
    """What a provider teaches, at one price. Field names follow Open Education API 6.0."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="courses")
    code = models.CharField(max_length=64)  # OEAPI primaryCode: the provider's own reference
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=16, choices=Category.choices)
    price = MoneyField(max_digits=8, decimal_places=2)
    hours = models.PositiveIntegerField()  # OEAPI studyLoad in hours
    sessions = models.PositiveIntegerField(default=1)
    weeks = models.PositiveSmallIntegerField(default=13)  # OEAPI duration, as P13W
    mode = models.CharField(max_length=16, choices=Mode.choices, default=Mode.PRESENTIAL)
    level = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=3, default="nld")  # OEAPI teachingLanguages
    place = models.CharField(max_length=100, blank=True)
    has_exam = models.BooleanField(default=False)
    has_certificate = models.BooleanField(default=True)
    state = models.CharField(max_length=9, choices=CourseState.choices, default=CourseState.DRAFT)
    published_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField()
    said = models.GeneratedField(  # what a search looks through
        expression=Lower(
            Concat(
                *("name", Value("\n"), "description", Value("\n"), "place"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name="waarin gezocht wordt",
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = "opleiding"
        verbose_name_plural = "opleidingen"
        ordering = ["name"]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(state=CourseState.PUBLISHED),
                name="catalogue_newest",
            ),
            models.Index(
                fields=["name", "id"],
                condition=Q(state=CourseState.PUBLISHED),
                name="catalogue_by_name",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="course_runs_between_a_week_and_four_years",
                condition=Q(weeks__gte=1, weeks__lte=208),
            ),
            models.UniqueConstraint(
                name="course_code_is_unique_for_its_provider", fields=["provider", "code"]
            ),
            models.CheckConstraint(
                name="course_price_is_positive", condition=Q(price__gt=0, price_currency="EUR")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def of(self, provider: Provider) -> EnrolmentQuerySet:
        """What the provider may see: its own courses, once the citizen handed over the code."""
        return self.filter(provider=provider, redeemed_at__isnull=False)

    def coming(self, *, on: date) -> EnrolmentQuerySet:
        """Enrolments whose course has still to start."""
        return self.filter(state=EnrolmentState.REDEEMED, starts_on__gt=on)

    def claimable(self, *, on: date) -> EnrolmentQuerySet:
        """Started enrolments with an instalment that was not claimed yet."""
        stands = ~Q(claims__state__in=[ClaimState.REFUSED, ClaimState.WITHDRAWN])
        return (
            self.filter(state=EnrolmentState.REDEEMED, starts_on__lte=on, claim_until__gte=on)
            .annotate(
                claimed=models.Count("claims", filter=stands),
                instalments=models.Func(
                    "terms", function="jsonb_array_length", output_field=models.IntegerField()
                ),
            )
            .filter(claimed__lt=models.F("instalments"))
        )

    def unused(self, *, on: date) -> EnrolmentQuerySet:
        """Agreed enrolments whose code can no longer be used."""
        return self.filter(state=EnrolmentState.AGREED, code_valid_until__lt=on)

    def past_their_term(self, *, on: date) -> EnrolmentQuerySet:
        """Running enrolments that take no claim any more."""
        return self.filter(state=EnrolmentState.REDEEMED, claim_until__lt=on)


class Enrolment(models.Model):
    """A course agreed by a citizen the provider does not know yet: a code, a maximum, the terms.

    `terms` are the instalments stamped at agreement:
    [{"instalment": "start", "cents": 25000, "after": "start"}, ...].
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="enrolments")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")  # reserved
    maximum = MoneyField(max_digits=8, decimal_places=2)
    terms = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField()  # the term: the last day the course runs
    claim_until = models.DateField()  # the last day a claim is taken
    code_digest = models.BinaryField(max_length=32, unique=True)  # keyed; the code is not stored
    code_valid_until = models.DateField()
    state = models.CharField(
        max_length=9, choices=EnrolmentState.choices, default=EnrolmentState.AGREED
    )
    agreed_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "inschrijving"
        verbose_name_plural = "inschrijvingen"
        ordering = ["-agreed_at"]
        indexes = [models.Index(fields=["provider", "-redeemed_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="enrolment_maximum_is_positive",
                condition=Q(maximum__gt=0, maximum_currency="EUR"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def of(self, provider: Provider) -> ClaimQuerySet:
        return self.filter(provider=provider)

    def standing(self) -> ClaimQuerySet:
        """Claims that count against what is left: neither refused nor withdrawn."""
        return self.exclude(state__in=[ClaimState.REFUSED, ClaimState.WITHDRAWN])

    def undecided(self) -> ClaimQuerySet:
        return self.filter(state__in=[ClaimState.SUBMITTED, ClaimState.IN_REVIEW])

    def payments(self) -> models.QuerySet[Claim, Any]:
        """One row for each payment reference: what it pays, when it was sent, when it was paid."""
        return (
            self.filter(state__in=[ClaimState.IN_FILE, ClaimState.PAID])
            .order_by()
            .values(reference=models.F("payment_reference"))
            .annotate(
                total=models.Sum("amount"),
                number=models.Count("id"),
                sent_at=models.Min("taken_up_at"),
                settled_at=models.Min("paid_at"),
            )
        )

    def due(self) -> ClaimQuerySet:
        """Approved claims that no payment file has taken up."""
        return self.filter(state=ClaimState.APPROVED)


class Claim(models.Model):
    """One instalment asked by a provider against an enrolment."""

    id = models.UUIDField(primary_key=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="claims")
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="claims", db_index=False
    )
    instalment = models.CharField(max_length=32)  # an instalment named in the enrolment's terms
    amount = MoneyField(max_digits=8, decimal_places=2)
    evidence = models.JSONField(
        default=dict
    )  # {"certificate": true, "attendance": 85, "exam": true}
    state = models.CharField(max_length=9, choices=ClaimState.choices, default=ClaimState.SUBMITTED)
    reason = models.CharField(max_length=500, blank=True)  # why it waits or was refused
    payment_reference = models.CharField(max_length=35, blank=True)  # SEPA EndToEndId
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=100)  # as StateChange.actor
    assessed_at = models.DateTimeField(null=True)
    taken_up_at = models.DateTimeField(null=True)  # into a payment file
    paid_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "declaratie"
        verbose_name_plural = "declaraties"
        ordering = ["-submitted_at"]
        indexes = [
            models.Index(fields=["provider", "-submitted_at", "-id"]),
            models.Index(fields=["provider", "payment_reference"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="instalment_is_claimed_once",
                fields=["enrolment", "instalment"],
                condition=~Q(state__in=[ClaimState.REFUSED, ClaimState.WITHDRAWN]),
            ),
            models.CheckConstraint(
                name="claim_amount_is_positive", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def booking_id(self) -> uuid.UUID:
        """The id of the booking of its approval, when it was approved."""
        return uuid.uuid5(self.id, "approved")

    def as_submitted(self) -> Claim:
        """The claim as it came in, whatever became of it."""
        return Claim(
            id=self.id,
            enrolment_id=self.enrolment_id,
            provider_id=self.provider_id,
            instalment=self.instalment,
            amount=self.amount,
            evidence=self.evidence,
            submitted_at=self.submitted_at,
            submitted_by=self.submitted_by,
        )


class Doubt(models.TextChoices):
    """Why a person has to look at a claim: stored as a code, read by everyone in their own language."""

    TERMS = "terms", _("The claim does not fit the terms of the enrolment.")
    NOT_STARTED = "not_started", _("The course has not started yet.")
    NOT_COMPLETED = (
        "not_completed",
        _(
            "Nothing shows that the course was completed: no certificate, too little attendance"
            " and no exam taken."
        ),
    )
    SESSION_BEFORE = "session_before", _("The session before this one has not been claimed.")
    TOO_SOON = "too_soon", _("Too few days have passed since the start for this part.")
    NO_COURSE = (
        "no_course",
        _("Nothing shows yet that the citizen follows a course beside this."),
    )
    SANDBOX = "sandbox", _("You asked the sandbox for a review.")


class Review(models.Model):
    """A person's judgement of a claim that a rule could not settle; a refusal needs two people."""

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="review")
    picked_because = models.CharField("uitgekozen omdat", max_length=16, choices=Doubt.choices)
    opened_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, blank=True)  # "approve" or "refuse"
    reason = models.CharField(max_length=500, blank=True)
    judged_by = models.CharField(max_length=100, blank=True)
    confirmed_by = models.CharField(max_length=100, blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "controle"
        verbose_name_plural = "controles"
        constraints = [
            models.CheckConstraint(
                name="refusal_is_confirmed_by_someone_else",
                condition=~Q(verdict="refuse")
                | Q(confirmed_by="")
                | ~Q(confirmed_by=models.F("judged_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.claim_id}"


class StateChange(models.Model):
    """Who moved a course, enrolment or claim from one state to another, when and why."""

    subject = models.CharField(max_length=9)  # "course", "enrolment" or "claim"
    subject_id = models.UUIDField()
    event = models.CharField(max_length=16)
    from_state = models.CharField(max_length=9)
    to_state = models.CharField(max_length=9)
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "at"])]

    def __str__(self) -> str:
        return f"{self.subject} {self.from_state} -> {self.to_state}"


class IdempotencyKey(models.Model):
    """The stored answer to one request: key, effect and answer are written in one transaction.

    Keys are of a client, or for what its staff do by hand, of a provider.
    """

    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    key = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    answer = models.TextField(blank=True)  # the body as it was sent
    headers = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="idempotency_key_is_used_once", fields=["client", "key"]),
            models.UniqueConstraint(name="form_key_is_used_once", fields=["provider", "key"]),
            models.CheckConstraint(
                name="idempotency_key_has_one_owner",
                condition=Q(client__isnull=True) ^ Q(provider__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class OutboxMessage(models.Model):
    """Work to do, written with its cause in one transaction. The table is the queue of record."""

    work = models.CharField(max_length=32)  # a name in settings.OUTBOX_HANDLERS
    subject = models.CharField(max_length=64)  # the id of what to work on; never personal data
    lane = models.CharField(max_length=36, blank=True)  # a provider's id; empty: the scheme's own
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"], condition=Q(done_at=None), name="outbox_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="work_is_queued_once", fields=["work", "subject"], condition=Q(done_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.subject}"
