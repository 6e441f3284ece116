"""Objections to decisions: one clock, one table of moves, every move kept."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.eligibility.models.decisions import MACHINE, Decision


class ObjectionState(models.TextChoices):
    FILED = "filed", _("filed")
    ACKNOWLEDGED = "acknowledged", _("receipt confirmed")
    UPHELD = "upheld", _("the decision stands")  # the decision stands
    REPLACED = "replaced", _("new decision")  # the decision is replaced
    INADMISSIBLE = "inadmissible", _("not taken up")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = (ObjectionState.FILED, ObjectionState.ACKNOWLEDGED)
ANSWERED = (ObjectionState.UPHELD, ObjectionState.REPLACED, ObjectionState.INADMISSIBLE)


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> ObjectionQuerySet:
        """Objections that still wait for an answer, the most urgent first."""
        return self.filter(state__in=OPEN).order_by("decide_by", "id")


class Objection(models.Model):
    """A citizen's formal objection to a decision. Its words are kept with the citizen, encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="objections")
    account_code = models.CharField(max_length=16, db_index=True)
    words = models.UUIDField()  # citizens.Writing
    answer = models.UUIDField(null=True)  # citizens.Writing
    filed_on = models.DateField()
    in_time = models.BooleanField()
    committee = models.BooleanField("with committee", default=False)
    decide_by = models.DateField()
    extended = models.BooleanField(default=False)
    state = models.CharField(
        max_length=12, choices=ObjectionState.choices, default=ObjectionState.FILED
    )
    result = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, related_name="won_by"
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="decision_is_objected_to_once",
                fields=["decision"],
                condition=~Q(state=ObjectionState.WITHDRAWN),
            ),
            models.CheckConstraint(
                name="replaced_objection_has_a_new_decision",
                condition=Q(state=ObjectionState.REPLACED, result__isnull=False)
                | (~Q(state=ObjectionState.REPLACED) & Q(result=None)),
            ),
            models.CheckConstraint(
                name="decided_objection_has_an_answer",
                condition=Q(state__in=[*OPEN, ObjectionState.WITHDRAWN]) | Q(answer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ObjectionMove(models.Model):
    """One change of an objection: who, when, from, to."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="moves")
    event = models.CharField(max_length=12)
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                name="objection_move_names_its_actor", condition=~Q(actor__in=["", MACHINE])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d}"
