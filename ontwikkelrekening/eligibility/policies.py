"""The life of a policy version: drafted, proposed, approved by someone else, then frozen.

Until its first day an approved version can be superseded: by another, approved for that day or before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ontwikkelrekening.eligibility.models import (
    Decision,
    Policy,
    PolicyParameter,
    PolicyState,
    Scheme,
)
from ontwikkelrekening.eligibility.parameters import Parameters, check_parameters
from ontwikkelrekening.eligibility.reading import parameters_of


class UnableToSetPolicy(Exception):
    """A step in the life of a policy that cannot be taken; says why."""


class NotADraft(UnableToSetPolicy):
    """Only a draft can be changed or proposed, only a proposal approved."""


class SamePerson(UnableToSetPolicy):
    """Who proposed a policy cannot approve it."""


class OverlappingPolicy(UnableToSetPolicy):
    """Another approved version of the scheme begins on the same day, today."""


class WorksBackwards(UnableToSetPolicy):
    """A version would hold before its approval, or on days that were decided on without it."""

    def __init__(self, first: date) -> None:
        super().__init__(
            _("A policy does not work backwards. It can start on %(day)s at the earliest.")
            % {"day": date_format(first, "j F Y")}
        )


class EndsBeforeItStarts(UnableToSetPolicy):
    def __init__(self, ends_on: date) -> None:
        super().__init__(
            _("This version ends on %(day)s. It has to start before that.")
            % {"day": date_format(ends_on, "j F Y")}
        )


class IncompletePolicy(UnableToSetPolicy):
    """Parameters are missing or wrong; `problems` names each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class NoPolicy(LookupError):
    """The scheme has no approved policy on this date."""

    def __init__(self, scheme: Scheme, on: date) -> None:
        super().__init__(
            _("%(scheme)s has no policy in force on %(day)s.")
            % {"scheme": scheme, "day": date_format(on, "j F Y")}
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for one parameter, with its legal ground and, where it needs one, its reason."""

    value: object
    ground: str
    reason: str = ""


@transaction.atomic
def draft(
    scheme: Scheme,
    *,
    starts_on: date,
    settings: Mapping[str, Setting],
    on: date,
    ends_on: date | None = None,
) -> Policy:
    """A new version of the scheme's policy, open to change until it is proposed.

    `on` is today; raises WorksBackwards when the version would start too early, EndsBeforeItStarts
    when too late. When no version follows on `ends_on`, the scheme ends there.
    """
    Scheme.objects.select_for_update().get(pk=scheme.pk)
    _see_that_it_works_forward(scheme, starts_on=starts_on, on=on)
    _see_that_it_starts_first(starts_on, ends_on)
    last = Policy.objects.filter(scheme=scheme).aggregate(last=Max("version"))["last"] or 0
    policy = Policy.objects.create(
        scheme=scheme, version=last + 1, starts_on=starts_on, ends_on=ends_on
    )
    change(policy, settings=settings)
    return policy


@transaction.atomic
def change(policy: Policy, *, settings: Mapping[str, Setting]) -> None:
    """Set parameters of a draft; others stay as they are."""
    _locked(policy, expected=PolicyState.DRAFT)
    PolicyParameter.objects.bulk_create(
        [
            PolicyParameter(
                policy=policy,
                key=key,
                value=setting.value,
                ground=setting.ground,
                reason=setting.reason,
            )
            for key, setting in settings.items()
        ],
        update_conflicts=True,
        unique_fields=["policy", "key"],
        update_fields=["value", "ground", "reason"],
    )


@transaction.atomic
def move_start(policy: Policy, *, starts_on: date, on: date) -> None:
    """Give a draft another first day; raises WorksBackwards or EndsBeforeItStarts."""
    _locked(policy, expected=PolicyState.DRAFT)
    _see_that_it_works_forward(policy.scheme, starts_on=starts_on, on=on)
    _see_that_it_starts_first(starts_on, policy.ends_on)
    policy.starts_on = starts_on
    policy.save(update_fields=["starts_on"])


@transaction.atomic
def propose(policy: Policy, *, by: AbstractBaseUser) -> None:
    """Offer a complete draft for approval; from here its values stand still.

    Raises NotADraft or IncompletePolicy.
    """
    _locked(policy, expected=PolicyState.DRAFT)
    problems = problems_of(policy)
    if problems:
        raise IncompletePolicy(problems)
    policy.state = PolicyState.PROPOSED
    policy.proposed_by = by  # type: ignore[assignment]
    policy.save(update_fields=["state", "proposed_by"])


@transaction.atomic
def send_back(policy: Policy) -> None:
    """Make a proposal a draft again, so that it can be changed."""
    _locked(policy, expected=PolicyState.PROPOSED)
    policy.state = PolicyState.DRAFT
    policy.proposed_by = None
    policy.save(update_fields=["state", "proposed_by"])


@transaction.atomic
def approve(policy: Policy, *, by: AbstractBaseUser, at: datetime) -> None:
    """Put a proposal in force from its start date; the version before it ends there.

    Versions for the same days that have not begun are superseded. Raises SamePerson, WorksBackwards,
    or OverlappingPolicy when another version begins on the same day, today.
    """
    _locked(policy, expected=PolicyState.PROPOSED)
    if policy.proposed_by_id == by.pk:
        raise SamePerson(_("Whoever proposed a version cannot approve it."))
    _see_that_it_works_forward(policy.scheme, starts_on=policy.starts_on, on=localdate(at))
    policy.state = PolicyState.APPROVED
    policy.approved_by = by  # type: ignore[assignment]
    policy.approved_at = at
    try:
        with transaction.atomic():
            _take_its_days(policy, on=localdate(at))
    except IntegrityError as error:
        if "a policy never works backwards" in str(error):  # a top-up decided meanwhile
            raise WorksBackwards(first_start(policy.scheme, on=localdate(at))) from None
        if "approved_policies_never_overlap" not in str(error):
            raise
        raise OverlappingPolicy(
            _("Another version holds from that day, and it has begun. Choose a later first day.")
        ) from None


def to_supersede(policy: Policy, *, on: date) -> QuerySet[Policy]:
    """Approved versions that this one takes the place of when it is approved on this day."""
    days = Q(starts_on__gte=policy.starts_on, starts_on__gt=on)
    if policy.ends_on:
        days &= Q(starts_on__lt=policy.ends_on)
    return (
        Policy.objects.filter(days, scheme=policy.scheme_id, state=PolicyState.APPROVED)
        .exclude(pk=policy.pk)
        .select_related("scheme")
        .order_by("starts_on")
    )


def first_start(scheme: Scheme, *, on: date) -> date:
    """The first day a new version can hold: today, or the day after the last that was decided on."""
    decisions = Decision.objects.filter(policy__scheme=scheme)
    last = decisions.aggregate(last=Max("decided_on"))["last"]
    return on if last is None else max(on, last + timedelta(days=1))


def in_force(scheme: Scheme, *, on: date) -> tuple[Policy, Parameters]:
    """The version that holds on this date, with its typed values; raises NoPolicy."""
    policy = Policy.objects.in_force(scheme=scheme, on=on).first()
    if policy is None:
        raise NoPolicy(scheme, on)
    return policy, parameters_of(policy)


def held_last(scheme: Scheme, *, on: date) -> Parameters:
    """Of the version in force, or after the scheme's end of the last that was; raises NoPolicy."""
    begun = Policy.objects.filter(scheme=scheme, state=PolicyState.APPROVED, starts_on__lte=on)
    policy = begun.order_by("-starts_on").first()
    if policy is None:
        raise NoPolicy(scheme, on)
    return parameters_of(policy)


def problems_of(policy: Policy) -> list[str]:
    """What keeps this version from being proposed; nothing when it can be."""
    rows = list(policy.parameters.all())
    return [
        str(problem)
        for problem in check_parameters(
            {row.key: row.value for row in rows}, grounds={row.key: row.ground for row in rows}
        )
    ]


def _locked(policy: Policy, *, expected: PolicyState) -> None:
    """Hold the version's row for this transaction and see that it is in the expected state."""
    state = Policy.objects.select_for_update().values_list("state", flat=True).get(pk=policy.pk)
    if state != expected:
        raise NotADraft(
            _("%(policy)s is %(state)s, not %(expected)s.")
            % {"policy": policy, "state": PolicyState(state).label, "expected": expected.label}
        )


def _see_that_it_works_forward(scheme: Scheme, *, starts_on: date, on: date) -> None:
    first = first_start(scheme, on=on)
    if starts_on < first:
        raise WorksBackwards(first)


def _see_that_it_starts_first(starts_on: date, ends_on: date | None) -> None:
    if ends_on and starts_on >= ends_on:
        raise EndsBeforeItStarts(ends_on)


def _take_its_days(policy: Policy, *, on: date) -> None:
    """Whether versions overlap is looked at when all of them have made room."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS approved_policies_never_overlap DEFERRED")
        policy.save(update_fields=["state", "approved_by", "approved_at"])
        to_supersede(policy, on=on).update(state=PolicyState.SUPERSEDED, superseded_by=policy)
        Policy.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=policy.starts_on),
            scheme=policy.scheme_id,
            state=PolicyState.APPROVED,
            starts_on__lt=policy.starts_on,
        ).update(ends_on=policy.starts_on)
        cursor.execute("SET CONSTRAINTS approved_policies_never_overlap IMMEDIATE")
