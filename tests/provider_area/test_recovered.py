"""What a provider sees of a claim that was recovered: why, what it has to pay back and how, and that it can object."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone
from djmoney.money import Money

from ontwikkelrekening.payouts.repaying import book_repayment
from providers import claiming
from providers.claiming import reviewing
from providers.models import Claim, Provider
from providers.reminding import remind
from tests.provider_area.world import School, build_school, log_in, send, text
from tests.providers.world import MONDAY, assessed, claim, paid, proposed, recovered

WHY = "Niemand kwam op 2 maart."
OWED = "In totaal moet u nog €\xa0130,00 terugbetalen."
OBJECT = "Dan kunt u binnen zes weken na 02-03-2026 bezwaar maken."


def page_of(desk: Client, found: Claim) -> str:
    return text(desk.get(f"/opleiders/declaraties/{found.pk}"))


def test_what_was_paid_has_to_be_paid_back(school: School, desk: Client, settings: Any) -> None:
    found = recovered(paid(claim(school.running)), reason=WHY)

    page = page_of(desk, found)

    assert "Op 02-03-2026 hebben wij besloten dat u op deze declaratie toch geen recht had." in page
    assert WHY in page
    assert "U kreeg het bedrag betaald op 02-03-2026 en moet het dus terugbetalen." in page
    assert OWED in page
    assert settings.PAYER_IBAN in page
    how = f"Betaal het aan {settings.PAYER_NAME}, en zet uw KvK-nummer {school.provider.kvk_number}"
    assert how in page
    assert (
        "Van deze declaratie moet u nog €\xa0130,00 terugbetalen, uiterlijk op 13-04-2026." in page
    )
    assert str(found.pk) in page
    assert OBJECT in page


def test_what_was_not_paid_yet_is_not_paid(school: School, desk: Client, settings: Any) -> None:
    page = page_of(desk, recovered(assessed(claim(school.running)), reason=WHY))

    assert "De declaratie was nog niet betaald en wordt ook niet meer betaald." in page
    assert "<dd>geen</dd>" in page
    assert OBJECT in page
    assert settings.PAYER_IBAN not in page
    assert "terugbetalen" not in page
    for path in ("", "betalingen"):
        assert "Terug te betalen" not in text(desk.get(f"/opleiders/{path}"))


def test_what_is_owed_for_another_claim_is_not_asked_of_one_that_was_not_paid(
    school: School, desk: Client, settings: Any
) -> None:
    recovered(paid(claim(school.running)))
    second = claim(school.running, "completion", evidence={"certificate": True})

    assert settings.PAYER_IBAN not in page_of(desk, recovered(approved(second)))


def approved(found: Claim) -> Claim:
    """A person looks at it, as it is sooner than a course is done."""
    reviewing.approve(assessed(found), by="rosa", at=MONDAY)
    found.refresh_from_db()
    return found


def test_a_recovery_that_is_only_proposed_is_not_shown(school: School, desk: Client) -> None:
    found = paid(claim(school.running))
    before = about(desk, found)

    recovery = proposed(found, reason=WHY)
    assert about(desk, found) == before
    claiming.decline_recovery(recovery, by="rosa", at=MONDAY)
    assert about(desk, found) == before


def about(desk: Client, found: Claim) -> str:
    """The page of the claim without what differs with every visit."""
    return page_of(desk, found).partition("<dl")[2].partition("</main>")[0]


def test_the_recovery_that_was_agreed_to_says_the_day(school: School, desk: Client) -> None:
    found = paid(claim(school.running))
    claiming.decline_recovery(proposed(found, reason="Iets anders."), by="rosa", at=MONDAY)

    page = page_of(desk, recovered(found, reason=WHY))

    assert WHY in page
    assert "Iets anders." not in page


def test_home_and_payments_say_what_is_still_to_be_paid_back(
    school: School, desk: Client, settings: Any
) -> None:
    recovered(paid(claim(school.running)))

    home, payments = text(desk.get("/opleiders/")), text(desk.get("/opleiders/betalingen"))

    assert 'Terug te betalen</a></h2><p class="big">€\xa0130,00' in home
    assert 'Terug te betalen: <span class="num">€\xa0130,00' in payments
    assert settings.PAYER_IBAN in payments
    assert f"zet uw KvK-nummer {school.provider.kvk_number} in de omschrijving" in payments
    for page in (home, payments):
        assert "Betaal het terug, uiterlijk op 13-04-2026." in page
    assert "Op de pagina van elke declaratie staat hoe u bezwaar maakt." in payments
    stranger = log_in(build_school("Taalhuis").provider)
    assert "Terug te betalen" not in text(stranger.get("/opleiders/"))
    assert "Terug te betalen" not in text(stranger.get("/opleiders/betalingen"))


def test_the_payments_say_of_which_claims_how_much_and_until_when(
    school: School, desk: Client
) -> None:
    """What came in went to the oldest; the first last day is that of what is left of it."""
    first = recovered(paid(claim(school.running)))
    a_week_later = MONDAY + timedelta(weeks=1)
    second = recovered(
        paid(claim(school.running, amount="100.00"), reference="OWR-2"), at=a_week_later
    )
    repay(school, "30.00", at=a_week_later)

    page = words(desk.get("/opleiders/betalingen"))
    with time_machine.travel(datetime(2026, 4, 14, 9, tzinfo=UTC)):
        desk = log_in(school.provider)
        tardy, home = (words(desk.get(f"/opleiders/{path}")) for path in ("betalingen", ""))
        remind(Provider.objects.all(), by="ineke", at=timezone.now())
        reminded = [words(desk.get(f"/opleiders/{path}")) for path in ("betalingen", "")]
        of_first, of_second = (page_of(desk, each) for each in (first, second))
    repay(school, "100.00", at=a_week_later)
    left = words(desk.get("/opleiders/betalingen"))

    lines = ["Start 02-03-2026 13-04-2026 € 100,00", "Start 09-03-2026 20-04-2026 € 100,00"]
    for line in lines:
        assert line in page
    assert "Terug te betalen: € 200,00" in page
    assert "Betaal daarvan de eerste € 100,00 terug, uiterlijk op 13-04-2026." in page
    for said in (tardy, home, of_first.replace("\xa0", " "), of_second.replace("\xa0", " ")):
        assert "De laatste dag om daarvan € 100,00 terug te betalen is voorbij." in said
    for said in reminded:
        assert (
            "De laatste dag om daarvan € 100,00 terug te betalen is voorbij. Wij hebben u daarvoor op 14-04-2026 een "
            "aanmaning gegeven: betaal het uiterlijk op 28-04-2026."
        ) in said
    assert "Betaal het terug, uiterlijk op 20-04-2026." in left
    assert (lines[0] in left, lines[1] in left) == (False, True)
    assert "Van deze declaratie hoeft u niets meer terug te betalen." in page_of(desk, first)


def repay(school: School, euros: str, *, at: datetime) -> None:
    book_repayment(
        school.provider, Money(euros, "EUR"), received_on=at.date(), reference=euros, by="ineke",
        at=at,
    )  # fmt: skip


def words(answer: Any) -> str:
    bare = re.sub(r"<[^>]+>", " ", text(answer)).replace("\xa0", " ")
    return " ".join(bare.split())


def test_once_it_is_paid_back_nothing_is_asked(school: School, desk: Client, settings: Any) -> None:
    found = recovered(paid(claim(school.running)))
    book_repayment(
        school.provider, found.amount, received_on=MONDAY.date(), reference="terug", by="ineke",
        at=MONDAY,
    )  # fmt: skip

    page = page_of(desk, found)

    assert "U hoeft niets meer terug te betalen." in page
    assert settings.PAYER_IBAN not in page
    assert "Terug te betalen" not in text(desk.get("/opleiders/"))
    assert "Terug te betalen" not in text(desk.get("/opleiders/betalingen"))


def test_recovered_claims_are_listed_by_themselves(school: School, desk: Client) -> None:
    found = recovered(paid(claim(school.running)), reason=WHY)
    other = claim(school.running, "completion")

    listed = text(desk.get("/opleiders/declaraties?show=recovered"))

    assert (str(found.pk) in listed, str(other.pk) in listed) == (True, False)
    assert "betaald op 02-03-2026 als OWR-1" in listed
    assert WHY in listed


def test_its_instalment_can_be_claimed_again(school: School, desk: Client) -> None:
    path = f"inschrijvingen/{school.running.pk}"
    found = recovered(paid(claim(school.running)))

    page = text(desk.get(f"/opleiders/{path}"))
    assert f"/opleiders/declaraties/{found.pk}" in page
    assert "teruggevorderd" in page
    assert f"{path}/declareren/start" in page
    assert str(school.running.pk) in text(desk.get("/opleiders/inschrijvingen?show=claimable"))

    again = send(desk, f"{path}/declareren/start", amount="100")
    page = text(desk.get(f"/opleiders/{path}"))
    assert again["Location"] in page
    assert f"{path}/declareren/start" not in page


def test_after_the_last_day_it_cannot_be_claimed_again(school: School, desk: Client) -> None:
    found = recovered(paid(claim(school.running)))
    school.running.claim_until = MONDAY.date().replace(day=1)
    school.running.save(update_fields=["claim_until"])

    page = text(desk.get(f"/opleiders/inschrijvingen/{school.running.pk}"))

    assert f"/opleiders/declaraties/{found.pk}" in page
    assert "/declareren/" not in page
    assert page.count("Nu niet te declareren") == 2


def test_who_is_refused_reads_how_to_object(school: School, desk: Client) -> None:
    found = claim(school.running, "completion")
    assert OBJECT not in page_of(desk, found)
    assessed(found)
    reviewing.refuse(found, by="rosa", reason="Geen certificaat.", at=MONDAY)
    assert OBJECT not in page_of(desk, found)
    reviewing.confirm_refusal(found, by="sam", at=MONDAY)

    page = page_of(desk, found)

    assert "Op 02-03-2026 hebben wij deze declaratie afgewezen." in page
    assert OBJECT in page


def test_pages_take_few_queries_however_many_were_recovered(
    school: School, desk: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        recovered(paid(claim(school.running, at=MONDAY), reference=f"OWR-{number}"))
    for path in ("", "declaraties", "betalingen", f"inschrijvingen/{school.running.pk}"):
        with django_assert_max_num_queries(12):
            assert desk.get(f"/opleiders/{path}").status_code == 200
