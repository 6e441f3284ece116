"""The groups staff belong to, and what each may do in the administration.

Two eyes are never enough for money or rules: the acts themselves refuse the same person twice.
Auditors hold no right here at all; the audit pages ask only for membership of their group.
"""

from django.contrib.auth.models import Group, Permission
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
    ],
    PAYMENT_OFFICERS: [
        "payouts.add_paymentbatch",
        "payouts.change_paymentbatch",
        "payouts.view_paymentbatch",
        "payouts.view_payout",
        "providers.view_provider",
        "budgets.view_fund",
    ],
    REVIEWERS: [
        "providers.view_review",
        "providers.change_review",
        "providers.view_claim",
        "providers.view_enrolment",
        "providers.view_course",
        "providers.view_provider",
        "eligibility.view_decision",
        "eligibility.change_decision",
    ],
    PROVIDER_OFFICERS: [
        "providers.view_provider",
        "providers.add_provider",
        "providers.view_course",
        "providers.view_client",
        "providers.add_client",
        "providers.delete_client",
    ],
    PRIVACY_OFFICERS: [
        "citizens.view_citizen",
        "citizens.delete_citizen",
        "citizens.view_accesslog",
    ],
}


def set_up_groups() -> None:
    """Create the groups and give each exactly its rights; safe to repeat, after the migrations."""
    rights = _permissions({right for rights in RIGHTS.values() for right in rights})
    for name, wanted in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([rights[right] for right in wanted])


def _permissions(names: set[str]) -> dict[str, Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found = Permission.objects.filter(wanted).select_related("content_type")
    return {f"{right.content_type.app_label}.{right.codename}": right for right in found}
