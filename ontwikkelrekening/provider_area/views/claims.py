"""A provider's claims: what was asked, why it waits, when it is paid; claim an instalment, take back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ledger.money import to_cents
from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.asking import Done, Question, ask, key_of, sent
from ontwikkelrekening.provider_area.forms import ClaimForm, Yes
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.paying_back import to_pay_back
from ontwikkelrekening.provider_area.words import expected, said, why_held
from ontwikkelrekening.tables.histories import history_table
from ontwikkelrekening.tables.table import Column, Queried, Table, table_on
from providers import claiming
from providers.claiming.submitting import Instalment
from providers.models import Claim, Enrolment, StateChange
from providers.states import ClaimState
from providers.words import instalment as instalment_words

SHOWN = [
    ("", _("All")),
    ("in_review", _("In review")),
    ("expected", _("Approved, not yet paid")),
    ("paid", _("Paid")),
    ("refused", _("Refused")),
    ("recovered", _("Recovered")),
]


@require_safe
@for_staff
def claims(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    show, reference = request.GET.get("show", ""), request.GET.get("reference", "")
    wanted = _wanted(staff, show)
    if reference:
        wanted = wanted.filter(payment_reference=reference)
    return answer(
        request,
        "claims.html",
        staff,
        title=_("Claims"),
        section="claims",
        tables=[claims_table(request, wanted, held=_why_held(staff))],
        shown=SHOWN,
        show=show,
        reference=reference,
    )


def _wanted(staff: Staff, show: str) -> QuerySet[Claim]:
    mine = Claim.objects.of(staff.provider)
    if show == "expected":
        return mine.filter(state__in=[ClaimState.APPROVED, ClaimState.IN_FILE])
    return mine.filter(state=show) if show in ClaimState.values else mine


def claims_table(request: HttpRequest, wanted: QuerySet[Claim], *, held: str) -> Table:
    return table_on(
        request,
        "claims",
        caption=_("Your claims"),
        columns=[
            Column(
                "submitted",
                _("Submitted"),
                lambda x: x.submitted_at,
                "moment",
                link=_address,
                order="submitted_at",
            ),
            Column("course", _("Course"), lambda x: x.enrolment.course.name),
            Column(
                "instalment",
                _("Instalment"),
                lambda x: instalment_words(x.instalment),
                order="instalment",
            ),
            Column("amount", _("Amount"), lambda x: to_cents(x.amount), "cents", order="amount"),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column("reason", _("Reason"), lambda x: said(x.reason) if x.reason else ""),
            Column("expected", _("Payment"), lambda x: expected(x, held=held)),
        ],
        source=Queried(wanted.select_related("enrolment__course")),
        sort="-submitted",
        empty=_("No claim matches."),
    )


@require_safe
@for_staff
def claim(request: HttpRequest, staff: Staff, claim_id: UUID) -> HttpResponseBase:
    found = _own(staff, claim_id)
    pay_back = (
        to_pay_back(staff.provider, on=timezone.localdate())
        if found.state == ClaimState.RECOVERED
        else None
    )
    return answer(
        request,
        "claim.html",
        staff,
        title=_("Claim: %(instalment)s") % {"instalment": instalment_words(found.instalment)},
        section="claims",
        trail=[_list()],
        tables=[history_table(request, StateChange.objects.filter(subject_id=found.pk))],
        claim=found,
        reason=said(found.reason) if found.reason else "",
        expected=expected(found, held=_why_held(staff)),
        decided_at=_decided_against_at(found),
        pay_back=pay_back,
        debt=pay_back and pay_back.of_claim(found.pk),
    )


def _why_held(staff: Staff) -> str:
    return why_held(staff.provider, at=timezone.now())


def _decided_against_at(claim: Claim) -> datetime | None:
    """When it was refused or recovered: from then on the provider can object."""
    match claim.state:
        case ClaimState.REFUSED:
            return claim.assessed_at
        case ClaimState.RECOVERED:
            return claim.recoveries.get(agreed=True).answered_at
    return None


@for_staff
def submit(
    request: HttpRequest, staff: Staff, enrolment_id: UUID, instalment: str
) -> HttpResponseBase:
    mine = Enrolment.objects.of(staff.provider).select_related("course")
    enrolment = get_object_or_404(mine, pk=enrolment_id)
    term = Instalment.of(enrolment, instalment)
    if term is None:
        raise Http404

    def act(answers: dict[str, Any]) -> Done:
        """The id follows from the provider and the form's key, as it does in the API."""
        made, _is_new = claiming.submit(
            uuid5(staff.provider.pk, f"claim:{key_of(request)}"),
            enrolment.pk,
            term.name,
            answers["amount"],
            ClaimForm.evidence(answers),
            provider=staff.provider,
            actor=staff.actor,
            at=timezone.now(),
        )
        return Done(
            _address(made), _("The claim is submitted. Mostly it is assessed within a minute.")
        )

    question = Question(
        _("Claim: %(instalment)s") % {"instalment": instalment_words(term.name)},
        pgettext_lazy("act", "Claim"),
        "enrolments",
        (enrolment.course.name, reverse("provider_area:enrolment", args=[enrolment.pk])),
        COMPLETION if term.after == "completion" else "",
    )
    return ask(request, staff, question, ClaimForm(term, sent(request)), act)


COMPLETION = _(
    "One of these shows that the course was completed. "
    "Without any of them, or much sooner than the course lasts, a person looks at the claim."
)


@for_staff
def withdraw(request: HttpRequest, staff: Staff, claim_id: UUID) -> HttpResponseBase:
    found = _own(staff, claim_id)

    def act(_answers: dict[str, Any]) -> Done:
        claiming.withdraw(found, actor=staff.actor, at=timezone.now())
        return Done(_address(found), _("The claim is taken back."))

    question = Question(
        _("Take back this claim?"),
        _("Take back"),
        "claims",
        (_("Claim"), _address(found)),
        _("It is not paid. You may claim the instalment again."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


def _own(staff: Staff, claim_id: UUID) -> Claim:
    mine = Claim.objects.of(staff.provider).select_related("enrolment__course")
    return get_object_or_404(mine, pk=claim_id)


def _address(claim: Claim) -> str:
    return reverse("provider_area:claim", args=[claim.pk])


def _list() -> tuple[Any, str]:
    return _("Claims"), reverse("provider_area:claims")
