"""Suspending payments in the administration: one officer proposes it, another agrees, anyone of them lifts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate

from providers import changing_iban, suspending
from providers.models import Provider, Suspension
from tests.audit.world import logged_in, say
from tests.providers.world import (
    MONDAY,
    claim,
    de_linde,
    digital_skills,
    iban,
    paid,
    recovered,
    redeemed,
)

pytestmark = pytest.mark.django_db

CHANGED = "Dit is veranderd sinds u het opende. Lees het opnieuw."
SUSPENSIONS = "/admin/providers/suspension/"
WHY = "Er is aanwezigheid gedeclareerd voor dagen waarop het gebouw dicht was."
TODAY = localdate(MONDAY)
UNTIL = TODAY + timedelta(weeks=13)  # 1 June 2026
GROUPS = [
    *("auditors", "policy-officers", "payment-officers"),
    *("reviewers", "provider-officers", "privacy-officers"),
]


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(MONDAY):
        yield


@pytest.fixture
def school(db: None) -> Provider:
    return de_linde()


def proposed(school: Provider, *, until: date = UNTIL) -> Suspension:
    return suspending.propose(school, reason=WHY, until=until, by="rosa", at=MONDAY)


def in_force(school: Provider, *, until: date = UNTIL) -> Suspension:
    return suspending.agree(proposed(school, until=until), by="sam", at=MONDAY)


def page_of(school: Provider) -> str:
    return f"/admin/providers/provider/{school.pk}/change/"


def propose_page(school: Provider) -> str:
    return f"/admin/providers/provider/{school.pk}/do/suspend"


def page(suspension: Suspension, act: str) -> str:
    return f"{SUSPENSIONS}{suspension.pk}/do/{act}"


def plain(said: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", said)).split())


def read(browser: Client, address: str) -> str:
    return plain(browser.get(address).content.decode())


def beside(field: str, said: str) -> str:
    """What the list of errors, at the top of the page, says of this field."""
    return " ".join(re.findall(rf'<a href="#id_{field}">[^<]+</a>: ([^<]+)<', said))


def propose(browser: Client, school: Provider, **other: object) -> str:
    return say(browser, propose_page(school), **{"reason": WHY, "until": UNTIL, **other})


# Proposing and answering


def test_one_proposes_it_another_agrees_and_one_lifts_it(school: Provider) -> None:
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "provider-officers")

    asked = read(rosa, propose_page(school))
    told = plain(propose(rosa, school))
    suspension = Suspension.objects.get()
    own = say(rosa, page(suspension, "agree"))
    assert not Suspension.objects.in_force(at=timezone.now()).exists()
    shown = read(sam, page(suspension, "agree"))
    agreed = plain(say(sam, page(suspension, "agree")))
    to_lift = read(rosa, page(suspension, "lift"))
    assert Suspension.objects.in_force(at=timezone.now()).exists()
    lifted = plain(say(rosa, page(suspension, "lift")))

    assert "Er verandert niets tot iemand anders akkoord geeft." in asked
    assert "De opleider leest dit." in asked
    assert "Hoogstens 13 weken na vandaag." in asked
    assert "De opschorting is voorgesteld. Iemand anders moet akkoord geven." in told
    assert "Wie de opschorting voorstelde, kan niet ook akkoord geven." in own
    for words in (WHY, "1 juni 2026", "rosa", "Vanaf nu krijgt deze opleider niets betaald"):
        assert words in shown
    assert "De betalingen aan Zorgschool De Linde zijn opgeschort tot en met 1 juni 2026." in agreed
    assert "wordt betaald met het volgende betaalbestand" in to_lift
    assert "Zorgschool De Linde wordt weer betaald" in lifted
    suspension.refresh_from_db()
    assert (suspension.proposed_by, suspension.answered_by) == ("rosa", "sam")
    assert suspension.lifted_by == "rosa"
    assert not Suspension.objects.in_force(at=timezone.now()).exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": "  "}, "Dit veld is vereist."),
        (
            {"reason": "\u200b\u2060"},
            "Schrijf in hoogstens 500 letters wat het ernstige vermoeden is.",
        ),
        ({"reason": "x" * 501}, "500 tekens"),
        ({"until": ""}, "Dit veld is vereist."),
        ({"until": "morgen"}, "Voer een geldige datum in."),
        ({"until": UNTIL + timedelta(days=1)}, "De laatste dag is vandaag of later, en hoogstens"),
        ({"until": TODAY - timedelta(days=1)}, "De laatste dag is vandaag of later, en hoogstens"),
    ],
)
def test_what_cannot_be_proposed_is_said_beside_its_field(
    school: Provider, wrong: dict[str, object], sentence: str
) -> None:
    (field,) = wrong

    said = propose(logged_in("rosa", "reviewers"), school, **wrong)

    assert sentence in beside(field, said)
    assert not Suspension.objects.exists()


def test_it_is_not_proposed_while_one_waits_or_is_in_force(school: Provider) -> None:
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    assert "do/suspend" in rosa.get(page_of(school)).content.decode()

    propose(rosa, school)
    suspension = Suspension.objects.get()
    for act, is_offered in (("agree", False), ("lift", True)):
        assert "do/suspend" not in rosa.get(page_of(school)).content.decode()
        assert CHANGED in propose(sam, school)
        say(sam, page(suspension, act))
        assert ("do/suspend" in rosa.get(page_of(school)).content.decode()) == is_offered

    assert "is voorgesteld" in propose(rosa, school)
    assert Suspension.objects.count() == 2


def test_who_proposed_it_can_take_it_back(school: Provider) -> None:
    suspension = proposed(school)

    said = say(logged_in("rosa", "reviewers"), page(suspension, "decline"))

    assert "De betalingen aan deze opleider gaan gewoon door." in said
    suspension.refresh_from_db()
    assert (suspension.agreed, suspension.answered_by) == (False, "rosa")


@pytest.mark.parametrize("act", ["agree", "decline"])
@pytest.mark.parametrize("before", ["agree", "decline"])
def test_who_answers_late_reads_that_it_was_answered(
    school: Provider, before: str, act: str
) -> None:
    suspension = proposed(school)
    sam, noor = logged_in("sam", "reviewers"), logged_in("noor", "provider-officers")
    say(sam, page(suspension, before))

    assert CHANGED in say(noor, page(suspension, act))

    suspension.refresh_from_db()
    assert suspension.answered_by == "sam"


def test_the_second_decides_on_what_it_read(school: Provider) -> None:
    suspension, sam = proposed(school), logged_in("sam", "reviewers")
    seen = sam.get(page(suspension, "agree")).context["seen"]
    Suspension.objects.update(reason="Iets anders.")

    assert CHANGED in say(sam, page(suspension, "agree"), seen=seen)

    suspension.refresh_from_db()
    assert suspension.agreed is None


def test_a_proposal_whose_last_day_is_over_can_only_be_declined(school: Provider) -> None:
    suspension = proposed(school, until=TODAY)
    with time_machine.travel(MONDAY + timedelta(days=1)):
        sam = logged_in("sam", "reviewers")
        said = say(sam, page(suspension, "agree"))
        declined = say(sam, page(suspension, "decline"))

    assert "De laatste dag is vandaag of later" in said
    assert "gaan gewoon door" in declined


def test_only_what_is_in_force_is_lifted(school: Provider) -> None:
    suspension, sam = proposed(school, until=TODAY), logged_in("sam", "reviewers")
    change = f"{SUSPENSIONS}{suspension.pk}/change/"

    def offered() -> set[str]:
        return set(re.findall(r"do/(\w+)", sam.get(change).content.decode()))

    assert offered() == {"agree", "decline"}
    assert CHANGED in say(sam, page(suspension, "lift"))
    suspending.agree(suspension, by="sam", at=MONDAY)
    assert offered() == {"lift"}
    with time_machine.travel(MONDAY + timedelta(days=1)):
        sam = logged_in("sam", "reviewers")
        assert offered() == set()
        assert CHANGED in say(sam, page(suspension, "lift"))
    suspension.refresh_from_db()
    assert suspension.lifted_at is None


# What the pages say


def test_what_waits_stands_first_and_is_found(school: Provider) -> None:
    in_force(school)
    de_eik = de_linde("De Eik")
    proposed(de_eik)
    ineke = logged_in("ineke", "payment-officers")

    def named(**asked: str) -> list[str]:
        rows = ineke.get(SUSPENSIONS, asked).content.decode()
        return re.findall(r"field-provider[^>]*><a [^>]+>([^<]+)<", rows)

    assert named() == ["De Eik", "Zorgschool De Linde"]
    assert named(agreed__isnull="True") == ["De Eik"]
    assert named(agreed__exact="1") == ["Zorgschool De Linde"]
    assert named(q="linde") == ["Zorgschool De Linde"]
    assert named(q=de_eik.kvk_number) == ["De Eik"]


@pytest.mark.parametrize("what", ["suspension", "ibanchange", "recovery"])
def test_the_filter_says_that_somebody_has_to_answer(admin_client: Client, what: str) -> None:
    address = f"/admin/providers/{what}/"

    beside_it = read(admin_client, address)
    counted = read(admin_client, f"{address}?_facets=True")

    assert "Ja Nee wacht op antwoord" in beside_it
    assert "wacht op antwoord (0)" in counted
    for said in (beside_it, counted):
        assert "Onbekend" not in said


def test_an_answer_is_said_in_words_and_not_by_a_mark(school: Provider) -> None:
    sam, suspension = logged_in("sam", "reviewers"), proposed(school)
    address = f"{SUSPENSIONS}{suspension.pk}/change/"
    waiting, listed = read(sam, address), read(sam, SUSPENSIONS)
    suspending.agree(suspension, by="sam", at=MONDAY)

    assert "Akkoord: wacht op antwoord" in waiting
    assert "2 maart 2026 10:00 wacht op antwoord -" in listed
    assert "Akkoord: Ja" in read(sam, address)
    assert "Akkoord Ja" in read(sam, page(suspension, "lift"))


def test_the_page_of_a_provider_says_what_waits_what_holds_and_what_it_owes(
    school: Provider,
) -> None:
    ineke = logged_in("ineke", "payment-officers")
    before = read(ineke, page_of(school))
    change = changing_iban.propose(school, iban(9_999), reason="gebeld", by="petra", at=MONDAY)
    suspension = proposed(school)
    recovered(paid(claim(redeemed(digital_skills(school)))))

    waiting = read(ineke, page_of(school))
    suspending.agree(suspension, by="sam", at=MONDAY)
    changing_iban.decline(change, by="paul", at=MONDAY)
    held = read(ineke, page_of(school))

    assert "Betalingen opgeschort tot en met: -" in before
    assert "Wacht op een tweede persoon: - Moet terugbetalen: € 0,00" in before
    assert "Betalingen opgeschort tot en met: -" in waiting
    assert (
        f"wijziging van IBAN: {change.after} opschorting van betalingen tot en met 1 juni"
        in waiting
    )
    assert "Moet terugbetalen: € 130,00" in waiting
    assert "Betalingen opgeschort tot en met: 1 juni 2026" in held
    assert "Wacht op een tweede persoon: -" in held


# Who may


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("act", ["suspend", "agree", "decline", "lift"])
def test_an_act_is_for_its_own_role(school: Provider, act: str, group: str) -> None:
    if act == "suspend":
        address = propose_page(school)
    else:
        address = page(in_force(school) if act == "lift" else proposed(school), act)
    before = list(Suspension.objects.values())
    browser = logged_in("iemand", group)

    if group in ("reviewers", "provider-officers"):
        assert browser.get(address).status_code == 200
    else:
        assert browser.get(address).status_code == 403
        assert browser.post(address, {"reason": WHY, "until": UNTIL}).status_code == 403
    assert list(Suspension.objects.values()) == before


@pytest.mark.parametrize("group", GROUPS)
def test_suspensions_are_shown_to_who_works_with_them(school: Provider, group: str) -> None:
    suspension, browser = proposed(school), logged_in("iemand", group)
    allowed = group in ("reviewers", "provider-officers", "payment-officers")

    for address in (SUSPENSIONS, f"{SUSPENSIONS}{suspension.pk}/change/"):
        answer = browser.get(address)
        assert answer.status_code == (200 if allowed else 403)
        if allowed:
            assert WHY in answer.content.decode()
            assert ("/do/" in answer.content.decode()) == (
                group != "payment-officers" and address != SUSPENSIONS
            )


def test_the_lists_ask_the_same_number_of_queries_however_long(
    school: Provider, admin_client: Client
) -> None:
    lists = (SUSPENSIONS, "/admin/providers/provider/", "/admin/providers/ibanchange/")
    in_force(school)
    before = [queries_of(admin_client, each) for each in lists]
    for number in range(3):
        more = de_linde(f"School {number}")
        proposed(more)
        changing_iban.propose(more, iban(9_000 + number), reason="gebeld", by="petra", at=MONDAY)

    after = [queries_of(admin_client, each) for each in lists]

    assert after[:2] == before[:2]
    changing_iban.decline(more.iban_changes.get(agreed=None), by="paul", at=MONDAY)
    assert queries_of(admin_client, lists[2]) == after[2]


def queries_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)
