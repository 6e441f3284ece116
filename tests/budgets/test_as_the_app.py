"""Everything the product does with money, done as the application's own database role."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.checking import check_ledger
from ontwikkelrekening.budgets.adding_up import add_up
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.models import Placing, Tranche
from ontwikkelrekening.budgets.reserving import agree, cancel
from ontwikkelrekening.budgets.topping_up import progress, run_chunk, start_run
from ontwikkelrekening.database import APP_ROLE
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch, settle_batch
from tests.budgets.round_world import allocated, applicants, everyone_applies, published
from tests.budgets.world import AT, LATER, ON, STARTS_ON, World, course, create_world, left
from tests.payouts.world import PAY_ON, approved_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    world = create_world()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
    return world


def test_from_a_top_up_to_a_paid_claim(world: World) -> None:
    run = start_run(world.scheme, on=ON, at=AT)
    run_chunk(f"{run.pk}:0", at=AT)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    cancel(agreed.enrolment, by="citizen", at=AT)
    approved_claim(world)
    batch = prepare_batch(by="ineke", pay_on=PAY_ON, at=LATER)
    settle_batch(release_batch(batch, by="bas", at=LATER), by="ineke", at=LATER)
    expire(on=date(2029, 1, 1), at=LATER)

    assert add_up() == 0  # nothing was rolled up: what this transaction booked is all still to come
    assert progress(run).is_done
    assert left("bank") == -15_000
    assert check_ledger() == []


def test_a_round_from_publication_to_the_last_cent(world: World) -> None:
    round_ = published(world)
    everyone_applies(round_, applicants(4))
    allocated(round_)

    assert sum(Tranche.objects.values_list("granted", flat=True)) == 250_000
    with pytest.raises(DatabaseError), transaction.atomic():
        Placing.objects.update(rank=1)
