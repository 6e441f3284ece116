"""Decisions, with their facts, the rules step by step and the policy version."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page, page_about
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.rule_words import fact_name, fact_value, parameter_name
from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.eligibility.models import Decision, Outcome
from ontwikkelrekening.eligibility.reading import erased_in_words, parameters_of, steps_of
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
