"""Citizens and their dated circumstances: the only tables that say who somebody is.

What decisions and refusals in rounds repeat of circumstances is erased with the citizen (decision 202).
"""

from __future__ import annotations

import uuid
from datetime import date
from enum import StrEnum

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _


class CitizenQuerySet(models.QuerySet["Citizen"]):
    def ended(self) -> CitizenQuerySet:
        """Whose account has ended: who left, died or was erased."""
        return self.filter(ended_at__isnull=False)


class Citizen(models.Model):
    """A person with a learning account, known elsewhere by the pseudonymous account code only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account_code = models.CharField(max_length=16, unique=True)
    born_on = models.DateField(null=True)
    bsn_lookup = models.BinaryField(max_length=32, unique=True, null=True)  # keyed HMAC
    identity = models.BinaryField(null=True)  # name and BSN, AES-GCM under the person's own key
    language = models.CharField(max_length=2, default="nl")
    registered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # from then on it gets no credit
    erased_at = models.DateTimeField(null=True)

    objects = CitizenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="erased_citizen_has_no_identity",
                condition=Q(erased_at=None) | Q(bsn_lookup=None, identity=None, born_on=None),
            ),
            models.CheckConstraint(
                name="account_of_an_erased_citizen_has_ended",
                condition=Q(erased_at=None) | Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.account_code

    @classmethod
    def ended_on(cls, account_code: str) -> date | None:
        """The day on which an account ended, by the clock here; none while it is open."""
        ended = cls.objects.ended().filter(account_code=account_code)
        at = ended.values_list("ended_at", flat=True).first()
        return localdate(at) if at else None


class PersonKey(models.Model):
    """The wrapped key of one person's data. Erasing the person destroys it first."""

    citizen = models.OneToOneField(
        Citizen, on_delete=models.CASCADE, primary_key=True, related_name="key"
    )
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"key of {self.citizen_id}"


class KeyUse(StrEnum):
    LOOKUP = "lookup"
    MASTER = "master"


class KnownKey(models.Model):
    """What a key outside this database makes of a fixed text, to know that key again.

    One is what BSNs are looked up by, for good; a master key is added when one takes the place of another.
    """

    use = models.CharField(max_length=10)  # a KeyUse
    mark = models.BinaryField(max_length=32)  # keyed HMAC

    class Meta:
        constraints = [
            models.UniqueConstraint(name="key_is_known_once", fields=["use", "mark"]),
            models.UniqueConstraint(
                name="one_lookup_key", fields=["use"], condition=Q(use=KeyUse.LOOKUP)
            ),
        ]

    def __str__(self) -> str:
        return f"the mark of a {self.use} key"


class CircumstanceKind(models.TextChoices):
    CONTRACT = "contract", _("kind of work")
    HOUSEHOLD = "household", _("household")
    BENEFIT = "benefit", _("benefit")
    EDUCATION = "education", _("highest education")
    WORKING_SINCE = "working_since", _("employed since")
    RESIDENCE = "residence", _("lives in the Netherlands")
    SEX = "sex", _("sex")  # asked only when a policy does not take lone fathers on equal terms


class Source(models.TextChoices):
    OWN_STATEMENT = "own_statement", _("own statement")
    REGISTER = "register", _("register")
    MUNICIPALITY = "municipality", _("municipality")
    COACH = "coach", _("coach")


class Evidence(models.TextChoices):
    NOT_ASKED = "not_asked", _("not asked")
    ASKED = "asked", _("asked")
    SEEN = "seen", _("seen")
    REJECTED = "rejected", _("rejected")


class CircumstanceQuerySet(models.QuerySet["Circumstance"]):
    def holding(self, *, on: date) -> CircumstanceQuerySet:
        """Facts that hold on a date and were not rejected."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on).exclude(
            evidence=Evidence.REJECTED
        )

    def asked(self, account_code: str) -> CircumstanceQuerySet:
        """Statements that a citizen is asked to show evidence for."""
        return self.filter(citizen__account_code=account_code, evidence=Evidence.ASKED)


class Circumstance(models.Model):
    """One dated, sourced fact about a citizen; holds from `valid_from` up to, not on, `valid_until`."""

    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="circumstances")
    kind = models.CharField(max_length=16, choices=CircumstanceKind.choices)
    value = models.CharField(max_length=32)
    source = models.CharField(max_length=16, choices=Source.choices)
    evidence = models.CharField(max_length=16, choices=Evidence.choices, default=Evidence.NOT_ASKED)
    evidence_due_on = models.DateField(null=True)  # the last day to show it, once asked
    judged_by = models.CharField(max_length=100, blank=True)  # of an own statement
    judged_at = models.DateTimeField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    objects = CircumstanceQuerySet.as_manager()

    class Meta:
        constraints = [
            # Someone who made a mistake may state it again; the one recorded last counts.
            models.UniqueConstraint(
                name="circumstance_is_stated_once_per_source_and_start",
                fields=["citizen", "kind", "source", "valid_from"],
                condition=~Q(source=Source.OWN_STATEMENT),
            ),
            models.CheckConstraint(
                name="own_statement_is_judged_by_a_person",
                condition=Q(judged_by="", judged_at=None)
                & ~Q(source=Source.OWN_STATEMENT, evidence__in=["seen", "rejected"])
                | ~Q(judged_by="")
                & Q(
                    judged_at__isnull=False,
                    source=Source.OWN_STATEMENT,
                    evidence__in=["seen", "rejected"],
                ),
            ),
            models.CheckConstraint(
                name="circumstance_starts_before_it_ends",
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"  # without its value: Django's log of acts keeps this


class Purpose(models.TextChoices):
    """Why someone of our staff looks; stored as a code, read by everyone in their own language."""

    OPENED = "opened", _("opened in the administration")
    CASEWORK = "casework", _("handling an objection or a request")
    EVIDENCE = "evidence", _("looked at what you showed us")
    JUDGED = "judged", _("judged what you showed us")
    AUDIT = "audit", _("checked how we decide and pay")


class AccessLog(models.Model):
    """Who looked at a citizen's data, when and what for; shown to that citizen."""

    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="looks")
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    purpose = models.CharField("why", max_length=16, choices=Purpose.choices)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}"


class Writing(models.Model):
    """Words by or about a citizen: an objection, its answer, a reason. Under the person's own key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="writings")
    text = models.BinaryField()  # AES-GCM
    author = models.CharField(max_length=100)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Exhibit(models.Model):
    """What a citizen shows to prove a statement, under the person's own key; gone once it is judged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    fact = models.ForeignKey(Circumstance, on_delete=models.CASCADE, related_name="exhibits")
    media_type = models.CharField(max_length=32)
    content = models.BinaryField()  # AES-GCM
    handed_in_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
