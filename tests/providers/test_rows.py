"""Plain SQL writes and reads just what the ORM would."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from providers import rows
from providers.models import Claim, Enrolment, IdempotencyKey, Provider
from tests.providers.calls import Software
from tests.providers.world import MONDAY, euros

pytestmark = pytest.mark.django_db


def test_an_inserted_row_is_read_back_by_the_orm_as_it_was(running: Enrolment) -> None:
    claim = Claim(
        id=uuid4(),
        enrolment=running,
        provider=running.provider,
        instalment="start",
        amount=euros("130.00"),
        evidence={"attendance": 85},
        submitted_at=MONDAY,
    )

    rows.insert(claim)

    assert model_to_dict(Claim.objects.get()) == model_to_dict(claim)
    (found,) = rows.select(Claim, "enrolment_id = %s", running.id)
    assert model_to_dict(found) == model_to_dict(claim)
    assert found.amount == euros("130.00")


def test_a_key_that_the_database_numbers_is_left_to_it(linde: Software) -> None:
    for key in ("key-00001", "key-00002"):
        rows.insert(
            IdempotencyKey(
                operation="POST /api/v1/courses",
                client_id=linde.client.pk,
                key=key,
                fingerprint=b"\x00" * 32,
                status=201,
                answer='{"é": "\'"}',
                headers={"Location": "/somewhere"},
                at=MONDAY,
            )
        )

    found = rows.select(IdempotencyKey, "client_id = %s ORDER BY id", linde.client.pk)
    assert [each.key for each in found] == ["key-00001", "key-00002"]
    assert found == list(IdempotencyKey.objects.order_by("id"))
    assert found[0].headers == {"Location": "/somewhere"}
    assert found[0].answer == '{"é": "\'"}'


def test_what_the_database_refuses_is_djangos_error(linde: Software) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(linde.provider)

    assert rows.select(Provider, "id = %s", linde.provider.pk) == [linde.provider]
    assert rows.select(Provider, "id = %s", uuid4()) == []
