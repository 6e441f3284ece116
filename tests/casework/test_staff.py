"""Staff: who may open what, the work that waits, and drafting a policy."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ontwikkelrekening.citizens.models import AccessLog
from ontwikkelrekening.eligibility.models import Decision, Objection, Policy, PolicyState
from ontwikkelrekening.eligibility.objecting import file
from providers.outbox import drain
from tests.budgets.world import World, create_world, staff
from tests.eligibility.acts import decided, refused
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import noor

pytestmark = pytest.mark.django_db
ROSA, SAM, PETRA, PAUL = "rosa", "sam", "petra", "paul"


@pytest.fixture
def world() -> World:
    return create_world()


def client(name: str, *groups: str) -> Client:
    user = staff(name, *groups)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    browser = Client(headers={"accept-language": "nl"})
    browser.force_login(User.objects.get(pk=user.pk))
    return browser


def reviewer(name: str = SAM) -> Client:
    return client(name, "reviewers")


def officer(name: str = PETRA) -> Client:
    return client(name, "policy-officers")


@pytest.mark.parametrize("page", ["/werk/", "/werk/beleid"])
def test_staff_of_another_group_are_kept_out(world: World, page: str) -> None:
    assert Client().get(page).status_code == 302
    assert client("amir", "auditors").get(page).status_code == 403


def test_reviewers_do_not_draft_and_officers_do_not_decide(world: World) -> None:
    assert reviewer().get("/werk/beleid").status_code == 403
    assert officer().get("/werk/").status_code == 403


def test_a_refusal_is_confirmed_and_leaves_the_list(world: World) -> None:
    (decision,) = decided(world.scheme, noor())
    sam = reviewer()
    assert decision.account_code in sam.get("/werk/").content.decode()

    page = sam.get(f"/werk/besluiten/{decision.pk}").content.decode()
    assert "woont niet in Nederland" in page or "niet bekend" in page
    assert AccessLog.objects.get().actor == SAM

    sam.post(f"/werk/besluiten/{decision.pk}", {"act": "confirm"})
    decision.refresh_from_db()
    assert decision.confirmed_by == SAM
    assert decision.account_code not in sam.get("/werk/").content.decode()


def test_more_time_is_given_with_a_reason(world: World) -> None:
    (decision,) = decided(world.scheme, noor())
    act = {"act": "extend", "until": "2026-03-20"}

    assert reviewer().post(f"/werk/besluiten/{decision.pk}", act).status_code == 409
    reviewer("rosa").post(f"/werk/besluiten/{decision.pk}", act | {"words": "Wij wachten."})

    assert decision.extensions.get().until == date(2026, 3, 20)


def test_hardship_takes_two_reviewers(world: World) -> None:
    decision = refused(world.scheme, noor())
    act = {"act": "deviate", "general": "800", "words": "Zij moest vluchten."}
    rosa = reviewer(ROSA)
    rosa.post(f"/werk/besluiten/{decision.pk}", act)
    address = f"/werk/afwijkingen/{decision.deviations.get().pk}"

    assert rosa.post(address).status_code == 409
    sam = reviewer()
    assert "Zij moest vluchten." in sam.get(address).content.decode()
    assert sam.post(address).status_code == 302

    assert Decision.objects.get(replaces=decision).amount == 80_000


def test_an_objection_is_acknowledged_and_answered(world: World) -> None:
    decision = refused(world.scheme, noor(), by=ROSA)
    objection = file(decision, words="Ik woon hier wel.", on=ON, at=AT)
    address = f"/werk/bezwaren/{objection.pk}"
    sam = reviewer()
    assert "Ik woon hier wel." in sam.get(address).content.decode()

    sam.post(address, {"act": "acknowledge", "committee": "on"})
    assert sam.post(address, {"act": "uphold", "words": ""}).status_code == 409
    sam.post(address, {"act": "uphold", "words": "U woont in België."})

    assert Objection.objects.get().state == "upheld"
    assert "U woont in België." in sam.get(address).content.decode()
    assert reviewer(ROSA).post(address, {"act": "uphold", "words": "Nee."}).status_code == 409


@pytest.mark.parametrize("act", ["", "delete", "file"])
def test_an_act_nobody_knows_is_refused(world: World, act: str) -> None:
    decision = refused(world.scheme, noor())

    assert reviewer().post(f"/werk/besluiten/{decision.pk}", {"act": act}).status_code == 409


def fields(page: Client, policy: Policy) -> dict[str, str]:
    """The draft's form as a browser sends it back."""
    context = page.get(f"/werk/beleid/{policy.pk}").context
    return {
        f"{field['key']}.{part}": field[part]
        for field in context["fields"]
        for part in ("value", "ground", "reason")
    }


def test_a_policy_goes_from_draft_to_force_through_the_pages(world: World) -> None:
    petra, paul = officer(), officer(PAUL)
    petra.post("/werk/beleid", {"scheme": world.scheme.pk, "starts_on": "2027-01-01"})
    policy = Policy.objects.get(version=2)
    address = f"/werk/beleid/{policy.pk}"
    petra.post(
        address, fields(petra, policy) | {"act": "keep", "amount_general_cents.value": "60000"}
    )

    assert "Was: 50000" in petra.get(address).content.decode()
    petra.post(address, {"act": "propose"})
    assert petra.post(address, {"act": "approve"}).status_code == 409
    assert paul.post(address, {"act": "approve"}).status_code == 302

    policy.refresh_from_db()
    assert policy.state == PolicyState.APPROVED
    assert policy.parameters.get(key="amount_general_cents").value == 60_000
    assert policy.parameters.get(key="terms_course").value == {"start": 50, "completion": 50}


def test_what_is_wrong_stands_beside_the_field_and_blocks_the_proposal(world: World) -> None:
    petra = officer()
    petra.post("/werk/beleid", {"scheme": world.scheme.pk, "starts_on": "2027-01-01"})
    policy = Policy.objects.get(version=2)
    address = f"/werk/beleid/{policy.pk}"
    petra.post(
        address,
        fields(petra, policy) | {"act": "keep", "terms_course.value": "start=60, completion=50"},
    )

    page = petra.get(address).content.decode()
    assert "must add up to 100 percent" in page
    assert petra.post(address, {"act": "propose"}).status_code == 409


def test_a_draft_is_tried_on_everyone(world: World) -> None:
    petra = officer()
    petra.post("/werk/beleid", {"scheme": world.scheme.pk, "starts_on": "2027-01-01"})
    policy = Policy.objects.get(version=2)
    address = f"/werk/beleid/{policy.pk}"
    petra.post(
        address, fields(petra, policy) | {"act": "keep", "amount_priority_cents.value": "90000"}
    )
    petra.post(address, {"act": "simulate"})
    simulation = policy.simulations.get()
    result = f"/werk/doorrekeningen/{simulation.pk}"

    assert "http-equiv" in petra.get(result).content.decode()
    drain()

    page = petra.get(result).content.decode()
    assert "http-equiv" not in page
    assert "Iedereen" in page


def test_a_version_without_a_date_is_asked_again(world: World) -> None:
    answer = officer().post("/werk/beleid", {"scheme": world.scheme.pk, "starts_on": "31-31"})

    assert answer.status_code == 422
