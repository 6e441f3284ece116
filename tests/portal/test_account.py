"""The balance, the statement, a tegoed and a decision, as Fatima and Henk see them."""

import re
from datetime import date, timedelta
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.utils.formats import date_format

from ontwikkelrekening.budgets.models import Tranche
from ontwikkelrekening.budgets.pausing import pause
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.evidence import ask_sample
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.models import Citizen, Purpose
from ontwikkelrekening.citizens.registering import NewCitizen, Stated
from ontwikkelrekening.eligibility.deciding import confirm_refusal, decide_many
from ontwikkelrekening.eligibility.example import EXAMPLE
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.policies import Setting, approve, draft, propose
from ontwikkelrekening.eligibility.reading import parameters_of
from tests.budgets.world import staff
from tests.eligibility.acts import decided
from tests.portal.world import HENK_BSN, NEW_YEAR, NOOR_BSN, TODAY, Town, log_in

SPACE = "\N{NO-BREAK SPACE}"


def text_of(answer: object) -> str:
    """What a reader of the page sees, with single spaces."""
    page = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.S)  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", page.replace(SPACE, " "))


def test_the_balance_comes_first_and_each_tegoed_has_its_words(fatima: Client) -> None:
    text = text_of(fatima.get("/"))

    assert "U kunt nog gebruiken € 1.800,00" in text
    assert "Opleiding € 800,00" in text
    assert "Coach of EVC € 700,00" in text
    assert "Kinderopvang en reizen € 300,00" in text
    assert "Het blijft staan." in text


def test_what_ends_within_90_days_is_announced_by_amount_and_day_and_not_as_a_threat(
    fatima: Client, town: Town
) -> None:
    ending = Tranche.objects.filter(account_code=town.fatima, expires_on__year=2026)
    for days, is_said in ((90, False), (89, True), (0, True), (-1, False)):
        day = TODAY.date() + timedelta(days=days)
        ending.update(expires_on=day)

        text = text_of(fatima.get("/"))

        said = f"Gebruik € 300,00 voor Kinderopvang en reizen uiterlijk op {_date(day)}."
        assert (said in text) is is_said, days
        assert not re.search(r"verliest|vervalt|kwijt|te laat", text)


def test_an_announcement_moves_along_with_a_pause(fatima: Client, town: Town) -> None:
    ending = Tranche.objects.filter(account_code=town.fatima, expires_on__year=2026)
    ending.update(expires_on=TODAY.date() + timedelta(days=30))

    pause(town.fatima, until=TODAY.date() + timedelta(days=60), by="citizen", at=TODAY)

    assert "uiterlijk op" not in text_of(fatima.get("/"))
    assert "Uw rekening staat op pauze" in text_of(fatima.get("/"))


def _date(day: date) -> str:
    return date_format(day, "j F Y")


def test_someone_without_credit_is_told_so_without_blame(town: Town) -> None:
    text = text_of(log_in(NOOR_BSN).get("/"))

    assert "Er staat nog niets op uw rekening." in text
    assert "Eén keer per jaar kijken we of er iets bij kan." in text


def refuse(bsn: str, born_on: date, *facts: Stated) -> tuple[Client, Decision]:
    """Someone who gets no credit by the rules, with the decision that still waits for a person."""
    person = NewCitizen(Identity("Jan", "Test", bsn), born_on, circumstances=facts)
    scheme = Scheme.objects.get()
    (decision,) = decided(scheme, person, on=NEW_YEAR.date(), at=NEW_YEAR)
    return log_in(bsn), decision


def test_who_is_refused_reads_it_at_home_and_in_the_list_once_a_person_has_confirmed_it(
    town: Town,
) -> None:
    jan, decision = refuse("999900080", date(1950, 1, 1))
    path = f'href="/besluiten/{decision.pk}"'

    home, listed = jan.get("/"), text_of(jan.get("/besluiten"))
    assert "volgens de regels krijgt u nu geen tegoed." in text_of(home)
    assert "Een medewerker kijkt er eerst naar." in text_of(home)
    assert path in home.content.decode()
    assert 'href="/besluiten"' in home.content.decode()
    assert "U hoeft daar niets voor te doen." not in text_of(home)
    assert "Een medewerker kijkt hier nog naar" in listed
    assert "U krijgt nu geen tegoed" not in listed

    confirm_refusal(decision, by="rosa", at=TODAY)

    home, listed = jan.get("/"), text_of(jan.get("/besluiten"))
    assert ": u krijgt nu geen tegoed. Lees waarom, en wat u kunt doen" in text_of(home)
    assert path in home.content.decode()
    assert "2 mrt U krijgt nu geen tegoed" in listed


