"""The audit pages: who may see them, what they show, and that they stay quick."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from django.utils.translation import override

from ledger.checking import CHECKS
from ledger.models import Account, Booking, Transfer
from ontwikkelrekening.audit.urls import urlpatterns
from ontwikkelrekening.chart import CHART
from ontwikkelrekening.eligibility.models import Decision
from ontwikkelrekening.payouts.models import BankStatement
from ontwikkelrekening.tables.words import CLASSES
from tests.audit.world import Year, claim, employer, enrol, logged_in
from tests.budgets.round_world import applicants
from tests.budgets.world import LATER, give

pytestmark = pytest.mark.django_db


FILES = ("round-proof", "round-list", "export")


def addresses(year: Year) -> dict[str, str]:
    """One address of every audit page: a new page fails until it is here."""
    granted = Decision.objects.get(account_code=year.world.fatima)
    transfer = Transfer.objects.get(booking__cause=f"claim:{year.paid.id}")
    arguments: dict[str, list[object]] = {
        "class": ["tranche"],
        "account": ["fund:landelijk"],
        "booking": [transfer.booking_id],
        "transfer": list(transfer.pk),
        "decision": [granted.id],
        "learning-account": [year.world.fatima],
        "policy": [granted.policy_id],
        "run": [year.run.id],
        "fund": ["landelijk"],
        "provider": [year.world.provider.id],
        "enrolment": [year.enrolment.id],
        "claim": [year.paid.id],
        "batch": [year.batch.id],
        "bank-statement": [BankStatement.objects.get().id],
        "transfer-proof": list(transfer.pk),
        "account-proof": ["fund:landelijk"],
        "reach": ["landelijk"],
        "export": ["xaf"],
        "round": [year.round and year.round.id],
        "round-proof": [year.round and year.round.id],
        "round-list": [year.round and year.round.id],
        "simulation": [year.simulation and year.simulation.id],
        "objection": [year.objection and year.objection.id],
    }
    return {
        name: reverse(f"audit:{name}", args=arguments.get(name, []))
        for name in (str(each.name) for each in urlpatterns if isinstance(each, URLPattern))
    }


def test_every_page_answers_in_both_languages(full_year: Year, amir: Client) -> None:
    for name, address in addresses(full_year).items():
        for language in ("nl", "en"):
            answer = amir.get(address, headers={"Accept-Language": language})

            assert answer.status_code == 200, name
            if name not in FILES:
                assert f'<html lang="{language}"' in answer.content.decode(), name


def test_a_visitor_is_sent_to_the_staff_login(full_year: Year) -> None:
    for address in addresses(full_year).values():
        answer = Client().get(address)

        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/?next=/audit/")


@pytest.mark.parametrize("group", ["payment-officers", "reviewers", "privacy-officers"])
def test_other_staff_are_told_whom_to_ask(full_year: Year, group: str) -> None:
    browser = logged_in("iemand", group)

    for address in addresses(full_year).values():
        answer = browser.get(address)

        assert answer.status_code == 403
        assert "functioneel beheerder" in answer.content.decode()


def test_a_policy_officer_sees_the_policies_and_their_simulations_only(full_year: Year) -> None:
    petra = logged_in("petra", "policy-officers")

    seen = {
        name
        for name, address in addresses(full_year).items()
        if petra.get(address).status_code == 200
    }

    assert seen == {"policies", "policy", "simulations", "simulation", "reach"}
    assert "/audit/decisions" not in petra.get("/audit/policies").content.decode()


def test_an_auditor_who_left_the_staff_sees_nothing(db: None) -> None:
    browser = logged_in("amir", "auditors", is_staff=False)

    assert browser.get("/audit/").status_code == 403


def test_pages_take_no_posts_and_are_kept_by_no_browser(full_year: Year, amir: Client) -> None:
    for address in addresses(full_year).values():
        assert amir.post(address).status_code == 405
        assert "no-store" in amir.get(address)["Cache-Control"]


def test_no_page_shows_a_name_or_a_bsn(full_year: Year, amir: Client) -> None:
    for address in addresses(full_year).values():
        page = b"".join(amir.get(address)).decode()

        assert "Voornaam" not in page
        assert "11111111" not in page


def test_a_total_leads_down_to_the_decision_behind_it(year: Year, amir: Client) -> None:
    tranche = Account.objects.get(
        id=Transfer.objects.filter(booking__kind="reserve").first().debit_account_id  # type: ignore[union-attr]
    )
    claim_transfer = Transfer.objects.get(booking__kind="claim")

    assert reverse("audit:class", args=["tranche"]) in _page(amir, "/audit/trial-balance")
    assert reverse("audit:account", args=[tranche.code]) in _page(amir, "/audit/classes/tranche")
    statement = _page(amir, reverse("audit:account", args=[tranche.code]))
    reserved = Transfer.objects.get(booking__kind="reserve", debit_account=tranche)
    assert reverse("audit:transfer", args=reserved.pk) in statement
    assert f"/audit/decisions/{_decision_of(year.world.fatima)}" in statement
    page = _page(amir, reverse("audit:transfer", args=claim_transfer.pk))
    assert reverse("audit:claim", args=[year.paid.id]) in page
    assert reverse("audit:enrolment", args=[year.enrolment.id]) in page


def test_a_decision_shows_facts_rules_and_grounds(year: Year, amir: Client) -> None:
    page = _page(amir, f"/audit/decisions/{_decision_of(year.world.fatima)}")

    assert "Voorbeeldregeling art. 2 lid 1; BW 1:233" in page
    assert "age_min_years" in page
    assert "flexible_work" in page
    assert "€ 1.800,00" in page.replace("\xa0", " ")


def test_the_search_finds_an_account_by_the_beginning_of_its_code(year: Year, amir: Client) -> None:
    found = _page(amir, f"/audit/classes/reserved?q={str(year.enrolment.id)[:8]}")
    missed = _page(amir, "/audit/classes/reserved?q=zzzz")

    assert f"reserved:{year.enrolment.id}" in found
    assert "Geen rekening begint zo." in missed


def test_the_trial_balance_at_a_date_shows_the_books_of_that_day(year: Year, amir: Client) -> None:
    before = _page(amir, "/audit/trial-balance?on=2026-02-02").replace("\xa0", " ")
    after = _page(amir, "/audit/trial-balance?on=2026-02-03").replace("\xa0", " ")

    assert "€ 150,00" not in before
    assert "€ 150,00" in after


def test_the_books_as_they_were_known_on_a_day(year: Year, amir: Client) -> None:
    address = "/audit/trial-balance?known_on="
    before = _page(amir, address + "1900-01-01").replace("\xa0", " ")
    since = _page(amir, address + "2999-12-31").replace("\xa0", " ")
    accounts = _page(amir, "/audit/classes/tranche?known_on=1900-01-01")

    assert "€ 150,00" not in before
    assert "€ 150,00" in since
    assert "/audit/classes/tranche?known_on=1900-01-01" in before
    assert "Zonder wat na 01-01-1900 (UTC) is geboekt." in accounts


@pytest.mark.parametrize("wrong", ["2026-02-30", "gisteren", "0", "0001-01-01"])
@pytest.mark.parametrize("clock", ["on", "known_on"])
def test_a_date_that_is_none_gets_a_plain_answer(amir: Client, clock: str, wrong: str) -> None:
    answer = amir.get("/audit/trial-balance", {clock: wrong})

    assert answer.status_code == 200
    assert "Dit is geen datum" in answer.content.decode()


@pytest.mark.parametrize("wrong", ["0000", "0001", "1899", "9999", "geen"])
@pytest.mark.parametrize(
    "address",
    [
        "/audit/exports",
        "/audit/exports/csv",
        "/audit/exports/hledger",
        "/audit/exports/beancount",
        "/audit/exports/xaf",
        "/audit/funds/landelijk/reach",
    ],
)
def test_a_year_that_is_none_gets_a_plain_answer(
    year: Year, amir: Client, address: str, wrong: str
) -> None:
    answer = amir.get(address, {"year": wrong})

    assert answer.status_code == 200
    assert "Dit is geen jaar van 1900 tot en met 2999." in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "name"),
    [("csv", "ontwikkelrekening-2026.csv"), ("evidence", "ontwikkelrekening.jsonl.gz")],
)
def test_a_file_carries_the_year_in_its_name_when_it_is_of_one_year(
    year: Year, amir: Client, form: str, name: str
) -> None:
    answer = amir.get(f"/audit/exports/{form}", {"year": "2026"})

    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_funds_amounts_lead_to_what_its_own_credit_pays(year: Year, amir: Client) -> None:
    """Henk's course is paid by the employer and the state, Fatima's by the state alone."""
    employer(year)
    shared = enrol(year.world, year.world.henk)
    asked = claim(year.world, shared, "start", 150, at=LATER)

    theirs = _page(amir, "/audit/funds/bakkerij")
    for address in (
        "/audit/claims?state=unpaid&scheme=bakkerij",
        "/audit/claims?state=paid&scheme=bakkerij",
        "/audit/classes/tranche?scheme=bakkerij",
        "/audit/classes/reserved?scheme=bakkerij",
    ):
        assert address.replace("&", "&amp;") in theirs
        assert "Alleen wat tegoed van Bakkerij Jansen betaalt" in _page(amir, address)
    claims = _page(amir, "/audit/claims?scheme=bakkerij")
    assert str(asked.id) in claims
    assert str(year.paid.id) not in claims
    assert "?state=paid&amp;scheme=bakkerij" in claims
    reserved = _page(amir, "/audit/classes/reserved?scheme=bakkerij")
    assert str(shared.id) in reserved
    assert str(year.enrolment.id) not in reserved
    tranches = _page(amir, "/audit/classes/tranche?scheme=bakkerij")
    assert tranches.count('href="/audit/accounts/tranche:') == 1
    assert amir.get("/audit/claims?scheme=elders").status_code == 404


def test_page_and_command_say_the_same_owner_in_the_audit_file(
    year: Year, amir: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.LEDGER_OWNER_NAME, settings.LEDGER_OWNER_TAX_ID = "Stichting Leren", "NL123456782B01"

    call_command("export_ledger", "xaf", str(tmp_path / "books.xaf"), stdout=StringIO())
    page = b"".join(amir.get("/audit/exports/xaf").streaming_content)  # type: ignore[attr-defined]

    for file in (page.decode(), (tmp_path / "books.xaf").read_text()):
        assert "<companyName>Stichting Leren</companyName>" in file
        assert "NL123456782B01" in file


def test_states_and_kinds_are_read_in_the_readers_language(full_year: Year, amir: Client) -> None:
    employer(full_year)

    def read(address: str, language: str) -> str:
        return amir.get(address, headers={"Accept-Language": language}).content.decode()

    for language, state, kind in (
        ("en", "in review", "Employer"),
        ("nl", "in controle", "Werkgever"),
    ):
        assert f">{state}</a>" in read("/audit/claims", language)
        assert f"<p>{kind}." in read("/audit/funds/bakkerij", language)


def test_the_books_are_named_in_the_readers_language(year: Year, amir: Client) -> None:
    page = _page(amir, "/audit/trial-balance").replace("\xa0", " ")
    booking = Booking.objects.get(kind="claim", cause=f"claim:{year.paid.pk}")
    dutch = _page(amir, f"/audit/bookings/{booking.pk}")
    history = _page(amir, f"/audit/claims/{year.paid.pk}")
    amir.cookies["django_language"] = "en"
    english = _page(amir, "/audit/classes/in_transit")

    assert "Betalingen onderweg" in page
    assert "Basis digitale vaardigheden: Start" in dutch
    assert "de computer" in history
    assert "<h1>Payments on their way" in english
    assert "Betalingen onderweg" not in english


def test_the_dutch_of_a_class_is_what_the_books_say() -> None:
    with override("nl"):
        assert {row[0]: row[1] for row in CHART} == {x: str(name) for x, name in CLASSES.items()}


def test_a_class_is_named_by_its_code_and_its_side_in_dutch(year: Year, amir: Client) -> None:
    page = _page(amir, "/audit/classes/bank")

    assert "<code>bank</code>" in page
    assert "aan de kant Debet" in page


def test_every_check_is_said_in_dutch(year: Year, amir: Client) -> None:
    page = _page(amir, "/audit/checks")

    assert "debet en credit zijn gelijk" in page
    assert [check for check in CHECKS if check in page] == []


def test_instalments_are_said_as_providers_read_them(year: Year, amir: Client) -> None:
    for address in (
        "/audit/claims",
        f"/audit/claims/{year.in_review.id}",
        f"/audit/enrolments/{year.enrolment.id}",
    ):
        assert "Afronding" in _page(amir, address)
        assert "completion" not in _page(amir, address)


def test_what_does_not_exist_is_not_found(year: Year, amir: Client) -> None:
    for address in (
        f"/audit/decisions/{uuid4()}",
        f"/audit/transfers/{uuid4()}",
        "/audit/accounts/fund:elders",
        "/audit/classes/elders",
        "/audit/funds/elders",
    ):
        assert amir.get(address).status_code == 404


def test_the_findings_of_the_checks_are_on_the_overview(year: Year, amir: Client) -> None:
    assert "Alle controles zijn goed" in _page(amir, "/audit/")

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_total SET credits = credits + 1 WHERE account_id IN "
            "(SELECT id FROM ledger_account WHERE code LIKE 'payable%')"
        )
    page = _page(amir, "/audit/")

    assert "totalen zijn gelijk aan de boekingen" in page
    assert "Alle controles zijn goed" not in page


def test_pages_ask_the_same_number_of_queries_however_much_there_is(
    full_year: Year, amir: Client
) -> None:
    before = dict(_queries(full_year, amir))
    applicants(3, start=70_000_000)
    for _ in range(3):
        give(full_year.world, full_year.world.fatima, 30_000)
        claim(
            full_year.world, enrol(full_year.world, full_year.world.fatima), "start", 150, at=LATER
        )
    after = dict(_queries(full_year, amir))

    assert {name: after[name] for name in after if after[name] > before[name]} == {}
    assert max(after.values()) <= 67  # the overview: one for each check of and against the books


def _queries(year: Year, browser: Client) -> Iterator[tuple[str, int]]:
    for name, address in addresses(year).items():
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        yield name, len(queries)


def _page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _decision_of(code: str) -> str:
    return str(Decision.objects.get(account_code=code).id)


@pytest.mark.parametrize(
    "path",
    [
        "/audit/accounts/%00",
        "/audit/accounts/fund:%00/proof.json",
        "/audit/learning-accounts/a%0A%00b",
        "/opleiders/%00",
        "/%00",
    ],
)
def test_nothing_has_an_address_that_no_database_can_hold(amir: Client, path: str) -> None:
    assert amir.get(path).status_code == 404
    assert amir.post(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/audit/decisions?q=%00", "/audit/bookings?cause=a%00b", "/opleidingen?q=%00"]
)
def test_nothing_is_looked_for_that_no_database_can_hold(amir: Client, path: str) -> None:
    assert amir.get(path).status_code == 400
