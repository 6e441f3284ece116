"""An endpoint is removed at the moment that something is told there: both succeed, whoever comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import Http404

from providers.models import Delivery, Endpoint, Provider
from providers.webhooks.announcing import announce_account, new_delivery, queue
from providers.webhooks.dispatching import dispatch
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


def test_who_removes_it_and_who_records_a_failure_do_not_wait_for_each_other_in_a_ring(
    own_database: str,
) -> None:
    """Who removes takes the event that waits first, who records the one that failed: in the opposite order."""
    endpoint = listening(de_linde())
    Delivery.objects.all().delete()
    waits, fails = (
        new_delivery(endpoint, "account.suspended", {}, at=at)
        for at in (MONDAY + timedelta(seconds=1), MONDAY)
    )
    queue([waits, fails])

    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=waits.pk)
        removing = Beside(lambda: remove(endpoint))
        assert removing.waits()
        recording = Beside(dispatch)  # nobody answers at that address
        assert recording.waits()

    assert (removing.outcome(), recording.outcome()) == ("done", "done")
    assert not Delivery.objects.exists()


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