def test_a_refusal_stays_at_home_when_another_scheme_grants(town: Town) -> None:
    jan, refusal = refuse("999900080", date(1950, 1, 1))
    confirm_refusal(refusal, by="rosa", at=TODAY)
    other = Scheme.objects.create(code="sector", name="Sectorfonds")
    policy = draft(
        other,
        starts_on=TODAY.date(),
        settings=EXAMPLE
        | {key: Setting(False, "-") for key in ("aow_age_is_the_limit", "residence_is_required")},
        on=TODAY.date(),
    )
    propose(policy, by=staff("petra"))
    approve(policy, by=staff("paul"), at=TODAY)
    (granted,) = decide_many(
        [refusal.account_code],
        policy=policy,
        parameters=parameters_of(policy),
        on=TODAY.date(),
        balances={},
        at=TODAY,
    )

    assert granted.result.outcome == "granted"
    assert "u krijgt nu geen tegoed. Lees waarom" in text_of(jan.get("/"))


def test_a_refusal_points_to_the_decision_that_granted_later_that_year(town: Town) -> None:
    lives_here = Stated("residence", "yes", date(2025, 9, 1))
    mia, refusal = refuse("999900080", date(2008, 2, 1), lives_here)
    confirm_refusal(refusal, by="rosa", at=TODAY)
    path = f"/besluiten/{refusal.pk}"
    before = text_of(mia.get(path))
    (granted,) = decide_many(
        [refusal.account_code],
        policy=refusal.policy,
        parameters=parameters_of(refusal.policy),
        on=TODAY.date(),
        balances={},
        at=TODAY,
    )

    after = mia.get(path)
    grant = mia.get(f"/besluiten/{granted.id}")

    told = "U kreeg in hetzelfde jaar wel tegoed van deze regeling."
    assert told not in before
    assert told in text_of(after)
    assert f'href="/besluiten/{granted.id}"' in after.content.decode()
    assert told not in text_of(grant)


def test_who_has_no_decision_yet_finds_the_way_to_decisions_and_data(town: Town) -> None:
    page = log_in(NOOR_BSN).get("/").content.decode()

    assert 'href="/besluiten"' in page
    assert 'href="/mijn-gegevens"' in page
    assert "geen tegoed" not in page


def test_a_decision_is_dated_on_the_day_it_is_announced(town: Town) -> None:
    jan, decision = refuse("999900080", date(1950, 1, 1))
    confirm_refusal(decision, by="rosa", at=TODAY)

    text = text_of(jan.get(f"/besluiten/{decision.pk}"))

    assert "Besluit van 2 maart 2026" in text
    assert "tot en met 13 april 2026" in text
    assert "Zoals het was op 2 januari 2026" in text
    pdf = jan.get(f"/besluiten/{decision.pk}/brief")
    assert 'besluit-2026-03-02.pdf"' in pdf["Content-Disposition"]


def test_the_statement_adds_up_line_by_line(fatima: Client, town: Town) -> None:
    agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())

    text = text_of(fatima.get("/afschrift"))

    assert "Gereserveerd voor “Basis digitale vaardigheden”" in text
    assert "min − € 260,00 Daarna vrij: € 1.540,00" in text
    assert "plus + € 800,00" in text
    assert "maart 2026" in text
    assert "januari 2026" in text


def test_a_long_statement_goes_on_with_the_right_balance(
    fatima: Client, town: Town, monkeypatch: object
) -> None:
    monkeypatch.setattr("ontwikkelrekening.portal.views_account.LINES_A_PAGE", 2)  # type: ignore[attr-defined]
    agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    first = fatima.get("/afschrift")
    older = re.search(r'href="(\?voor=[^"]+)"', first.content.decode())
    assert older

    second = fatima.get(f"/afschrift{older[1]}")
    together = text_of(first) + text_of(second)

    assert text_of(first).count("Daarna vrij") == 2
    assert text_of(second).count("Daarna vrij") == 2
    after = re.findall(r"Daarna vrij: € ([\d.]+,\d\d)", together)
    changes = re.findall(r"(min −|plus \+) € ([\d.]+,\d\d)", together)
    assert after[0] == "1.540,00"
    assert _cents(after[-1]) == _cents(changes[-1][1])


