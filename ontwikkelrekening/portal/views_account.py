"""What a citizen has, what happened with it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language

from ontwikkelrekening.budgets.accounts import expiring, history, overview
from ontwikkelrekening.budgets.history import NEWEST, free_at
from ontwikkelrekening.budgets.models import Pause, Round
from ontwikkelrekening.citizens.identity import full_name, greeting
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.letter_pdf import letter_pdf
from ontwikkelrekening.eligibility.letters import letter, motive_of
from ontwikkelrekening.eligibility.models import Decision, Outcome
from ontwikkelrekening.eligibility.objecting import may_object
from ontwikkelrekening.eligibility.reading import announced_on, objection_answered_on
from ontwikkelrekening.eligibility.replacing import granted_besides
from ontwikkelrekening.portal.credits import Credit, credits_of, live
from ontwikkelrekening.portal.session import account_of, for_account, for_citizen
from ontwikkelrekening.portal.telling import by_month, tell
from ontwikkelrekening.portal.words import CATEGORIES, OBJECTIONS

LINES_ON_HOME = 5
LINES_A_PAGE = 25
DECISIONS_MAX = 50


def front(request: HttpRequest) -> HttpResponseBase:
    """The address of the site: what it is, or for who is logged in, how much there is."""
    return home(request) if account_of(request) else render(request, "portal/front.html")


@for_account
def home(request: HttpRequest, account: str) -> HttpResponse:
    now = timezone.localtime()
    greeted = greeting(account)
    state = overview(account, on=now.date())
    tegoeden = credits_of(state)
    lines = expiring(state, on=now.date()) + history(account, limit=LINES_ON_HOME)
    context = {
        "account": account,
        "here": "home",
        "name": greeted.given_name,
        "hour": now.hour,
        "today": now.date(),
        "available": state.available_cents,
        "credits": live(tegoeden),
        "had_credit": bool(state.tranches),
        "refusals": _refusals(account),
        "ended_on": greeted.ended_on,
        "happened": tell(lines[:LINES_ON_HOME], free=state.available_cents),
    }
    if not greeted.ended_on:
        context |= _to_do(account, tegoeden, at=now) | {"evidence_asked": greeted.evidence_asked}
    return render(request, "portal/home.html", context)


def _to_do(account: str, tegoeden: Sequence[Credit], *, at: datetime) -> dict[str, object]:
    """What there is to know and to do on an account that has not ended."""
    return {
        "paused": Pause.running(account, on=at.date()),
        "open_rounds": Round.open_at(at),
        "ending": [each for each in tegoeden if each.ends_soon(on=at.date())],
    }


def _refusals(account: str) -> list[Decision]:
    """Of each scheme the last decision, where it gives nothing: the term to object to it may run."""
    by_scheme = _decisions(account).order_by("policy__scheme", "-recorded_at", "-pk")
    last = by_scheme.distinct("policy__scheme").defer("facts", "trace")
    return [decision for decision in last if decision.outcome == Outcome.REFUSED]


@for_citizen
def statement(request: HttpRequest, account: str) -> HttpResponse:
    """Line by line, newest first; `voor` is the position the page begins before.

    On top stands what the night has yet to book, so that it ends at what the overview calls free.
    """
    before = _position(request.GET.get("voor"))
    today = timezone.localdate()
    lines = history(account, limit=LINES_A_PAGE + 1, before=NEWEST if before is None else before)
    page = lines[:LINES_A_PAGE]
    coming = expiring(overview(account, on=today), on=today) if before is None else []
    free = free_at(account, page[0].position) if page else 0
    told = tell([*coming, *page], free=free + sum(line.cents for line in coming))
    context = {
        "account": account,
        "here": "home",
        "months": by_month(told),
        "crossed": any(each.after < 0 for each in told),  # the credit itself never was below zero
        "first_page": before is None,
        "older": page[-1].position if len(lines) > LINES_A_PAGE else None,
        "now": timezone.now(),
    }
    return render(request, "portal/statement.html", context)


@for_citizen
def credit(request: HttpRequest, account: str, tranche_id: UUID) -> HttpResponse:
    today = timezone.localdate()
    for each in credits_of(overview(account, on=today)):
        if each.holds(tranche_id):
            context = {
                "account": account,
                "here": "home",
                "credit": each,
                "round": Round.objects.filter(account=each.tranche.source_id).first(),
                "today": today,
                "ended_on": Citizen.ended_on(account),
            }
            return render(request, "portal/credit.html", context)
    raise Http404


@for_citizen
def spending(request: HttpRequest, account: str) -> HttpResponse:
    """Where can I use this for: each kind, with what there is for it."""
    tegoeden = credits_of(overview(account, on=timezone.localdate()))
    free_for = {
        category: sum(c.free for c in tegoeden if category in c.tranche.categories)
        for category in CATEGORIES
    }
    kinds = [(code, kind, free_for[code]) for code, kind in CATEGORIES.items()]
    context = {
        "account": account,
        "here": "home",
        "usable": [kind for kind in kinds if kind[2]],
        "other": [kind for kind in kinds if not kind[2]],
    }
    return render(request, "portal/spending.html", context)


@for_citizen
def decisions(request: HttpRequest, account: str) -> HttpResponse:
    found = _decisions(account)[:DECISIONS_MAX]
    context = {
        "account": account,
        "here": "home",
        "decisions": [(each, announced_on(each)) for each in found],
    }
    return render(request, "portal/decisions.html", context)


def _decisions(account: str) -> QuerySet[Decision]:
    """The newest first."""
    mine = Decision.objects.filter(account_code=account).select_related("policy__scheme")
    return mine.order_by("-recorded_at", "-pk")


@for_citizen
def decision(request: HttpRequest, account: str, decision_id: UUID) -> HttpResponse:
    found = get_object_or_404(_decisions(account), pk=decision_id)
    objections = list(found.objections.order_by("filed_on", "pk"))
    context = {
        "account": account,
        "here": "home",
        "decision": found,
        "announced_on": announced_on(found),
        "letter": letter(found, **_for_the_citizen(found)),
        "objections": [(each, OBJECTIONS[each.state]) for each in objections],
        "newer": Decision.objects.filter(replaces=found).first(),
        "granted": granted_besides(found) if found.outcome == Outcome.REFUSED else None,
        "may_object": may_object(found),
    }
    return render(request, "portal/decision.html", context)


@for_citizen
def letter_file(request: HttpRequest, account: str, decision_id: UUID) -> HttpResponse:
    """The same letter as an accessible PDF, to keep or to print."""
    found = get_object_or_404(_decisions(account), pk=decision_id)
    return HttpResponse(
        letter_pdf(found, **_for_the_citizen(found), to=full_name(account)),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="besluit-{announced_on(found)}.pdf"',
        },
    )


def _for_the_citizen(decision: Decision) -> dict[str, Any]:
    """In the reader's language, today, with what is for the citizen alone."""
    language = get_language() or "nl"
    open_objection = decision.objections.open().first()
    return {
        "language": language,
        "on": timezone.localdate(),
        "motive": motive_of(decision),
        "objected_on": open_objection.filed_on if open_objection else None,
        "answered_on": objection_answered_on(decision),
    }


def _position(written: str | None) -> int | None:
    """A place in the history as an address says it; anything else is a page that is not there."""
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise Http404
    return int(written)
