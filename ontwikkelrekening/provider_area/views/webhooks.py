"""Where a provider is told of changes, how the telling went, and sending again."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.asking import Done, Question, ask, sent
from ontwikkelrekening.provider_area.forms import ChallengeForm, EndpointForm, Yes
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.words import said
from ontwikkelrekening.tables.table import Column, Queried, table_on
from providers.models import Delivery, Endpoint
from providers.webhooks import managing

SHOWN = [
    ("", _("All")),
    ("given-up", _("Given up")),
    ("waiting", _("Waiting")),
    ("delivered", _("Delivered")),
]


@require_safe
@for_staff
def webhooks(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    table = table_on(
        request,
        "endpoints",
        caption=_("Your addresses"),
        columns=[
            Column("url", _("Address"), lambda x: x.url, link=_address, order="url"),
            Column(
                "verified", _("Verified"), lambda x: x.verified_at, "moment", order="verified_at"
            ),
            Column(
                "registered",
                _("Registered"),
                lambda x: x.registered_at,
                "moment",
                order="registered_at",
            ),
        ],
        source=Queried(staff.provider.endpoints.all()),
        sort="registered",
        empty=_("You are not told of changes yet."),
    )
    return answer(
        request,
        "webhooks.html",
        staff,
        title=_("Webhooks"),
        section="webhooks",
        tables=[table],
    )


@require_safe
@for_staff
def webhook(request: HttpRequest, staff: Staff, endpoint_id: UUID) -> HttpResponseBase:
    found = _own(staff, endpoint_id)
    show = request.GET.get("show", "")
    table = table_on(
        request,
        "deliveries",
        caption=_("Messages"),
        columns=[
            Column(
                "created",
                _("When"),
                lambda x: x.created_at,
                "moment",
                link=_delivery_address,
                order="created_at",
            ),
            Column("event", _("Event"), _kind, "code"),
            Column("state", _("State"), lambda x: x.state, "state"),
            Column("attempts", _("Attempts"), lambda x: x.attempts, "count", order="attempts"),
            Column("answer", _("Last answer"), lambda x: said(x.answer) if x.answer else ""),
            Column("due", _("Next attempt"), lambda x: x.due_at, "moment", order="due_at"),
        ],
        source=Queried(_wanted(found, show)),
        sort="-created",
        empty=_("No message matches."),
    )
    return answer(
        request,
        "webhook.html",
        staff,
        title=found.url,
        section="webhooks",
        trail=[_list()],
        tables=[table],
        endpoint=found,
        shown=SHOWN,
        show=show,
    )


def _wanted(found: Endpoint, show: str) -> QuerySet[Delivery]:
    sent_there = Delivery.objects.filter(endpoint=found)
    match show:
        case "given-up":
            return sent_there.given_up()
        case "waiting":
            return sent_there.waiting()
        case "delivered":
            return sent_there.delivered()
    return sent_there


@require_safe
@for_staff
def delivery(
    request: HttpRequest, staff: Staff, endpoint_id: UUID, delivery_id: UUID
) -> HttpResponseBase:
    found = _own_delivery(staff, endpoint_id, delivery_id)
    return answer(
        request,
        "delivery.html",
        staff,
        title=_kind(found),
        section="webhooks",
        trail=[_list(), (found.endpoint.url, _address(found.endpoint))],
        delivery=found,
        answered=said(found.answer) if found.answer else "",
        event=json.dumps(found.event, indent=2, ensure_ascii=False),
    )


@for_staff
def register(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    def act(answers: dict[str, Any]) -> Done:
        made = managing.register(staff.provider, answers["url"], at=timezone.now())
        return Done(_address(made), page=_secret_page(request, staff, made))

    question = Question(
        _("Be told of changes"),
        _("Register"),
        "webhooks",
        _list(),
        _(
            "The address first gets a challenge. Once you hand it back here, it is told of each change."
        ),
    )
    return ask(request, staff, question, EndpointForm(sent(request)), act)


@for_staff
def verify(request: HttpRequest, staff: Staff, endpoint_id: UUID) -> HttpResponseBase:
    found = _own(staff, endpoint_id)

    def act(answers: dict[str, Any]) -> Done:
        managing.verify(found, answers["challenge"], at=timezone.now())
        return Done(
            _address(found), _("The address is verified. It is told of changes from now on.")
        )

    question = Question(
        _("Verify this address"), _("Verify"), "webhooks", (found.url, _address(found))
    )
    return ask(request, staff, question, ChallengeForm(sent(request)), act)


@for_staff
def rotate(request: HttpRequest, staff: Staff, endpoint_id: UUID) -> HttpResponseBase:
    found = _own(staff, endpoint_id)

    def act(_answers: dict[str, Any]) -> Done:
        rotated = managing.rotate(found)
        return Done(_address(found), page=_secret_page(request, staff, rotated))

    question = Question(
        _("Draw a new secret?"),
        _("Draw a new secret"),
        "webhooks",
        (found.url, _address(found)),
        _("Messages are signed with the secret before too, until you draw another."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


@for_staff
def remove(request: HttpRequest, staff: Staff, endpoint_id: UUID) -> HttpResponseBase:
    found = _own(staff, endpoint_id)

    def act(_answers: dict[str, Any]) -> Done:
        managing.remove(found)
        return Done(reverse("provider_area:webhooks"), _("The address is removed."))

    question = Question(
        _("Remove this address?"),
        _("Remove"),
        "webhooks",
        (found.url, _address(found)),
        _("Nothing is sent there any more, and what was sent can no longer be seen."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


@for_staff
def send_again(
    request: HttpRequest, staff: Staff, endpoint_id: UUID, delivery_id: UUID
) -> HttpResponseBase:
    found = _own_delivery(staff, endpoint_id, delivery_id)

    def act(_answers: dict[str, Any]) -> Done:
        managing.send_again(found, at=timezone.now())
        return Done(
            _delivery_address(found), _("The message is sent again, with all its attempts.")
        )

    question = Question(
        _("Send this message again?"),
        _("Send again"),
        "webhooks",
        (_kind(found), _delivery_address(found)),
        _("It keeps its number, so that your software can see that it had it already."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


def _secret_page(request: HttpRequest, staff: Staff, found: Endpoint) -> HttpResponseBase:
    """The one page that shows it."""
    return answer(
        request,
        "secret.html",
        staff,
        title=_("This secret is shown once"),
        section="webhooks",
        trail=[_list()],
        name=found.url,
        secret=found.secrets[0],
        onward=_address(found),
    )


def _kind(found: Delivery) -> str:
    """claim.approved, endpoint.verification."""
    kind: str = found.event["type"]
    return kind.removeprefix("nl.ontwikkelrekening.")


def _own(staff: Staff, endpoint_id: UUID) -> Endpoint:
    return get_object_or_404(staff.provider.endpoints.all(), pk=endpoint_id)


def _own_delivery(staff: Staff, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    mine = Delivery.objects.filter(endpoint__provider=staff.provider).select_related("endpoint")
    return get_object_or_404(mine, endpoint=endpoint_id, pk=delivery_id)


def _address(found: Endpoint) -> str:
    return reverse("provider_area:webhook", args=[found.pk])


def _delivery_address(found: Delivery) -> str:
    return reverse("provider_area:delivery", args=[found.endpoint_id, found.pk])


def _list() -> tuple[Any, str]:
    return _("Webhooks"), reverse("provider_area:webhooks")
