"""Policies, refusals and top-ups in the administration: drafted by one, approved by another, confirmed, started."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from ontwikkelrekening.budgets.models import TopUpRun
from ontwikkelrekening.eligibility.models import Decision, Policy, Scheme
from tests.audit.world import Year, logged_in, say

pytestmark = pytest.mark.django_db
CHANGED = "Dit is veranderd sinds u het opende. Lees het opnieuw."


@time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC))
def test_a_policy_is_drafted_by_one_and_approved_by_another(year: Year) -> None:
    petra, paul = logged_in("petra", "policy-officers"), logged_in("paul", "policy-officers")
    policies = "/admin/eligibility/policy/"

    drafted = say(petra, f"{policies}do/draft", scheme=year.world.scheme.pk, starts_on="2027-01-01")
    policy = Policy.objects.get(version=2)
    say(petra, f"{policies}{policy.pk}/do/propose")
    own = say(petra, f"{policies}{policy.pk}/do/approve")
    other = say(paul, f"{policies}{policy.pk}/do/approve")

    policy.refresh_from_db()
    assert "versie 2 is opgesteld met de waarden van" in drafted
    assert "kan die niet vaststellen" in own
    assert "Het beleid is vastgesteld" in other
    assert (policy.state, policy.approved_by.get_username()) == ("approved", "paul")  # type: ignore[union-attr]
    assert Policy.objects.get(version=1).ends_on == date(2027, 1, 1)


@time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC))
def test_a_scheme_ends_with_a_last_version(year: Year) -> None:
    petra, paul = logged_in("petra", "policy-officers"), logged_in("paul", "policy-officers")
    policies = "/admin/eligibility/policy/"
    scheme, starts_on = year.world.scheme.pk, "2027-01-01"

    too_soon = say(
        petra, f"{policies}do/draft", scheme=scheme, starts_on=starts_on, ends_on=starts_on
    )
    say(petra, f"{policies}do/draft", scheme=scheme, starts_on=starts_on, ends_on="2027-07-01")
    policy = Policy.objects.get(version=2)
    too_late = say(petra, f"{policies}{policy.pk}/do/start", starts_on="2027-07-01")
    say(petra, f"{policies}{policy.pk}/do/propose")
    say(paul, f"{policies}{policy.pk}/do/approve")

    assert "Deze versie eindigt op 1 januari 2027" in too_soon
    assert "Deze versie eindigt op 1 juli 2027" in too_late
    policy.refresh_from_db()
    assert (policy.state, policy.ends_on) == ("approved", date(2027, 7, 1))


@time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC))
def test_a_policy_that_changed_since_it_was_read_is_not_approved(year: Year) -> None:
    petra, paul = logged_in("petra", "policy-officers"), logged_in("paul", "policy-officers")
    policies = "/admin/eligibility/policy/"
    say(petra, f"{policies}do/draft", scheme=year.world.scheme.pk, starts_on="2027-01-01")
    policy = Policy.objects.get(version=2)
    say(petra, f"{policies}{policy.pk}/do/propose")
    read = paul.get(f"{policies}{policy.pk}/do/approve").content.decode()
    seen = re.findall(r'name="seen" value="(\w+)"', read)[0]

    say(petra, f"{policies}{policy.pk}/do/send-back")
    policy.parameters.filter(key="amount_general_cents").update(value=499_000)
    say(petra, f"{policies}{policy.pk}/do/propose")
    said = say(paul, f"{policies}{policy.pk}/do/approve", seen=seen)

    policy.refresh_from_db()
    assert "is veranderd sinds u het opende" in said
    assert policy.state == "proposed"


@time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC))
def test_an_approved_policy_that_has_not_begun_is_taken_back_by_two(year: Year) -> None:
    """With the values of the version before it, so that nothing changes on that day."""
    petra, paul = logged_in("petra", "policy-officers"), logged_in("paul", "policy-officers")
    policies = "/admin/eligibility/policy/"
    scheme = year.world.scheme
    say(petra, f"{policies}do/draft", scheme=scheme.pk, starts_on="2027-01-01")
    wrong = Policy.objects.get(version=2)
    wrong.parameters.filter(key="amount_general_cents").update(value=499_000)
    say(petra, f"{policies}{wrong.pk}/do/propose")
    say(paul, f"{policies}{wrong.pk}/do/approve")

    first = Policy.objects.get(version=1)
    say(petra, f"{policies}do/draft", scheme=scheme.pk, starts_on="2027-01-01", values_of=first.pk)
    right = Policy.objects.get(version=3)
    say(petra, f"{policies}{right.pk}/do/propose")
    proposal = petra.get(f"{policies}{right.pk}/change/").content.decode()
    said = say(paul, f"{policies}{right.pk}/do/approve")

    assert str(wrong) in proposal
    assert f"Het komt in de plaats van {wrong}." in said
    assert right.parameters.get(key="amount_general_cents").value == 50_000
    for version in Policy.objects.all():
        page = petra.get(f"{policies}{version.pk}/change/").content.decode()
        assert "/do/" not in page
    audited = petra.get(f"/audit/policies/{wrong.pk}").content.decode()
    assert "vervangen" in audited
    assert f">{right}</a>: deze versie heeft nooit gegolden" in audited
    compared = petra.get(f"/audit/policies/{right.pk}").content.decode()
    assert "Er is niets veranderd." in compared
    assert str(first) in compared


def test_the_values_of_another_schemes_version_are_not_taken(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    other = Scheme.objects.create(code="gemeente", name="Gemeente")

    said = say(
        petra,
        "/admin/eligibility/policy/do/draft",
        scheme=other.pk,
        starts_on="2027-01-01",
        values_of=Policy.objects.get().pk,
    )

    assert "Deze versie hoort bij een andere regeling." in said
    assert not other.policies.exists()


def test_an_approved_policy_offers_no_acts(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    policy = Policy.objects.get()

    page = petra.get(f"/admin/eligibility/policy/{policy.pk}/change/").content.decode()

    assert "/do/" not in page
    assert CHANGED in say(petra, f"/admin/eligibility/policy/{policy.pk}/do/propose")
    policy.refresh_from_db()
    assert policy.state == "approved"


def test_a_reviewer_confirms_a_refusal_after_reading_why(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")
    address = "/admin/eligibility/decision/?waiting=yes"
    refusal = Decision.objects.get(account_code=year.willem)

    page = rosa.get(address).content.decode()
    said = say(rosa, address, action="confirm_selected", _selected_action=str(refusal.pk))
    again = say(
        rosa,
        "/admin/eligibility/decision/",
        action="confirm_selected",
        _selected_action=str(refusal.pk),
    )

    refusal.refresh_from_db()
    assert year.willem in page
    assert year.world.fatima not in page
    assert "AOW-leeftijd bereikt" in page
    assert "1 afwijzing is bevestigd" in said
    assert refusal.confirmed_by == "rosa"
    assert "wacht niet op een medewerker" in again


def test_a_refusal_that_waits_is_decided_again_on_what_is_known_now(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")
    refusal = Decision.objects.get(account_code=year.willem)

    said = say(rosa, f"/admin/eligibility/decision/{refusal.pk}/do/decide-again")

    assert "het blijft een afwijzing, en die is bevestigd" in said
    assert Decision.objects.get(replaces=refusal).confirmed_by == "rosa"


def test_a_grant_cannot_be_refused_by_confirming_it(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")
    grant = Decision.objects.get(account_code=year.world.fatima)

    said = say(
        rosa,
        "/admin/eligibility/decision/",
        action="confirm_selected",
        _selected_action=str(grant.pk),
    )

    grant.refresh_from_db()
    assert "wacht niet op een medewerker" in said
    assert grant.confirmed_by == ""


@time_machine.travel(datetime(2027, 1, 2, 9, tzinfo=UTC))
def test_a_top_up_is_started_for_the_workers(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    act = "/admin/budgets/topuprun/do/start"

    too_early = say(petra, act, scheme=year.world.scheme.pk, on="2025-01-02")
    to_come = say(petra, act, scheme=year.world.scheme.pk, on="2027-01-03")
    started = say(petra, act, scheme=year.world.scheme.pk, on="")
    another = say(petra, act, scheme=year.world.scheme.pk, on="2027-01-01")

    assert "op zijn vroegst op 1 januari 2027" in too_early
    assert "moet nog komen" in to_come
    assert "is begonnen" in started
    assert "2 januari 2027 is nog niet klaar" in another
    assert TopUpRun.objects.filter(decided_on__year=2027).count() == 1
