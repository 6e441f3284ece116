"""A provider's software: who may call the API, with which secret or keys."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.asking import Done, Question, ask, sent
from ontwikkelrekening.provider_area.forms import ClientForm, KeysForm, Yes
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.words import SCOPE_WORDS
from ontwikkelrekening.tables.table import Column, Queried, table_on
from providers import clients
from providers.models import Client


@require_safe
@for_staff
def software(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    table = table_on(
        request,
        "clients",
        caption=_("Software with access"),
        columns=[
            Column("name", _("Name"), lambda x: x.name, link=_address, order="name"),
            Column("id", _("Client id"), lambda x: x.client_id, "code"),
            Column("proof", _("Proves itself with"), _proof),
            Column("created", _("Since"), lambda x: x.created, "moment", order="created"),
        ],
        source=Queried(staff.provider.clients.all()),
        sort="name",
        empty=_("No software has access yet."),
    )
    return answer(
        request,
        "software.html",
        staff,
        title=_("Software"),
        section="software",
        tables=[table],
    )


@require_safe
@for_staff
def client(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponseBase:
    found = _own(staff, client_id)
    return answer(
        request,
        "client.html",
        staff,
        title=found.name,
        section="software",
        trail=[_list()],
        client=found,
        proof=_proof(found),
        old_until=clients.works_still(found, at=timezone.now()),
        scopes=[SCOPE_WORDS[scope] for scope in found.scopes],
        keys=[key.get("kid", _("without a name")) for key in (found.jwks or {}).get("keys", [])],
    )


@for_staff
def create(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    def act(answers: dict[str, Any]) -> Done:
        made, secret = clients.create_client(staff.provider, **answers)
        if made.signs:
            return Done(_address(made), _("The software has access with its keys."))
        return Done(_address(made), page=_secret_page(request, staff, made, secret))

    question = Question(
        _("Give software access"),
        _("Give access"),
        "software",
        _list(),
        _("It gets a client id for the API. A secret is shown once."),
    )
    return ask(request, staff, question, ClientForm(sent(request)), act)


@for_staff
def rotate_secret(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponseBase:
    found = _own(staff, client_id)

    def act(_answers: dict[str, Any]) -> Done:
        secret = clients.rotate_secret(found, at=timezone.now())
        return Done(_address(found), page=_secret_page(request, staff, found, secret))

    question = Question(
        _("Draw a new secret?"),
        _("Draw a new secret"),
        "software",
        (found.name, _address(found)),
        _(
            "The secret before works for another 24 hours, so your software can change over without "
            "a pause. Did somebody else see it? Then end it as soon as you have the new one."
        ),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


@for_staff
def end_old_secrets(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponseBase:
    found = _own(staff, client_id)

    def act(_answers: dict[str, Any]) -> Done:
        clients.end_old_secrets(found)
        return Done(_address(found), _("Only the newest secret works now."))

    question = Question(
        _("End the secrets before?"),
        _("End them"),
        "software",
        (found.name, _address(found)),
        _("Only the newest secret works from then on. Tokens that were given last their hour."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


@for_staff
def replace_keys(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponseBase:
    found = _own(staff, client_id)

    def act(answers: dict[str, Any]) -> Done:
        clients.replace_keys(found, **answers)
        return Done(_address(found), _("The keys are replaced."))

    question = Question(
        _("Which keys does it sign with?"),
        _("Save"),
        "software",
        (found.name, _address(found)),
        _("Give an address or keys, not both. A secret opens nothing any more."),
    )
    form = KeysForm(sent(request), initial={"jwks_uri": found.jwks_uri, "jwks": found.jwks})
    return ask(request, staff, question, form, act)


@for_staff
def revoke(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponseBase:
    found = _own(staff, client_id)

    def act(_answers: dict[str, Any]) -> Done:
        clients.revoke(found)
        return Done(reverse("provider_area:software"), _("The access is taken away."))

    question = Question(
        _("Take away access?"),
        _("Take away"),
        "software",
        (found.name, _address(found)),
        _("Its secret, its keys and its tokens open nothing from then on. What it did stays."),
    )
    return ask(request, staff, question, Yes(sent(request)), act)


def _secret_page(request: HttpRequest, staff: Staff, made: Client, secret: str) -> HttpResponseBase:
    """The one page that shows it: kept in no message, no answer and no cache."""
    return answer(
        request,
        "secret.html",
        staff,
        title=_("This secret is shown once"),
        section="software",
        trail=[_list()],
        name=made.name,
        client_id=made.client_id,
        secret=secret,
        onward=_address(made),
    )


def _proof(found: Client) -> Any:
    return pgettext_lazy("proof", "keys") if found.signs else pgettext_lazy("proof", "a secret")


def _own(staff: Staff, client_id: int) -> Client:
    return get_object_or_404(staff.provider.clients.all(), pk=client_id)


def _address(found: Client) -> str:
    return reverse("provider_area:client", args=[found.pk])


def _list() -> tuple[Any, str]:
    return _("Software"), reverse("provider_area:software")
