"""An endpoint is removed at the moment that something is told there: both succeed, whoever comes first."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.http import Http404

from providers.models import Delivery, Endpoint, Provider
from providers.webhooks.announcing import announce_account, is_there
from providers.webhooks.managing import register, remove, rotate, verify
from tests.providers.world import MONDAY, de_linde
from tests.racing import Beside


def listening(provider: Provider) -> Endpoint:
    endpoint = register(provider, "http://127.0.0.1:9/", at=MONDAY)
    return verify(endpoint, endpoint.challenge, at=MONDAY)


def test_who_removes_it_waits_for_who_tells_something_there(own_database: str) -> None:
    endpoint = listening(de_linde())

    with transaction.atomic():
        announce_account([endpoint.provider_id], "suspended", at=MONDAY)
        removing = Beside(lambda: remove(endpoint))
        assert removing.waits()

    assert removing.outcome() == "done"
    assert not Endpoint.objects.exists()
    assert not Delivery.objects.exists()


def test_who_tells_something_waits_for_who_removes_it_and_tells_nobody(own_database: str) -> None:
    endpoint = listening(de_linde())

    with transaction.atomic():
        remove(endpoint)
        telling = Beside(lambda: announce_account([endpoint.provider_id], "suspended", at=MONDAY))
        assert telling.waits()

    assert telling.outcome() == "done"
    assert not Delivery.objects.exists()
    with pytest.raises(Http404):
        remove(endpoint)


def test_who_removes_it_waits_for_who_records_what_came_of_an_event(own_database: str) -> None:
    endpoint = listening(de_linde())
    announce_account([endpoint.provider_id], "suspended", at=MONDAY)

    with transaction.atomic():
        assert is_there(endpoint.pk)
        removing = Beside(lambda: remove(endpoint))
        assert removing.waits()
        Delivery.objects.update(due_at=MONDAY)

    assert removing.outcome() == "done"
    assert not is_there(endpoint.pk)


def test_those_who_tell_wait_neither_for_each_other_nor_for_another_secret(
    own_database: str,
) -> None:
    endpoint = listening(de_linde())

    with transaction.atomic():
        announce_account([endpoint.provider_id], "suspended", at=MONDAY)
        telling = Beside(lambda: announce_account([endpoint.provider_id], "resumed", at=MONDAY))
        assert not telling.waits()
        rotating = Beside(lambda: rotate(endpoint))
        assert not rotating.waits()

    assert (telling.outcome(), rotating.outcome()) == ("done", "done")
    assert Delivery.objects.exclude(event__type__endswith="verification").count() == 2
