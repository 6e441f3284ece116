"""Staff at work in the administration: every act once, by the right people, with plain answers."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.models import Policy
from providers.clients import create_client
from providers.models import Client as ApiClient
from providers.models import Provider, Review
from tests.audit.world import Year, claim, enrol, logged_in, say
from tests.budgets.world import LATER, give

pytestmark = pytest.mark.django_db
CHANGED = "Dit is veranderd sinds u het opende. Lees het opnieuw."


# Reviews of claims


def test_why_a_claim_waits_is_read_in_the_readers_language(year: Year) -> None:
    rosa, amir = logged_in("rosa", "reviewers"), logged_in("amir", "auditors")
    why = "Niets laat zien dat de opleiding is afgerond"
    claim_page = f"/audit/claims/{year.in_review.pk}"

    dutch = rosa.get("/admin/providers/review/").content.decode()
    english = amir.get(claim_page, headers={"accept-language": "en"}).content.decode()

    assert why in dutch
    assert why in amir.get(claim_page).content.decode()
    assert "<code>roc</code>" in english  # who submitted it
    assert "Nothing shows that" in english
    assert "Nothing shows that" not in dutch
    assert Review.objects.get().picked_because == "not_completed"


def test_two_people_refuse_a_claim(year: Year) -> None:
    rosa, sam = logged_in("rosa", "reviewers"), logged_in("sam", "reviewers")
    act = f"/admin/providers/review/{Review.objects.get().pk}/do/"

    without = rosa.post(f"{act}refuse", {"reason": " "})
    proposed = say(rosa, f"{act}refuse", reason="Er is geen bewijs van deelname.")
    own = say(rosa, f"{act}confirm")
    confirmed = say(sam, f"{act}confirm")

    year.in_review.refresh_from_db()
    assert without.status_code == 422
    assert "Iemand anders moet haar bevestigen" in proposed
    assert "Wie de weigering voorstelde, kan haar niet ook bevestigen" in own
    assert "De declaratie is afgewezen" in confirmed
    assert year.in_review.state == "refused"


def test_one_person_approves_a_claim(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")
    act = f"/admin/providers/review/{Review.objects.get().pk}/do/approve"

    said = say(rosa, act)

    year.in_review.refresh_from_db()
    assert "goedgekeurd en geboekt" in said
    assert year.in_review.state == "approved"
    assert CHANGED in say(rosa, act)


# Payments


def test_pages_are_named_with_a_capital_and_say_that_nothing_is_real(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")

    view = petra.get(f"/admin/eligibility/policy/{Policy.objects.get().pk}/change/")
    index = petra.get("/admin/eligibility/")
    assert "Model name" not in index.content.decode()

    for page in (view.content.decode(), index.content.decode()):
        found = re.findall(r"<h1>(.)(.*?)</h1>", page)
        assert found[0][0].isupper()
        assert not found[0][1].endswith("-beheer")
        assert 'class="development-label"' in page


def test_nothing_is_shown_on_a_site_that_has_no_page_for_it() -> None:
    for model, page in admin.site._registry.items():
        if hasattr(model, "get_absolute_url"):
            assert not page.view_on_site, model


def test_the_key_of_software_is_shown_in_dutch(year: Year, admin_client: Client) -> None:
    client, _secret = create_client(Provider.objects.get(), name="Planner", scopes=["claims"])

    page = admin_client.get(f"/admin/providers/client/{client.pk}/change/").content.decode()

    assert client.client_id in page
    assert "Client-id" in page
    assert "Aangemaakt op" in page
    assert "Created" not in page
    assert "/admin/r/" not in page


def test_lists_say_amounts_instalments_and_plurals_in_dutch(
    year: Year, admin_client: Client
) -> None:
    def text(page: str) -> str:
        return admin_client.get(f"/admin/{page}/").content.decode().replace("\xa0", " ")

    assert "€ 150,00" in text("payouts/paymentbatch")
    for page in ("providers/claim", f"providers/claim/{year.in_review.pk}/change"):
        assert "Afronding" in text(page)
        assert "completion" not in text(page)
    assert "0 toepassingen van de hardheidsclausule" in text("eligibility/deviation")


# Providers


def test_a_provider_is_admitted_and_its_software_gets_a_secret_once(year: Year) -> None:
    officer = logged_in("noor", "provider-officers")
    providers = "/admin/providers/provider/"

    wrong = say(
        officer,
        f"{providers}do/admit",
        name="X",
        kvk_number="12",
        iban="NL1",
        reason="x",
        on="2026-01-02",
    )
    say(
        officer,
        f"{providers}do/admit",
        name="Taalhuis Oost",
        kvk_number="87654321",
        iban="NL91ABNA0417164300",
        reason="Gebeld op het nummer in het Handelsregister.",
        on="2026-01-02",
    )
    provider = Provider.objects.get(kvk_number="87654321")
    answer = officer.post(
        f"{providers}{provider.pk}/do/create-client", {"name": "Rooster", "scopes": ["claims"]}
    )

    client = ApiClient.objects.get(provider=provider)
    secret = re.search(r"client_secret</dt><dd><code>([^<]+)", answer.content.decode())
    assert "acht cijfers" in wrong
    assert secret is not None
    assert secret[1] not in client.client_secret
    assert "no-store" in answer["Cache-Control"]
    assert "messages" not in answer.cookies
    later = officer.get(f"/admin/providers/client/{client.pk}/change/").content.decode()
    assert secret[1] not in later
    assert client.client_secret not in later


def test_who_admits_a_provider_does_not_decide_where_it_is_paid(year: Year) -> None:
    noor, olga = (logged_in(name, "provider-officers") for name in ("noor", "olga"))
    amir, providers = logged_in("amir", "auditors"), "/admin/providers/provider/"
    reason = "Gebeld op het nummer in het Handelsregister."
    asked = {
        "name": "Taalhuis Oost",
        "kvk_number": "87654321",
        "iban": "NL91 ABNA 0417 1643 00",
        "reason": reason,
        "on": "2026-01-02",
    }

    unsaid = say(noor, f"{providers}do/admit", **{**asked, "reason": ""})
    admitted = say(noor, f"{providers}do/admit", **asked)
    taken = say(noor, f"{providers}do/admit", **{**asked, "kvk_number": "87654322"})
    provider = Provider.objects.exclude(pk=year.world.provider.pk).get()
    change = provider.iban_changes.get()
    listed, shown, audited = (
        re.sub(r"\s+", " ", browser.get(page).content.decode())
        for browser, page in (
            (noor, providers),
            (noor, f"{providers}{provider.pk}/change/"),
            (amir, f"/audit/providers/{provider.pk}"),
        )
    )
    agree = f"/admin/providers/ibanchange/{change.pk}/do/agree"
    own, read = say(noor, agree), olga.get(agree).content.decode()
    agreed = say(olga, agree)

    assert "is toegelaten" not in unsaid
    assert (
        "Taalhuis Oost is toegelaten, en wordt betaald als iemand anders akkoord geeft" in admitted
    )
    assert "Dit IBAN is voor een andere opleider voorgesteld" in taken
    assert "eerste IBAN: NL91ABNA0417164300" in listed
    assert "eerste IBAN: NL91ABNA0417164300" in shown
    assert "nog geen: er wordt niets betaald tot twee mensen er akkoord voor geven" in audited
    assert "geen: dit is het eerste" in audited
    assert reason in audited
    assert "Wie het nieuwe IBAN voorstelde, kan niet ook akkoord geven." in own
    for said in ("87654321", "NL91ABNA0417164300", reason):
        assert said in read
    assert "Taalhuis Oost wordt vanaf nu betaald op NL91ABNA0417164300" in agreed
    assert (
        "<code>NL91ABNA0417164300</code>"
        in amir.get(f"/audit/providers/{provider.pk}").content.decode()
    )


# All of it

ACTS = [
    ("payment-officers", "/admin/eligibility/policy/do/draft"),
    ("reviewers", "/admin/eligibility/policy/do/draft"),
    ("policy-officers", "/admin/payouts/paymentbatch/do/prepare"),
    ("reviewers", "/admin/providers/provider/do/admit"),
    ("payment-officers", "/admin/budgets/topuprun/do/start"),
    ("auditors", "/admin/budgets/topuprun/do/start"),
    ("auditors", "/admin/payouts/paymentbatch/do/prepare"),
]


@pytest.mark.parametrize(("group", "address"), ACTS)
def test_an_act_of_another_role_is_refused(db: None, group: str, address: str) -> None:
    browser = logged_in("iemand", group)

    assert browser.get(address).status_code == 403
    assert browser.post(address).status_code == 403


def test_acts_need_the_csrf_token(year: Year) -> None:
    petra = logged_in("petra", "policy-officers")
    petra.handler.enforce_csrf_checks = True

    assert petra.post("/admin/eligibility/policy/do/draft").status_code == 403
    assert Policy.objects.count() == 1


def test_asking_changes_nothing(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")

    answer = rosa.get(f"/admin/providers/review/{Review.objects.get().pk}/do/approve")

    year.in_review.refresh_from_db()
    assert answer.status_code == 200
    assert year.in_review.state == "in_review"


def test_an_act_is_kept_in_the_log(year: Year) -> None:
    rosa = logged_in("rosa", "reviewers")

    say(rosa, f"/admin/providers/review/{Review.objects.get().pk}/do/approve")

    assert LogEntry.objects.get().user.get_username() == "rosa"


def test_an_unknown_act_or_subject_is_not_found(year: Year, admin_client: Client) -> None:
    for address in ("do/else", f"{uuid4()}/do/release", f"{year.batch.pk}/do/else"):
        assert admin_client.get(f"/admin/payouts/paymentbatch/{address}").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_presses_late_reads_what_became_of_it(
    year: Year, admin_client: Client, method: str
) -> None:
    batch = f"/admin/payouts/paymentbatch/{year.batch.pk}/"

    late = getattr(admin_client, method)(f"{batch}do/release", follow=True)

    assert late.redirect_chain == [(f"{batch}change/", 302)]
    assert CHANGED in late.content.decode()
    assert not LogEntry.objects.exists()


def test_without_the_right_an_act_says_nothing_of_its_subject(year: Year) -> None:
    amir = logged_in("amir", "auditors")
    review, citizen = Review.objects.get(), Citizen.objects.first()
    assert citizen is not None

    for address in (
        f"providers/review/{review.pk}/do/approve",  # offered
        f"providers/review/{review.pk}/do/confirm",  # not offered
        f"providers/review/{review.pk + 1}/do/approve",  # nothing there
        f"citizens/citizen/{citizen.pk}/do/erase",
        f"citizens/citizen/{uuid4()}/do/erase",
        f"citizens/citizen/{citizen.pk}/history/",
        f"citizens/citizen/{uuid4()}/history/",
    ):
        assert amir.get(f"/admin/{address}").status_code == 403, address


LISTS = [
    "eligibility/decision",
    "providers/claim",
    "providers/review",
    "providers/enrolment",
    "providers/course",
    "citizens/citizen",
    "citizens/circumstance",
    "budgets/topuprun",
    "payouts/paymentbatch",
    "ledger/booking",
    "ledger/account",
]


def test_lists_ask_the_same_number_of_queries_however_long(
    year: Year, admin_client: Client
) -> None:
    before = {name: queries_of(admin_client, name) for name in LISTS}
    for _ in range(3):
        give(year.world, year.world.fatima, 30_000)
        enrolment = enrol(year.world, year.world.fatima)
        claim(year.world, enrolment, "start", 150, at=LATER)
        claim(year.world, enrolment, "completion", 150, at=LATER)

    assert {name: queries_of(admin_client, name) for name in LISTS} == before


def queries_of(browser: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(f"/admin/{name}/").status_code == 200
    return len(queries)
