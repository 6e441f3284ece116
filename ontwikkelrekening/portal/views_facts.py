"""What we know of a citizen and where it came from; telling us something else; showing that it is so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from ontwikkelrekening.citizens.evidence import UnableToHandIn, hand_in
from ontwikkelrekening.citizens.identity import Identity, NoIdentity, identity_of
from ontwikkelrekening.citizens.models import (
    Circumstance,
    CircumstanceKind,
    Citizen,
    Evidence,
    Source,
)
from ontwikkelrekening.citizens.stating import UnableToState, state
from ontwikkelrekening.citizens.vocabulary import VOCABULARY
from ontwikkelrekening.eligibility.facts import counting_facts, needed_on
from ontwikkelrekening.portal.forms import EvidenceForm, FactForm
from ontwikkelrekening.portal.session import for_citizen
from ontwikkelrekening.portal.words import EVIDENCE, FACTS, QUESTIONS, SOURCES, Status, Words

FACTS_MAX = 100


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as its citizen reads it."""

    fact: Circumstance
    words: str
    source: Words
    counts: bool
    evidence: Status | None

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds."""
        until = self.fact.valid_until
        return until - timedelta(days=1) if until else None

    @property
    def is_asked(self) -> bool:
        return self.fact.evidence == Evidence.ASKED


@for_citizen
def facts(request: HttpRequest, account: str) -> HttpResponse:
    """All that is known, with what counts today; what a rule looks at can be told anew."""
    today = timezone.localdate()
    citizen = Citizen.objects.get(account_code=account)
    counting = set(counting_facts([account], on=today).values_list("pk", flat=True))
    known = Circumstance.objects.filter(citizen=citizen).order_by("-valid_from", "-pk")[:FACTS_MAX]
    told = [_told(fact, counts=fact.pk in counting) for fact in known]
    asked = needed_on(today)
    context = {
        "account": account,
        "here": "facts",
        "citizen": citizen,
        "identity": _identity(citizen),
        "kinds": [
            (kind, FACTS[kind], of_kind, kind in asked)
            for kind in CircumstanceKind
            if (of_kind := [each for each in told if each.fact.kind == kind]) or kind in asked
        ],
        "to_show": [each for each in told if each.is_asked],
        **_saved(told, request.GET.get("opgeslagen", "")),
    }
    return render(request, "portal/facts.html", context)


def _saved(told: list[Told], kind: str) -> dict[str, Told | None]:
    """What was told just now of this kind, and what counts in its place where something else does."""
    of_kind = [each for each in told if each.fact.kind == kind]
    own = [each for each in of_kind if each.fact.source == Source.OWN_STATEMENT]
    saved = max(own, key=lambda each: (each.fact.recorded_at, each.fact.pk), default=None)
    instead = next((each for each in of_kind if each.counts and each is not saved), None)
    return {"saved": saved, "instead": instead}


@for_citizen
def state_fact(request: HttpRequest, account: str, kind: str) -> HttpResponseBase:
    """One question: what is it, since when, until when."""
    now = timezone.now()
    today = timezone.localdate(now)
    if kind not in needed_on(today):
        raise Http404
    form = FactForm(kind, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            state(
                Citizen.objects.get(account_code=account),
                kind=kind,
                **form.stated(),
                on=today,
                at=now,
            )
        except UnableToState as error:
            form.add_error(error.field if error.field in form.fields else "valid_from", str(error))
        else:
            return redirect(f"{reverse('portal:facts')}?opgeslagen={kind}")
    context = {
        "account": account,
        "here": "facts",
        "kind": kind,
        "question": QUESTIONS[kind],
        "form": form,
        "home": kind == CircumstanceKind.HOUSEHOLD,
    }
    return render(request, "portal/fact.html", context, status=422 if form.errors else 200)


@for_citizen
def show_evidence(request: HttpRequest, account: str, fact_id: int) -> HttpResponseBase:
    """Hand in a document for a statement that we ask about."""
    fact = get_object_or_404(Circumstance.objects.asked(account), pk=fact_id)
    sent = request.method == "POST"
    form = EvidenceForm(request.POST, request.FILES) if sent else EvidenceForm()
    if form.is_valid():
        try:
            hand_in(fact, form.cleaned_data["document"].read(), at=timezone.now())
        except UnableToHandIn as error:
            form.add_error("document", str(error))
        else:
            return redirect("portal:show_evidence", fact_id=fact.pk)
    context = {
        "account": account,
        "here": "facts",
        "told": _told(fact, counts=True),
        "name": FACTS[fact.kind],
        "form": form,
        "handed_in": fact.exhibits.defer("content").order_by("handed_in_at"),
    }
    return render(request, "portal/evidence.html", context, status=422 if form.errors else 200)


def _told(fact: Circumstance, *, counts: bool) -> Told:
    return Told(fact, _words(fact), SOURCES[fact.source], counts, EVIDENCE.get(fact.evidence))


def _words(fact: Circumstance) -> str:
    if fact.kind == CircumstanceKind.WORKING_SINCE:
        since = parse_date(fact.value)
        return date_format(since, "j F Y") if since else fact.value
    return str(VOCABULARY[fact.kind](fact.value).label)


def _identity(citizen: Citizen) -> Identity | None:
    try:
        return identity_of(citizen)
    except NoIdentity:
        return None