def test_a_made_up_place_in_the_statement_is_a_page_that_is_not_there(fatima: Client) -> None:
    for place in (
        "x",
        "2026-01-01_x",
        "2026-01-01T00:00_" + str(uuid4()),
        "2026-13-01T00:00+01:00_1",
    ):
        assert fatima.get("/afschrift", {"voor": place}).status_code == 404


def test_lines_that_crossed_are_explained_only_where_a_line_is_below_zero(
    fatima: Client, town: Town
) -> None:
    """What was written first may have been booked last: its number comes before it has to wait."""
    said = "Twee dingen gebeurden bijna tegelijk"
    agree(town.fatima, town.course, starts_on=date(2026, 4, 1), at=NEW_YEAR, id=uuid4())
    assert said not in text_of(fatima.get("/afschrift"))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_transfer SET seq = -seq WHERE booking_id IN"
            " (SELECT id FROM ledger_booking WHERE kind = 'reserve')"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")

    text = text_of(fatima.get("/afschrift"))
    assert said in text
    assert "Daarna vrij: − € 260,00" in text
    assert said not in text_of(fatima.get("/"))


def test_a_tegoed_says_where_it_is_from_and_what_it_is_for(fatima: Client, town: Town) -> None:
    tranche = Tranche.objects.get(account_code=town.fatima, kind="coaching_evc")

    text = text_of(fatima.get(f"/tegoed/{tranche.pk}"))

    assert "U kunt nog gebruiken € 700,00" in text
    assert "Iemand die met u meedenkt over werk en leren." in text
    assert "Waarom u dit kreeg" in text


def test_where_it_can_be_used_for_names_what_there_is_for_each(fatima: Client) -> None:
    text = text_of(fatima.get("/waarvoor"))

    assert "Coach Iemand die met u meedenkt over werk en leren. U kunt hiervoor € 1.500,00" in text
    assert (
        "Kinderopvang Iemand past op uw kind terwijl u leert, zolang uw opleiding loopt."
        " U kunt hiervoor € 300,00 gebruiken. " in text
    )


def test_a_decision_opens_with_the_answer_and_ends_with_the_law(fatima: Client, town: Town) -> None:
    decision = Decision.objects.get(account_code=town.fatima)

    text = text_of(fatima.get(f"/besluiten/{decision.pk}"))

    order = ["U krijgt € 1.800,00", "Waarom", "Zo is het berekend", "Wat kunt u doen", "De wet"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_nobody_sees_what_is_someone_elses(town: Town) -> None:
    henk = log_in(HENK_BSN)
    decision = Decision.objects.get(account_code=town.fatima)
    tranche = Tranche.objects.filter(account_code=town.fatima).first()
    agreed = agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    assert tranche

    for path in (
        f"/besluiten/{decision.pk}",
        f"/tegoed/{tranche.pk}",
        f"/keuzes/{agreed.enrolment.pk}",
        f"/keuzes/{agreed.enrolment.pk}/annuleren",
    ):
        assert henk.get(path).status_code == 404, path
        assert "We kunnen deze pagina niet vinden" in text_of(henk.get(path))


def test_who_looked_is_shown_with_the_reason(fatima: Client, town: Town) -> None:
    assert "Geen medewerker keek in uw gegevens." in text_of(fatima.get("/wie-keek"))
    citizen = Citizen.objects.get(account_code=town.fatima)
    log_look(citizen, actor="rosa", purpose=Purpose.CASEWORK, at=TODAY)

    text = text_of(fatima.get("/wie-keek"))

    assert "2 maart 2026 om 10.00 uur rosa behandelt een bezwaar of een verzoek" in text


def _cents(written: str) -> int:
    return int(written.replace(".", "").replace(",", ""))


def test_home_asks_for_evidence_of_who_has_to_show_it(fatima: Client) -> None:
    asked = "Wij vragen u om bewijs van iets wat u vertelde."
    assert asked not in text_of(fatima.get("/"))

    ask_sample(per_cent=100, seed="2026-1", on=TODAY.date())

    assert asked in text_of(fatima.get("/"))
    assert asked not in text_of(log_in(NOOR_BSN).get("/"))
