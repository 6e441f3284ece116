"""Staff at work in the administration: every act once, by the right people, with plain answers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ontwikkelrekening.budgets.models import TopUpRun
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import AccessLog, Citizen
from ontwikkelrekening.database import APP_ROLE
from ontwikkelrekening.eligibility.models import Decision, Policy, Scheme
from providers.clients import create_client
from providers.models import Client as ApiClient
from providers.models import Provider, Review
from tests.audit.world import Year, claim, enrol, logged_in, say
from tests.budgets.world import LATER, give

pytestmark = pytest.mark.django_db
CHANGED = "Dit is veranderd sinds u het opende. Lees het opnieuw."


# Policies


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


# Refusals


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


# Citizens


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


# Top-ups


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
