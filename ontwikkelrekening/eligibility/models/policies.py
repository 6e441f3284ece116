"""Schemes and their dated, approved, frozen policies."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Letters without accents, digits, hyphens and underscores: Django's slug, as a constraint.
SLUG = r"^[-a-zA-Z0-9_]+$"


class Scheme(models.Model):
    """A source of money with its policy: the state, a sector fund, a municipality, an employer."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="scheme_code_can_stand_in_an_address", condition=Q(code__regex=SLUG)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", pgettext_lazy("policy", "approved")
    SUPERSEDED = "superseded", pgettext_lazy("policy", "superseded before it began")


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self, *, scheme: Scheme, on: date) -> PolicyQuerySet:
        """The approved version of a scheme that holds on a date: one or none, by constraint."""
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gt=on),
            scheme=scheme,
            starts_on__lte=on,
            state=PolicyState.APPROVED,
        )


class Policy(models.Model):
    """One version of a scheme's parameters; holds from `starts_on` up to, not on, `ends_on`.

    Approved versions of a scheme never overlap (exclusion constraint, see the migration's SQL).
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    starts_on = models.DateField("holds from")
    ends_on = models.DateField("holds until", null=True, blank=True)
    state = models.CharField(max_length=10, choices=PolicyState.choices, default=PolicyState.DRAFT)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    # Approved later for the same days, before this one began: it never held.
    superseded_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="supersedes",
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                name="policy_version_is_unique_in_its_scheme", fields=["scheme", "version"]
            ),
            models.CheckConstraint(
                name="policy_starts_before_it_ends",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="policy_is_approved_by_someone_else",
                condition=~Q(state__in=[PolicyState.APPROVED, PolicyState.SUPERSEDED])
                | (
                    Q(proposed_by__isnull=False, approved_by__isnull=False)
                    & ~Q(proposed_by=F("approved_by"))
                ),
            ),
            models.CheckConstraint(
                name="proposed_policy_has_a_proposer",
                condition=~Q(state=PolicyState.PROPOSED) | Q(proposed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="superseded_policy_names_its_successor",
                condition=Q(state=PolicyState.SUPERSEDED, superseded_by__isnull=False)
                | (~Q(state=PolicyState.SUPERSEDED) & Q(superseded_by=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} versie {self.version}"


class PolicyParameter(models.Model):
    """One value of a policy version, with its legal ground."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="parameters")
    key = models.SlugField(max_length=64)
    value = models.JSONField()
    ground = models.CharField("legal ground", max_length=200)
    reason = models.CharField("explanation", max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="parameter_is_set_once_per_policy", fields=["policy", "key"]
            ),
            models.CheckConstraint(name="parameter_has_a_legal_ground", condition=~Q(ground="")),
        ]

    def __str__(self) -> str:
        return self.key
