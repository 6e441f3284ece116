"""Who teaches, and what: providers and their courses."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from ledger.models import Account
from providers.spelling import composed
from providers.states import CourseState


class Category(models.TextChoices):
    """What credit may be spent on."""

    COURSE = "course", _("course")
    MODULE = "module", _("module")
    COACHING = "coaching", _("coaching")
    EVC = "evc", _("EVC (recognition of experience)")
    EXAM = "exam", _("exam")
    CHILDCARE = "childcare", _("childcare")
    TRAVEL = "travel", _("travel")
    MATERIALS = "materials", _("materials")


class Mode(models.TextChoices):
    """How it is taught: OEAPI modesOfDelivery."""

    PRESENTIAL = "presential", _("on location")
    ONLINE = "online", _("online")
    BLENDED = "blended", _("partly online")
    HYBRID = "hybrid", _("on location or online")
    WORK_BASED = "work_based", _("at the workplace")


class Provider(models.Model):
    """Who teaches, coaches, assesses or cares for children; paid on one IBAN, once two people agreed to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=70)
    kvk_number = models.CharField("KvK number", max_length=8, unique=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)  # none at its admission
    admitted_on = models.DateField()
    payable = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="iban_is_of_one_provider", fields=["iban"], condition=~Q(iban="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
        for word in composed(text).split():
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
        verbose_name="what a search looks through",
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
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
