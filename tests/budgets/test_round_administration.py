"""Staff take a round from paper to allocation; one prepares, another publishes."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from ontwikkelrekening.budgets.models import Round, RoundState
from ontwikkelrekening.staff import set_up_groups
from providers.outbox import drain
from tests.budgets.round_world import AFTER, applicants, everyone_applies
from tests.budgets.world import AT, World, create_world, staff

pytestmark = pytest.mark.django_db
ROUNDS = "/admin/budgets/round/"
ANSWERS = {
    "code": "voorjaar",
    "name": "Voorjaar 2026",
    "opens_at_0": "2026-03-01",
    "opens_at_1": "09:00",
    "closes_at_0": "2026-03-08",
    "closes_at_1": "23:00",
    "waits_until": "2026-12-31",
    "ceiling": "2500",
    "grant": "1000",
    "categories": ["course", "module"],
    "division": "priority",
    "last_grant": "partial",
    "fallback": "Een dag langer open.",
    "outside_source": "de Staatsloterij van 10 maart",
}


@pytest.fixture
def world(db: None) -> World:
    set_up_groups()
    return create_world()


def as_officer(name: str) -> Client:
    client = Client()
    client.force_login(staff(name, "policy-officers"))
    return client


def test_a_round_from_paper_to_allocation(world: World) -> None:
    with time_machine.travel(AT, tick=False):
        petra, paul = as_officer("petra"), as_officer("paul")
        answer = petra.post(f"{ROUNDS}do/prepare", {**ANSWERS, "scheme": world.scheme.pk})
        assert answer.status_code == 302, answer.content.decode()
        round_ = Round.objects.get()
        page = f"{ROUNDS}{round_.pk}/"
        assert petra.post(f"{page}do/publish").status_code == 422
        assert paul.post(f"{page}do/publish").status_code == 302
    everyone_applies(round_, applicants(4))

    with time_machine.travel(AFTER, tick=False):
        petra = as_officer("petra")
        assert petra.post(f"{page}do/close").status_code == 302
        drain()
        assert petra.post(f"{page}do/draw").status_code == 422
        assert petra.post(f"{page}do/outside", {"value": "KX 1"}).status_code == 302
        assert petra.post(f"{page}do/draw").status_code == 302
        drain()
        shown = petra.get(f"{page}change/").content.decode()

    round_.refresh_from_db()
    assert round_.state == RoundState.DRAWN
    assert sum(round_.placings.values_list("granted", flat=True)) == 250_000
    assert "3" in shown


def test_a_waiting_list_that_ends_before_the_draw_is_said_beside_its_field(world: World) -> None:
    """Nothing is granted after its last day, so such a round would grant nobody anything."""
    answers = {**ANSWERS, "scheme": world.scheme.pk, "waits_until": "2026-03-08"}
    with time_machine.travel(AT, tick=False):
        answer = as_officer("petra").post(f"{ROUNDS}do/prepare", answers)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "waits_until": ["De wachtlijst eindigt na de dag van sluiting."]
    }
    assert not Round.objects.exists()


def test_who_pays_has_no_say_in_rounds(world: World) -> None:
    client = Client()
    client.force_login(staff("ineke", "payment-officers"))

    assert client.get(ROUNDS).status_code == 403
    assert client.post(f"{ROUNDS}do/prepare", ANSWERS).status_code == 403
