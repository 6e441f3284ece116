"""Citizens in the administration: what staff see of them, which is written down, and erasing one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import AccessLog, Citizen
from ontwikkelrekening.database import APP_ROLE
from ontwikkelrekening.eligibility.models import Decision
from tests.audit.world import Year, logged_in, say

pytestmark = pytest.mark.django_db


def test_opening_a_citizen_is_written_down(year: Year) -> None:
    officer = logged_in("iris", "privacy-officers")
    citizen = Citizen.objects.get(account_code=year.world.fatima)

    officer.get(f"/admin/citizens/citizen/{citizen.pk}/change/")

    look = AccessLog.objects.get(citizen=citizen)
    assert (look.actor, look.get_purpose_display()) == ("iris", "geopend in het beheer")


def test_a_privacy_officer_sees_what_is_known_of_the_person(year: Year) -> None:
    citizen = Citizen.objects.get(account_code=year.world.fatima)
    officer = logged_in("iris", "privacy-officers")

    page = officer.get(f"/admin/citizens/citizen/{citizen.pk}/change/").content.decode()

    assert "sole_parent" in page


@pytest.mark.parametrize("page", ["change/", "history/", "do/confirm"])
def test_whoever_opens_a_decision_is_seen_by_its_citizen(year: Year, page: str) -> None:
    refusal = Decision.objects.get(account_code=year.willem)

    logged_in("rosa", "reviewers").get(f"/admin/eligibility/decision/{refusal.pk}/{page}")

    look = AccessLog.objects.get(citizen__account_code=year.willem)
    assert (look.actor, look.purpose) == ("rosa", "casework")


def test_reasons_stand_only_where_their_reading_is_written_down(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")

    everyone = rosa.get("/admin/eligibility/decision/").content.decode()
    assert "AOW-leeftijd" not in everyone
    assert not AccessLog.objects.exists()

    waiting = rosa.get("/admin/eligibility/decision/?waiting=yes").content.decode()
    assert "AOW-leeftijd" in waiting
    assert AccessLog.objects.get().citizen.account_code == year.willem


@pytest.mark.parametrize(
    "asked",
    ["born_on__year=1985", "born_on__gte=2008-01-01", "account_code__regex=(", "bsn_lookup=x"],
)
def test_a_list_answers_only_what_its_filters_ask(year: Year, asked: str) -> None:
    answer = logged_in("iris", "privacy-officers").get(f"/admin/citizens/citizen/?{asked}")

    assert answer.status_code == 400


def test_the_filters_of_a_list_work(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")

    for asked in ("outcome__exact=refused", "waiting=yes"):
        page = rosa.get(f"/admin/eligibility/decision/?{asked}").content.decode()
        assert year.willem in page
        assert year.world.fatima not in page


def test_the_list_of_citizens_knows_account_codes_only(year: Year) -> None:
    officer = logged_in("iris", "privacy-officers")
    citizens = "/admin/citizens/citizen/"

    page = officer.get(citizens).content.decode()
    by_code = officer.get(citizens, {"q": year.world.fatima}).content.decode()
    by_name = officer.get(citizens, {"q": "Voornaam"}).content.decode()

    assert year.world.fatima in page
    assert "Voornaam" not in page
    assert "1990" not in page
    assert year.world.fatima in by_code
    assert year.world.henk not in by_code
    assert year.world.fatima not in by_name


def test_erasing_asks_for_the_account_number_again(year: Year) -> None:
    officer = logged_in("iris", "privacy-officers")
    citizen = Citizen.objects.get(account_code=year.world.fatima)
    act = f"/admin/citizens/citizen/{citizen.pk}/do/erase"

    wrong = say(officer, act, account_code=year.world.henk)
    right = say(officer, act, account_code=year.world.fatima.lower())

    citizen.refresh_from_db()
    assert "niet het nummer van de geopende rekening" in wrong
    assert "De boeken blijven" in right
    assert citizen.erased_at is not None
    assert citizen.identity is None


@pytest.mark.parametrize("who", ["fatima", "willem"])
def test_pages_about_who_was_erased_say_so(year: Year, who: str) -> None:
    code = year.willem if who == "willem" else year.world.fatima
    decision = Decision.objects.get(account_code=code)
    before = logged_in("amir", "auditors").get(f"/audit/decisions/{decision.pk}").content.decode()
    assert "Leeftijd" in before

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
    erase(Citizen.objects.get(account_code=code), at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")

    admin, audit = "/admin/eligibility/decision/", "/audit/decisions/"
    pages = {
        f"{admin}{decision.pk}/change/": "rosa",
        f"{audit}{decision.pk}": "amir",
    }
    for address, name in pages.items():
        answer = logged_in(name, "reviewers" if name == "rosa" else "auditors").get(address)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Gewist met de burger op" in page
        assert "Leeftijd" not in page
        assert "AOW-leeftijd" not in page
    waiting = logged_in("rosa", "reviewers").get(f"{admin}?waiting=yes").content.decode()
    assert ("AOW-leeftijd" in waiting) == (who == "fatima")
    for table in ("facts", "trace"):
        file = logged_in("amir", "auditors").get(f"{audit}{decision.pk}?download={table}")
        assert len(file.getvalue().decode().splitlines()) == 1
