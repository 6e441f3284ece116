"""Decisions, with their facts, the rules step by step and the policy version; policies and runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page, page_about, page_for
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.policies import changes, previous_version
from ontwikkelrekening.audit.rule_words import (
    fact_name,
    fact_value,
    parameter_name,
    parameter_value,
)
from ontwikkelrekening.budgets.models import TopUpChunk, TopUpRun, Tranche
from ontwikkelrekening.eligibility.models import Decision, Outcome, Policy, PolicyParameter
from ontwikkelrekening.eligibility.reading import erased_in_words, parameters_of, steps_of
from ontwikkelrekening.staff import POLICY_OFFICERS
from ontwikkelrekening.tables.table import Column, Listed, Queried, Table, table_on


def decisions_table(request: HttpRequest, decisions: Queried) -> Table:
    return table_on(
        request,
        "decisions",
        caption=_("Decisions"),
        columns=[
            Column(
                "decided",
                _("Decided on"),
                lambda x: x.decided_on,
                "date",
                link=lambda x: reverse("audit:decision", args=[x.id]),
                order="decided_on",
            ),
            Column(
                "account",
                _("Learning account"),
                lambda x: x.account_code,
                "code",
                link=lambda x: reverse("audit:learning-account", args=[x.account_code]),
                order="account_code",
            ),
            Column("outcome", _("Outcome"), lambda x: x.outcome, "state", order="outcome"),
            Column("priority", _("Priority"), lambda x: x.priority, "count", order="priority"),
            Column("amount", _("Amount"), lambda x: x.amount, "cents", order="amount"),
            Column(
                "policy",
                _("Policy version"),
                lambda x: str(x.policy),
                link=lambda x: reverse("audit:policy", args=[x.policy_id]),
            ),
            Column("by", _("Decided by"), lambda x: x.decided_by),
            Column("confirmed", _("Confirmed by"), lambda x: x.confirmed_by),
        ],
        source=decisions,
        sort="-decided",
        empty=_("No decisions match."),
    )


def _listed_decisions() -> QuerySet[Decision]:
    return Decision.objects.prefetch_related("policy__scheme").defer("facts", "trace")


@audit_page
def decisions(request: HttpRequest) -> HttpResponseBase:
    outcome, search = request.GET.get("outcome", ""), request.GET.get("q", "").strip().upper()
    wanted = _listed_decisions()
    if outcome == "waiting":
        wanted = wanted.filter(outcome=Outcome.REFUSED, confirmed_by="", replaced_by=None)
    elif outcome in Outcome.values:
        wanted = wanted.filter(outcome=outcome)
    if search:
        wanted = wanted.filter(account_code__startswith=search)
    return answer(
        request,
        "audit/decisions.html",
        title=_("Decisions"),
        section="decisions",
        tables=[decisions_table(request, Queried(wanted))],
        outcome=outcome,
        outcomes=[
            ("", _("All")),
            (Outcome.GRANTED, _("Granted")),
            (Outcome.REFUSED, _("Refused")),
            ("waiting", _("Refusals that wait for a person")),
        ],
        search=search,
    )


def _decided(id: UUID) -> Iterable[str]:
    return Decision.objects.filter(id=id).values_list("account_code", flat=True)


@page_about(_decided)
def decision(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(
        Decision.objects.select_related("policy__scheme", "replaced_by"), id=id
    )
    tranches = Tranche.objects.filter(decision=found).select_related("account")
    return answer(
        request,
        "audit/decision.html",
        title=_("Decision"),
        section="decisions",
        trail=[(_("Decisions"), reverse("audit:decisions"))],
        tables=[
            facts_table(request, found),
            trace_table(request, found),
            tranches_table(request, Queried(tranches.order_by("id"))),
        ],
        decision=found,
        erased=erased_in_words(found.erased_on) if found.erased_on else "",
        policy_href=reverse("audit:policy", args=[found.policy_id]),
        replaced_by=getattr(found, "replaced_by", None),
    )


def facts_table(request: HttpRequest, found: Decision) -> Table:
    return table_on(
        request,
        "facts",
        caption=_("Facts used"),
        columns=[
            Column("fact", _("Fact"), lambda x: (fact_name(x[0]), x[0]), "named"),
            Column("value", _("Value"), lambda x: fact_value(*x)),
        ],
        source=Listed(list(found.facts.items())),
    )


def trace_table(request: HttpRequest, found: Decision) -> Table:
    steps = steps_of(found, parameters=parameters_of(found.policy))
    return table_on(
        request,
        "trace",
        caption=_("Rules, step by step"),
        columns=[
            Column("step", _("Step"), lambda x: x[0], "count"),
            Column("rule", _("Rule"), lambda x: x[1].rule, "code"),
            Column("holds", _("Holds"), lambda x: x[1].holds, "value"),
            Column("fact", _("Fact"), lambda x: (fact_name(x[1].fact), x[1].fact), "named"),
            Column("value", _("Value"), lambda x: fact_value(x[1].fact, x[1].value)),
            Column(
                "parameter",
                _("Parameter"),
                lambda x: (parameter_name(x[1].parameter), x[1].parameter),
                "named",
            ),
            Column("ground", _("Legal ground"), lambda x: x[1].ground),
        ],
        source=Listed(list(enumerate(steps, 1))),
        per_page=200,
    )


def tranches_table(request: HttpRequest, tranches: Queried) -> Table:
    return table_on(
        request,
        "tranches",
        caption=_("Credit granted"),
        columns=[
            Column(
                "account",
                _("Ledger account"),
                lambda x: x.account.code,
                "code",
                link=lambda x: reverse("audit:account", args=[x.account.code]),
            ),
            Column("kind", _("Kind"), lambda x: x.kind, "code"),
            Column("categories", _("May pay for"), lambda x: ", ".join(x.categories)),
            Column("granted", _("Granted"), lambda x: x.granted, "cents", order="granted"),
            Column("on", _("Granted on"), lambda x: x.granted_on, "date", order="granted_on"),
            Column("expires", _("Last day"), lambda x: x.expires_on, "date", order="expires_on"),
            Column(
                "decision",
                _("Decision"),
                lambda x: x.decision_id,
                "code",
                link=lambda x: x.decision_id and reverse("audit:decision", args=[x.decision_id]),
            ),
        ],
        source=tranches,
        empty=_("No credit was granted."),
    )


@page_about(lambda code: [code])
def learning_account(request: HttpRequest, code: str) -> HttpResponseBase:
    """All that was decided for and granted to one pseudonymous account."""
    decided = _listed_decisions().filter(account_code=code)
    tranches = Tranche.objects.filter(account_code=code).select_related("account")
    return answer(
        request,
        "audit/learning_account.html",
        title=code,
        section="decisions",
        trail=[(_("Decisions"), reverse("audit:decisions"))],
        tables=[
            decisions_table(request, Queried(decided)),
            tranches_table(request, Queried(tranches.order_by("granted_on", "id"))),
        ],
        code=code,
    )


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


@audit_page
def runs(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "runs",
        caption=_("Top-up runs"),
        columns=[
            Column("run", _("Run"), str, link=lambda x: reverse("audit:run", args=[x.id])),
            Column("on", _("Decided on"), lambda x: x.decided_on, "date", order="decided_on"),
            Column("started", _("Started"), lambda x: x.started_at, "moment", order="started_at"),
            Column("done", _("Parts done"), lambda x: x.done, "count"),
            Column("parts", _("Parts"), lambda x: x.parts, "count"),
            Column("granted", _("Granted"), lambda x: x.granted or 0, "count"),
            Column("refused", _("Refused"), lambda x: x.refused or 0, "count"),
            Column("amount", _("Amount"), lambda x: x.amount or 0, "cents"),
        ],
        source=Queried(_runs()),
        sort="-started",
        empty=_("No top-up has been run yet."),
    )
    return answer(request, "audit/runs.html", title=_("Top-ups"), section="runs", tables=[table])


def _runs() -> QuerySet[Any, Any]:
    return TopUpRun.objects.select_related("scheme").annotate(
        parts=Count("chunks"),
        done=Count("chunks", filter=Q(chunks__done_at__isnull=False)),
        granted=Sum("chunks__granted"),
        refused=Sum("chunks__refused"),
        amount=Sum("chunks__amount"),
    )


@audit_page
def run(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(_runs(), id=id)
    chunks = table_on(
        request,
        "parts",
        caption=_("Parts of the run"),
        columns=[
            Column("number", _("Part"), lambda x: x.number, "count", order="number"),
            Column("first", _("From account"), lambda x: x.first_code, "code"),
            Column("last", _("To account"), lambda x: x.last_code, "code"),
            Column("granted", _("Granted"), lambda x: x.granted, "count", order="granted"),
            Column("refused", _("Refused"), lambda x: x.refused, "count", order="refused"),
            Column("amount", _("Amount"), lambda x: x.amount, "cents", order="amount"),
            Column("done", _("Done at"), lambda x: x.done_at, "moment", order="done_at"),
        ],
        source=Queried(TopUpChunk.objects.filter(run=found)),
        sort="number",
    )
    return answer(
        request,
        "audit/run.html",
        title=str(found),
        section="runs",
        trail=[(_("Top-ups"), reverse("audit:runs"))],
        tables=[chunks],
        run=found,
        policy=Policy.objects.in_force(scheme=found.scheme, on=found.decided_on).first(),
    )
