"""Policy versions, with every parameter and what it was before."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import page_for
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.policies import changes, previous_version
from ontwikkelrekening.audit.rule_words import parameter_name, parameter_value
from ontwikkelrekening.eligibility.models import Policy, PolicyParameter
from ontwikkelrekening.staff import POLICY_OFFICERS
from ontwikkelrekening.tables.table import Column, Listed, Queried, table_on


@page_for(POLICY_OFFICERS)
def policies(request: HttpRequest) -> HttpResponseBase:
    versions = Policy.objects.select_related("scheme", "proposed_by", "approved_by").only(
        "scheme__name",
        "version",
        "starts_on",
        "ends_on",
        "state",
        "approved_at",
        "proposed_by__username",
        "approved_by__username",
    )
    table = table_on(
        request,
        "policies",
        caption=_("Policy versions"),
        columns=[
            Column(
                "policy",
                _("Policy version"),
                str,
                link=lambda x: reverse("audit:policy", args=[x.id]),
            ),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column("starts", _("Holds from"), lambda x: x.starts_on, "date", order="starts_on"),
            Column("ends", _("Up to"), lambda x: x.ends_on, "date", order="ends_on"),
            Column(
                "proposed", _("Proposed by"), lambda x: x.proposed_by and x.proposed_by.username
            ),
            Column(
                "approved", _("Approved by"), lambda x: x.approved_by and x.approved_by.username
            ),
            Column("at", _("Approved at"), lambda x: x.approved_at, "moment", order="approved_at"),
        ],
        source=Queried(versions),
        sort="-starts",
        empty=_("No policy has been drafted yet."),
    )
    return answer(
        request, "audit/policies.html", title=_("Policies"), section="policies", tables=[table]
    )


@page_for(POLICY_OFFICERS)
def policy(request: HttpRequest, id: int) -> HttpResponseBase:
    found = get_object_or_404(
        Policy.objects.select_related(
            "scheme", "proposed_by", "approved_by", "superseded_by__scheme"
        ).only(
            "scheme__name",
            "scheme__code",
            "superseded_by__version",
            "superseded_by__scheme__name",
            "version",
            "starts_on",
            "ends_on",
            "state",
            "approved_at",
            "proposed_by__username",
            "approved_by__username",
        ),
        id=id,
    )
    before = previous_version(found)
    parameters = list(PolicyParameter.objects.filter(policy=found).order_by("key"))
    table = table_on(
        request,
        "parameters",
        caption=_("Parameters"),
        columns=[
            Column(
                "key",
                _("Parameter"),
                lambda x: (parameter_name(x.key), x.key),
                "named",
                order="key",
            ),
            Column("value", _("Value"), lambda x: parameter_value(x.key, x.value), "value"),
            Column("ground", _("Legal ground"), lambda x: x.ground, order="ground"),
            Column("reason", _("Explanation"), lambda x: x.reason),
        ],
        source=Listed(parameters),
        per_page=500,
    )
    changed = table_on(
        request,
        "changes",
        caption=_("Changed since the version before"),
        columns=[
            Column("key", _("Parameter"), lambda x: (parameter_name(x.key), x.key), "named"),
            Column("before", _("Was"), lambda x: parameter_value(x.key, x.before), "value"),
            Column("after", _("Is now"), lambda x: parameter_value(x.key, x.after), "value"),
            Column("ground", _("Legal ground"), lambda x: x.ground),
        ],
        source=Listed(changes(before, parameters) if before else []),
        per_page=500,
        empty=_("Nothing changed.") if before else _("This is the first version."),
    )
    return answer(
        request,
        "audit/policy.html",
        title=str(found),
        section="policies",
        trail=[(_("Policies"), reverse("audit:policies"))],
        tables=[changed, table],
        policy=found,
        before=before,
        before_href=reverse("audit:policy", args=[before.id]) if before else "",
        superseded_href=reverse("audit:policy", args=[found.superseded_by_id])
        if found.superseded_by_id
        else "",
    )
