"""The groups staff belong to, and what each may do in the administration.

Two eyes are never enough for money or rules: the acts themselves refuse the same person twice.
Auditors hold no right here at all; the audit pages ask only for membership of their group.
"""

from collections.abc import Sequence

from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

AUDITORS = "auditors"
POLICY_OFFICERS = "policy-officers"
PAYMENT_OFFICERS = "payment-officers"
REVIEWERS = "reviewers"
PROVIDER_OFFICERS = "provider-officers"
PRIVACY_OFFICERS = "privacy-officers"

# group -> "app.codename"
RIGHTS: dict[str, list[str]] = {
    AUDITORS: [],
    POLICY_OFFICERS: [
        "eligibility.view_scheme",
        "eligibility.add_policy",
        "eligibility.change_policy",
        "eligibility.view_policy",
        "eligibility.add_policyparameter",
        "eligibility.change_policyparameter",
        "eligibility.delete_policyparameter",
        "eligibility.view_policyparameter",
        "budgets.view_fund",
        "budgets.add_topuprun",
        "budgets.view_topuprun",
        "budgets.view_topupchunk",
        "budgets.add_round",
        "budgets.change_round",
        "budgets.view_round",
    ],
    PAYMENT_OFFICERS: [
        "payouts.add_paymentbatch",
        "payouts.change_paymentbatch",
        "payouts.view_paymentbatch",
        "payouts.view_payout",
        "payouts.add_repayment",
        "payouts.change_repayment",
        "payouts.view_repayment",
        "payouts.add_bankstatement",
        "payouts.view_bankstatement",
        "payouts.change_bankentry",
        "payouts.view_bankentry",
        "payouts.view_debtor",
        "payouts.add_writeoff",
        "payouts.change_writeoff",
        "payouts.view_writeoff",
        "providers.add_reminder",
        "providers.view_recovery",
        "providers.view_suspension",
        "providers.view_provider",
        "providers.view_ibanchange",
        "providers.change_ibanchange",
        "budgets.view_fund",
        "budgets.view_contributionfile",
        "budgets.add_contributionfile",
        "budgets.change_contributionfile",
    ],
    REVIEWERS: [
        "providers.view_review",
        "providers.change_review",
        "providers.view_recovery",
        "providers.add_recovery",
        "providers.change_recovery",
        "providers.view_suspension",
        "providers.add_suspension",
        "providers.change_suspension",
        "providers.view_claim",
        "providers.view_enrolment",
        "providers.view_course",
        "providers.view_provider",
        "eligibility.view_decision",
        "eligibility.change_decision",
        "eligibility.view_objection",
        "eligibility.change_objection",
        "eligibility.view_deviation",
        "eligibility.add_deviation",
        "eligibility.change_deviation",
        "citizens.view_circumstance",
        "citizens.add_circumstance",
        "citizens.change_circumstance",
        "budgets.view_refusal",
        "budgets.change_refusal",
        "budgets.view_admission",
        "budgets.change_admission",
        "budgets.view_pause",
        "budgets.add_pause",
        "budgets.change_pause",
    ],
    PROVIDER_OFFICERS: [
        "providers.view_provider",
        "providers.add_provider",
        "providers.view_ibanchange",
        "providers.add_ibanchange",
        "providers.change_ibanchange",
        "providers.view_suspension",
        "providers.add_suspension",
        "providers.change_suspension",
        "providers.view_course",
        "providers.view_client",
        "providers.add_client",
        "providers.delete_client",
    ],
    PRIVACY_OFFICERS: [
        "citizens.view_citizen",
        "citizens.delete_citizen",
        "citizens.view_circumstance",
        "citizens.view_accesslog",
    ],
}


def set_up_groups() -> None:
    """Create the groups and give each exactly its rights; safe to repeat, after the migrations."""
    rights = _permissions({right for rights in RIGHTS.values() for right in rights})
    for name, wanted in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([rights[right] for right in wanted])


class UnableToAddStaff(Exception):
    """The name, the groups or the password are not acceptable; the message says why."""


@transaction.atomic
def add_member(name: str, *, groups: Sequence[str], password: str) -> User:
    """Add a member of staff to exactly these groups; one that exists keeps the own password.

    Raises UnableToAddStaff.
    """
    known = list(Group.objects.filter(name__in=groups))
    unknown = sorted(set(groups) - {group.name for group in known})
    if not groups or unknown:
        none = f"there is no group {', '.join(unknown)}" if unknown else "no group was given"
        raise UnableToAddStaff(f"{name}: {none}; choose from {', '.join(RIGHTS)}.")
    try:
        User._meta.get_field("username").clean(name, None)
    except ValidationError as error:
        raise UnableToAddStaff(f"{name!r} is no name to log in with: {error.messages[0]}") from None
    # Two people agree by two names, and nobody reads these two as two.
    if other := User.objects.filter(username__iexact=name).exclude(username=name).first():
        raise UnableToAddStaff(f"{name}: there is a member called {other} already.")
    member, created = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    if created or not member.has_usable_password():
        try:
            validate_password(password, member)
        except ValidationError as error:
            raise UnableToAddStaff(" ".join(error.messages)) from None
        member.set_password(password)
    member.is_staff = True
    member.save()
    member.groups.set(known)
    return member


def member_who_may(name: str, right: str) -> User | None:
    """The active member of staff with this name, when that may do this."""
    member = User.objects.filter(username=name, is_staff=True).first()
    return member if member and member.has_perm(right) else None


def _permissions(names: set[str]) -> dict[str, Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found = Permission.objects.filter(wanted).select_related("content_type")
    return {f"{right.content_type.app_label}.{right.codename}": right for right in found}
