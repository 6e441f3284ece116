"""Objections, hardship, drafts and rounds in the administration: the clock, the words, two people."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from ontwikkelrekening.budgets.models import Round
from ontwikkelrekening.citizens.models import AccessLog
from ontwikkelrekening.eligibility.deciding import confirm_refusal
from ontwikkelrekening.eligibility.models import Decision, Deviation, Objection, Policy, Simulation
from ontwikkelrekening.eligibility.objecting import file
from ontwikkelrekening.eligibility.parameters import KINDS
from providers.outbox import drain
from tests.audit.world import Year, logged_in, say
from tests.budgets.world import AT, ON

pytestmark = pytest.mark.django_db


@pytest.fixture
def objection(year: Year) -> Objection:
    """Willem objects to his refusal, which Rosa had confirmed."""
    refusal = Decision.objects.get(account_code=year.willem)
    confirm_refusal(refusal, by="rosa", at=AT)
    return file(refusal, words="Ik werk nog.", on=ON, at=AT)


def test_an_objection_is_answered_by_someone_else(objection: Objection) -> None:
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    act = f"/admin/eligibility/objection/{objection.pk}/do/"

    received = say(sam, f"{act}acknowledge", committee="on")
    own = say(rosa, f"{act}uphold", answer="Het blijft zo.")
    other = say(sam, f"{act}uphold", answer="U heeft de AOW-leeftijd bereikt.")

    objection.refresh_from_db()
    assert "De ontvangst is bevestigd" in received
    assert objection.committee
    assert "errornote" in own
    assert "Het besluit blijft" in other
    assert objection.state == "upheld"


def test_the_queue_shows_the_clock(objection: Objection) -> None:
    sam = logged_in("sam", "reviewers")
    day = objection.decide_by

    with time_machine.travel(AT + (day - ON) - timedelta(days=3), tick=False):
        sam = logged_in("sam", "reviewers")
        assert "nog 3 dagen" in sam.get("/admin/eligibility/objection/").content.decode()
    with time_machine.travel(AT + (day - ON) + timedelta(days=1), tick=False):
        sam = logged_in("sam", "reviewers")
        assert "1 dag te laat" in sam.get("/admin/eligibility/objection/").content.decode()


def test_reading_a_citizens_words_is_written_down(year: Year, objection: Objection) -> None:
    sam = logged_in("sam", "reviewers")

    page = sam.get(f"/admin/eligibility/objection/{objection.pk}/change/").content.decode()

    assert "Ik werk nog." in page
    assert AccessLog.objects.get(citizen__account_code=year.willem).actor == "sam"


def test_the_auditor_sees_the_objection_but_not_the_words(
    objection: Objection, amir: Client
) -> None:
    page = amir.get(f"/audit/objections/{objection.pk}").content.decode()

    assert objection.account_code in page
    assert "Ik werk nog." not in page


def test_hardship_takes_two_people(year: Year) -> None:
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    refusal = Decision.objects.get(account_code=year.willem)

    none = say(rosa, f"/admin/eligibility/decision/{refusal.pk}/do/deviate", reason="Hard.")
    say(
        rosa,
        f"/admin/eligibility/decision/{refusal.pk}/do/deviate",
        reason="Hij kreeg verkeerde raad.",
        general="€ 1.500,00",
    )
    deviation = Deviation.objects.get()
    shown = rosa.get(f"/admin/eligibility/deviation/{deviation.pk}/change/").content.decode()
    own = say(rosa, f"/admin/eligibility/deviation/{deviation.pk}/do/approve")
    approved = say(sam, f"/admin/eligibility/deviation/{deviation.pk}/do/approve")

    assert "errornote" in none
    assert "errornote" in own
    assert "€\xa01.500,00 om te leren" in shown
    assert "De afwijking is goedgekeurd" in approved
    assert Decision.objects.get(replaces=refusal).amount == 150_000


def test_a_deviation_is_declined(year: Year) -> None:
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    refusal = Decision.objects.get(account_code=year.willem)
    say(
        rosa,
        f"/admin/eligibility/decision/{refusal.pk}/do/deviate",
        reason="Hij kreeg verkeerde raad.",
        general="500",
    )
    deviation = Deviation.objects.get()

    declined = say(sam, f"/admin/eligibility/deviation/{deviation.pk}/do/decline")
    again = say(rosa, f"/admin/eligibility/deviation/{deviation.pk}/do/approve")

    assert "Het besluit blijft zoals het is" in declined
    assert "Dit is veranderd sinds u het opende" in again
    assert not Decision.objects.filter(replaces=refusal).exists()


def test_the_draft_page_has_a_check_beside_every_field(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    policy = drafted(petra, year)
    address = f"/admin/eligibility/policy/{policy.pk}/do/change"

    page = petra.get(address).content.decode()
    wrong = petra.post(address, answers(policy, coaching_cents="-5", flex_contracts='["baas"]'))
    right = say(petra, address, **answers(policy, coaching_cents="75000"))

    assert page.count("draft__check") == len(KINDS)
    assert "draft__check--wrong" not in page
    assert wrong.status_code == 422
    assert wrong.content.decode().count("draft__check--wrong") == 2
    assert "Het concept is opgeslagen" in right
    assert policy.parameters.get(key="coaching_cents").value == 75_000


def test_the_checks_of_the_draft_page_are_in_dutch(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    policy = drafted(petra, year)
    address = f"/admin/eligibility/policy/{policy.pk}/do/change"
    wrong = answers(
        policy,
        coaching_cents="-5",
        flex_contracts='["baas"]',
        residence_is_required='"ja"',
        terms_course='{"start": 60, "completion": 50}',
    )

    page = petra.post(address, wrong, headers={"accept-language": "en"}).content.decode()

    for problem in (
        "moet een heel getal zijn van 1 tot en met 10000000",
        "moet een lijst zijn van een of meer van permanent,",
        "moet true of false zijn",
        "moet samen 100 procent zijn",
    ):
        assert problem in page


def test_a_draft_is_tried_on_everyone(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    policy = drafted(petra, year)
    address = f"/admin/eligibility/policy/{policy.pk}/do/"
    say(petra, f"{address}change", **answers(policy, amount_general_cents="60000"))

    started = petra.post(f"{address}simulate", {"on": "2027-01-01"})
    before = petra.get(started["Location"]).content.decode()
    drain()
    after = petra.get(started["Location"]).content.decode().replace("\xa0", " ")

    assert started["Location"] == f"/audit/policies/simulations/{Simulation.objects.get().pk}"
    assert "0 van 1 delen klaar" in before
    assert "kost <strong>€ 100,00</strong> meer per jaar" in after
    assert "1 mensen krijgen meer, 0 minder" in after


def test_a_round_that_cannot_be_is_refused_in_plain_words(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    act = "/admin/budgets/round/do/prepare"

    early = say(petra, act, **details(year, closes_at_0="2026-02-01"))
    small = say(petra, act, **details(year, ceiling="900"))
    say(petra, act, **details(year))
    taken = say(petra, act, **details(year))

    assert "sluit nadat het opent" in early
    assert "te laag voor één toekenning" in small
    assert "al een tijdvak met deze code" in taken
    assert Round.objects.count() == 1


def drafted(petra: Client, year: Year) -> Policy:
    say(
        petra,
        "/admin/eligibility/policy/do/draft",
        scheme=year.world.scheme.pk,
        starts_on="2099-01-01",
    )
    return Policy.objects.get(version=2)


def answers(policy: Policy, **changes: str) -> dict[str, str]:
    """The whole form as it stands, with some values changed."""
    filled: dict[str, str] = {}
    for row in policy.parameters.all():
        filled[f"{row.key}-value"] = changes.get(row.key, json.dumps(row.value))
        filled[f"{row.key}-ground"] = row.ground
        filled[f"{row.key}-reason"] = row.reason
    return filled


def details(year: Year, **changes: str) -> dict[str, object]:
    return {
        "scheme": year.world.scheme.pk,
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
        "fallback": "Bij een storing een dag langer.",
        **changes,
    }
