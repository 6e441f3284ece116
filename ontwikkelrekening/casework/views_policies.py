"""The pages of policy officers: draft a version with a check beside each field, propose, try it out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from ontwikkelrekening.casework.access import staff_page
from ontwikkelrekening.casework.problems import attempt
from ontwikkelrekening.eligibility import simulating
from ontwikkelrekening.eligibility.models import Policy, PolicyState, Scheme, Simulation
from ontwikkelrekening.eligibility.parameters import KINDS, check_parameters
from ontwikkelrekening.eligibility.policies import (
    Setting,
    approve,
    change,
    draft,
    propose,
    send_back,
)
from ontwikkelrekening.staff import POLICY_OFFICERS


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(POLICY_OFFICERS)
def policies(request: HttpRequest) -> HttpResponseBase:
    """Every version of every scheme; a new one starts as a copy of the last."""
    problem = ""
    if request.method == "POST":
        scheme = get_object_or_404(Scheme, pk=request.POST.get("scheme"))
        starts_on = parse_date(request.POST.get("starts_on", ""))
        if starts_on:
            made = draft(scheme, starts_on=starts_on, settings=_settings_of(scheme))
            return redirect("casework:policy", policy_id=made.pk)
        problem = "Kies een bestaande datum."
    versions = Policy.objects.select_related("scheme", "proposed_by", "approved_by")
    context = {
        "section": "policies", "schemes": Scheme.objects.order_by("name"), "problem": problem,
        "versions": versions.order_by("scheme__name", "-version"),
    }  # fmt: skip
    return render(request, "casework/policies.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(POLICY_OFFICERS)
def policy(request: HttpRequest, policy_id: int) -> HttpResponseBase:
    """One version, parameter by parameter, with what is wrong beside each."""
    found = get_object_or_404(Policy.objects.select_related("scheme"), pk=policy_id)
    fields, problem = _fields(found), ""
    if request.method == "POST":
        problem, fields = _act(request, found, fields)
        if not problem:
            return redirect("casework:policy", policy_id=found.pk)
    context = {
        "section": "policies", "policy": found, "fields": fields, "problem": problem,
        "wrong": sum(bool(field["problem"]) for field in fields),
        "is_draft": found.state == PolicyState.DRAFT,
        "is_proposed": found.state == PolicyState.PROPOSED,
        "simulations": found.simulations.order_by("-started_at")[:10],
    }  # fmt: skip
    return render(request, "casework/policy.html", context, status=409 if problem else 200)


@require_safe
@staff_page(POLICY_OFFICERS)
def simulation(request: HttpRequest, simulation_id: UUID) -> HttpResponse:
    """What a draft would change: cost, winners and losers per group; fills while workers count."""
    found = get_object_or_404(
        Simulation.objects.select_related("draft__scheme", "current"), pk=simulation_id
    )
    lines = simulating.lines(found)
    most = max(1, *(max(line.cents_now, line.cents_then) for line in lines))
    bars = [
        {
            "line": line, "now": f"{100 * line.cents_now / most:.1f}%",
            "then": f"{100 * line.cents_then / most:.1f}%", "y": 64 * number,
        }
        for number, line in enumerate(lines)
    ]  # fmt: skip
    context = {
        "section": "policies", "simulation": found, "lines": lines, "bars": bars,
        "height": 64 * len(bars), "progress": simulating.progress(found),
    }  # fmt: skip
    return render(request, "casework/simulation.html", context)


def _settings_of(scheme: Scheme) -> dict[str, Setting]:
    """The last version's parameters, as a start."""
    last = scheme.policies.order_by("-version").first()
    rows = last.parameters.all() if last else []
    return {row.key: Setting(row.value, row.ground, row.reason) for row in rows}


def _fields(found: Policy) -> list[dict[str, Any]]:
    """Each parameter as it is stored, beside the version before it."""
    rows = {row.key: row for row in found.parameters.all()}
    before = (
        Policy.objects.filter(scheme=found.scheme_id, version__lt=found.version)
        .order_by("-version")
        .first()
    )
    old = {row.key: row.value for row in before.parameters.all()} if before else {}
    given = {
        key: {"value": _text(row.value), "ground": row.ground, "reason": row.reason}
        for key, row in rows.items()
    }
    return _checked(given, old)


def _checked(
    given: Mapping[str, Mapping[str, str]], old: Mapping[str, object]
) -> list[dict[str, Any]]:
    values = {key: _value(field["value"]) for key, field in given.items()}
    grounds = {key: field["ground"] for key, field in given.items()}
    problems = {p.key: p.problem for p in check_parameters(values, grounds=grounds)}
    return [
        {
            "key": key, "label": kind.label, "unit": kind.unit, "problem": problems.get(key, ""),
            "before": _text(old[key]) if key in old else "",
            "changed": key in old and key in values and values[key] != old[key],
            **given.get(key, {"value": "", "ground": "", "reason": ""}),
        }
        for key, kind in KINDS.items()
    ]  # fmt: skip


def _act(
    request: HttpRequest, found: Policy, fields: list[dict[str, Any]]
) -> tuple[str, list[dict[str, Any]]]:
    now, name = timezone.now(), request.POST.get("act", "")
    acts: dict[str, Callable[[], object]] = {
        "propose": lambda: propose(found, by=request.user),  # type: ignore[arg-type]
        "approve": lambda: approve(found, by=request.user, at=now),  # type: ignore[arg-type]
        "send_back": lambda: send_back(found),
        "simulate": lambda: simulating.start(
            found, on=timezone.localdate(now), by=request.user.get_username(), at=now
        ),
    }
    if name in acts:
        return attempt(acts[name]), fields
    old = {field["key"]: _value(field["before"]) for field in fields if field["before"]}
    given = {
        key: {
            part: request.POST.get(f"{key}.{part}", "").strip()
            for part in ("value", "ground", "reason")
        }
        for key in KINDS
    }
    checked = _checked(given, old)
    settings = {
        field["key"]: Setting(_value(field["value"]), field["ground"], field["reason"])
        for field in checked
        if field["value"] and field["ground"]
    }
    return attempt(lambda: change(found, settings=settings)), checked


def _text(value: object) -> str:
    """A value as an officer writes it: words with commas, true or false, parts as start=50."""
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(str(item) for item in value)
        case dict():
            return ", ".join(f"{when}={share}" for when, share in value.items())
    return str(value)


def _value(text: str) -> object:
    """The value a text stands for; what makes no sense is left as text for the check to name."""
    if "=" in text:
        parts = [part.split("=", 1) for part in text.split(",") if "=" in part]
        return {when.strip(): _number(share) for when, share in parts}
    if text in ("true", "false"):
        return json.loads(text)
    number = _number(text)
    if not isinstance(number, str):
        return number
    return [_number(item) for item in text.split(",") if item.strip()]


def _number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() else text
