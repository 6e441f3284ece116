"""An event for each endpoint of the provider, written with the change it tells of.

The body is a CloudEvent (NL GOV profile) that names the thing and its state: never a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from providers.models import Claim, Delivery, Endpoint, Enrolment

SOURCE = "urn:nld:oin:00000000000000000000:systeem:ontwikkelrekening"
FAMILY = "nl.ontwikkelrekening"
VERIFICATION = "endpoint.verification"
# Locked as the deliveries' foreign key locks them, but before they are read: else one that is removed in between
# would be missed when the transaction ends. Who removes one locks it before its deliveries, so others do too.
LISTENING = """
    SELECT * FROM providers_endpoint WHERE provider_id = ANY(%s) AND verified_at IS NOT NULL
    ORDER BY id FOR KEY SHARE
"""
THERE = "SELECT * FROM providers_endpoint WHERE id = %s FOR KEY SHARE"
PLURALS = {"claim": "claims", "enrolment": "enrolments"}


def announce(kind: str, subjects: Iterable[Enrolment | Claim], state: str, *, at: datetime) -> None:
    """Queue an event for every verified endpoint of the providers of these subjects.

    Of an enrolment whose code was not handed in they know nothing, and hear nothing.
    """
    owners: dict[UUID, list[UUID]] = {}
    for subject in subjects:
        if isinstance(subject, Claim) or subject.redeemed_at:
            owners.setdefault(subject.provider_id, []).append(subject.pk)
    _announce(kind, owners, state, at=at)


def announce_account(providers: Iterable[UUID], state: str, *, at: datetime) -> None:
    """Queue an event for every verified endpoint of these providers: `GET /account` says something else now."""
    _announce("account", {provider: [provider] for provider in providers}, state, at=at)


def _announce(kind: str, owners: dict[UUID, list[UUID]], state: str, *, at: datetime) -> None:
    """An event of each of these, by provider."""
    deliveries = [
        new_delivery(endpoint, f"{kind}.{state.replace('_', '-')}", _about(kind, id_, state), at=at)
        for endpoint in Endpoint.objects.raw(LISTENING, [list(owners)])
        for id_ in owners[endpoint.provider_id]
    ]
    queue(deliveries)


def is_there(endpoint: UUID) -> bool:
    """Whether it was not removed; nobody removes it before the transaction ends."""
    return bool(list(Endpoint.objects.raw(THERE, [endpoint])))


def queue(deliveries: list[Delivery]) -> None:
    """Write the deliveries and ring for a worker after the commit."""
    if deliveries:
        Delivery.objects.bulk_create(deliveries)
        ring_after_commit()


def ring_after_commit() -> None:
    """Wake a worker once the change is there; the sweep finds what a lost ring leaves."""
    transaction.on_commit(import_string(settings.WEBHOOKS_DOORBELL), robust=True)


def new_delivery(endpoint: Endpoint, kind: str, about: dict[str, Any], *, at: datetime) -> Delivery:
    """An event for one endpoint, due at once; its id is the delivery's."""
    id_ = uuid4()
    event = {
        "specversion": "1.0",
        "id": str(id_),
        "source": SOURCE,
        "type": f"{FAMILY}.{kind}",
        "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        **about,
    }
    return Delivery(id=id_, endpoint=endpoint, event=event, due_at=at, created_at=at)


def _about(kind: str, id_: UUID, state: str) -> dict[str, Any]:
    where = f"{PLURALS[kind]}/{id_}" if kind in PLURALS else kind
    return {
        "subject": str(id_),
        "dataref": f"{settings.PUBLIC_URL}/api/v1/{where}",
        "data": {kind: str(id_), "state": state},
    }
