"""Finding a course, agreeing to it, the code, and cancelling."""

import gzip
import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from ontwikkelrekening.budgets.accounts import overview
from ontwikkelrekening.budgets.reserving import agree
from providers.enrolling import redeem
from providers.models import Course, Enrolment
from providers.publishing import withdraw
from tests.budgets.test_accounts import claim_start
from tests.portal.test_account import text_of
from tests.portal.world import FATIMA_BSN, TODAY, Town, add_course, log_in


def check_page(client: Client, town: Town, start: str = "2026-03-09") -> object:
    return client.get(f"/opleidingen/{town.course.pk}/controleren", {"start": start})


def answers_of(page: object) -> dict[str, str]:
    """The hidden answers of the check page."""
    source = page.content.decode()  # type: ignore[attr-defined]
    return dict(
        re.findall(r'<input type="hidden" name="(start|price|own|id)" value="([^"]*)"', source)
    )


@pytest.mark.parametrize(
    ("wish", "finds"),
    [
        ({"q": "digitale"}, True),
        ({"q": "voorbeeld digitale"}, True),
        ({"q": "heftruck"}, False),
        ({"q": "x" * 150}, False),
        ({"q": "digitale " + "vaardigheden " * 12}, True),
        ({"kort": "1"}, True),
        ({"online": "1"}, False),
        ({"zonder_examen": "1", "certificaat": "1"}, True),
        ({"soort": "course"}, True),
        ({"soort": "coaching"}, False),
        ({"soort": "nonsense", "pagina": "x"}, True),
    ],
)
def test_a_course_is_found_by_what_people_ask_for(
    fatima: Client, town: Town, wish: dict[str, str], finds: bool
) -> None:
    text = text_of(fatima.get("/opleidingen", wish))

    assert ("Basis digitale vaardigheden" in text) is finds
    assert ("We vonden niets met deze woorden." in text) is not finds


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_we_give_as_examples_find_something_in_the_demo(
    town: Town, language: str
) -> None:
    page = log_in(FATIMA_BSN, language=language).get("/opleidingen").content.decode()
    hint = re.findall(r'id="q-hint">(.*?)<', page)[0]
    words = [word.split()[0] for word in hint.split(":")[1].split(",")][:3]
    offer = gzip.decompress(Path("demo/courses.json.gz").read_bytes()).decode().lower()

    assert len(words) == 3
    assert [word for word in words if word not in offer] == []


def test_a_course_says_what_it_would_cost_before_anything_is_asked(
    fatima: Client, town: Town
) -> None:
    text = text_of(fatima.get(f"/opleidingen/{town.course.pk}"))

    assert "U betaalt zelf niets." in text
    assert "Van uw tegoed Opleiding € 260,00" in text


def test_what_is_written_in_dutch_says_so_on_english_pages(town: Town) -> None:
    Course.objects.filter(pk=town.course.pk).update(description="U leert omgaan met een computer.")
    reader = log_in(FATIMA_BSN, language="en")

    course = reader.get(f"/opleidingen/{town.course.pk}").content.decode()

    assert '<html lang="en">' in course
    assert '<p lang="nl">U leert omgaan met een computer.</p>' in course
    assert '<h1 lang="nl">Basis digitale vaardigheden</h1>' in course
    assert (
        'lang="nl">Basis digitale vaardigheden<span class="visually-hidden">, '
        in reader.get("/opleidingen").content.decode()
    )


def test_a_course_above_the_credit_says_what_one_pays_oneself(fatima: Client, town: Town) -> None:
    dear = add_course(town.scheme, "Rijbewijs C", price="1000.00")

    text = text_of(fatima.get(f"/opleidingen/{dear.pk}"))

    assert "U betaalt zelf € 200,00." in text


def test_something_there_is_no_credit_for_says_why(town: Town, fatima: Client) -> None:
    care = add_course(town.scheme, "Oppas tijdens de les", category="childcare")

    text = text_of(fatima.get(f"/opleidingen/{care.pk}"))

    assert "Dit kost € 260,00." in text
    assert "Dit kiezen" not in text


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("", "Vul de dag in waarop de opleiding start."),
        ("2026-02-30", "Deze datum bestaat niet."),
        ("2026-03-01", "1 maart 2026"),
        ("2028-03-02", "2 maart 2027"),
    ],
)
def test_a_wrong_start_date_is_said_beside_the_field_and_on_top(
    fatima: Client, town: Town, start: str, sentence: str
) -> None:
    answer = check_page(fatima, town, start)
    page = answer.content.decode()  # type: ignore[attr-defined]

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert page.count(sentence) == 2
    assert f'value="{start}"' in page
    assert 'aria-invalid="true"' in page
    assert "<title>Fout:" in page


def test_fatima_checks_agrees_and_gets_her_code(fatima: Client, town: Town) -> None:
    page = check_page(fatima, town)
    assert "Klopt dit?" in text_of(page)
    assert "9 maart 2026" in text_of(page)

    answer = fatima.post(
        f"/opleidingen/{town.course.pk}/controleren", answers_of(page), follow=True
    )

    enrolment = Enrolment.objects.get()
    code = re.search(r'id="code">([0-9A-Z-]{14})<', answer.content.decode())
    assert code
    assert redeem(code[1], provider=enrolment.provider, actor="test", at=TODAY) == enrolment
    assert overview(town.fatima, on=TODAY.date()).available_cents == 180_000 - 26_000


def test_pressing_twice_agrees_once(fatima: Client, town: Town) -> None:
    answers = answers_of(check_page(fatima, town))

    for _ in range(2):
        fatima.post(f"/opleidingen/{town.course.pk}/controleren", answers)

    assert Enrolment.objects.count() == 1


def test_going_back_and_pressing_again_leads_to_what_was_chosen(fatima: Client, town: Town) -> None:
    path = f"/opleidingen/{town.course.pk}/controleren"
    first, other_tab = (answers_of(check_page(fatima, town)) for _ in range(2))
    fatima.post(path, first)
    enrolment = Enrolment.objects.get()

    back = check_page(fatima, town)
    pressed = fatima.post(path, other_tab)
    later = answers_of(check_page(fatima, town, "2026-03-10"))

    assert back["Location"] == f"/keuzes/{enrolment.pk}?al-gekozen"  # type: ignore[index]
    assert "U hebt dit al gekozen" in text_of(fatima.get(back["Location"]))  # type: ignore[index]
    assert pressed["Location"] == f"/keuzes/{enrolment.pk}"
    assert Enrolment.objects.count() == 1
    assert later["id"] != first["id"], "another start is another choice"


def test_what_was_cancelled_can_be_chosen_again(fatima: Client, town: Town) -> None:
    path = f"/opleidingen/{town.course.pk}/controleren"
    fatima.post(path, answers_of(check_page(fatima, town)))
    fatima.post(f"/keuzes/{Enrolment.objects.get().pk}/annuleren")

    fatima.post(path, answers_of(check_page(fatima, town)))

    assert sorted(Enrolment.objects.values_list("state", flat=True)) == ["agreed", "cancelled"]


def test_what_another_date_would_not_change_is_no_problem_of_the_date(
    fatima: Client, town: Town
) -> None:
    care = add_course(town.scheme, "Oppas tijdens de les", category="childcare")

    answer = fatima.get(f"/opleidingen/{care.pk}/controleren", {"start": "2026-03-09"})

    assert answer.status_code == 409
    assert "Kies eerst een opleiding" in text_of(answer)
    assert "Er staat iets verkeerd" not in text_of(answer)
    assert "aria-invalid" not in answer.content.decode()


def test_what_one_pays_oneself_is_only_what_was_shown(fatima: Client, town: Town) -> None:
    dear = add_course(town.scheme, "Rijbewijs C", price="1000.00")
    path = f"/opleidingen/{dear.pk}/controleren"
    answers = answers_of(fatima.get(path, {"start": "2026-03-09"}))
    agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())

    answer = fatima.post(path, answers)

    assert answers["own"] == "20000"
    assert answer.status_code == 409
    assert "Er is niets van uw tegoed afgegaan." in text_of(answer)
    assert Enrolment.objects.count() == 1


def test_a_price_that_changed_meanwhile_is_shown_first(fatima: Client, town: Town) -> None:
    path = f"/opleidingen/{town.course.pk}/controleren"
    answers = answers_of(check_page(fatima, town))
    Course.objects.filter(pk=town.course.pk).update(price=town.course.price.amount + 1)

    answer = fatima.post(path, answers)
    again = fatima.post(path, answers_of(answer))

    assert answer.status_code == 409
    assert "De prijs van deze opleiding is veranderd." in text_of(answer)
    assert again.status_code == 302
    assert Enrolment.objects.get().maximum.amount == town.course.price.amount + 1


def test_what_was_agreed_to_stays_so_when_it_is_sent_again(fatima: Client, town: Town) -> None:
    path = f"/opleidingen/{town.course.pk}/controleren"
    answers = answers_of(check_page(fatima, town))
    first = fatima.post(path, answers)
    Course.objects.filter(pk=town.course.pk).update(price=town.course.price.amount + 1)

    second = fatima.post(path, answers)

    assert (first.status_code, second["Location"]) == (302, first["Location"])
    assert Enrolment.objects.count() == 1


def test_a_course_that_was_withdrawn_meanwhile_is_not_on_offer(fatima: Client, town: Town) -> None:
    answers = answers_of(check_page(fatima, town))
    withdraw(town.course, actor="test", at=TODAY)

    answer = fatima.post(f"/opleidingen/{town.course.pk}/controleren", answers)

    assert answer.status_code == 404
    assert "“Basis digitale vaardigheden” is er nu niet." in text_of(answer)
    assert "Er is niets van uw tegoed afgegaan." in text_of(answer)
    assert not Enrolment.objects.exists()


def test_what_was_agreed_to_before_a_course_was_withdrawn_stays_so(
    fatima: Client, town: Town
) -> None:
    path = f"/opleidingen/{town.course.pk}/controleren"
    answers = answers_of(check_page(fatima, town))
    first = fatima.post(path, answers)
    withdraw(town.course, actor="test", at=TODAY)

    second = fatima.post(path, answers)

    assert (first.status_code, second["Location"]) == (302, first["Location"])


@pytest.mark.parametrize("page", ["", "/kiezen", "/controleren?start=2026-03-09", "/controleren"])
def test_an_address_of_a_withdrawn_course_leads_to_the_others(
    fatima: Client, town: Town, page: str
) -> None:
    withdraw(town.course, actor="test", at=TODAY)

    answer = fatima.get(f"/opleidingen/{town.course.pk}{page}")

    assert answer.status_code == 404
    assert "“Basis digitale vaardigheden” is er nu niet." in text_of(answer)
    assert "tegoed afgegaan" not in text_of(answer)
    assert 'href="/opleidingen"' in answer.content.decode().partition("<main")[2]


def test_a_course_that_was_never_on_offer_is_not_there(fatima: Client, town: Town) -> None:
    Course.objects.update(state="draft")

    answer = fatima.get(f"/opleidingen/{town.course.pk}")

    assert answer.status_code == 404
    assert town.course.name not in text_of(answer)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("2026-03-02", "U kunt dit niet annuleren, want het begint vandaag."),
        ("2026-03-03", "Annuleren is gratis tot de dag vóór 3 maart 2026."),
    ],
)
def test_before_agreeing_one_reads_until_when_to_cancel(
    fatima: Client, town: Town, start: str, told: str
) -> None:
    text = text_of(check_page(fatima, town, start))

    assert told in text
    assert ("Annuleren is gratis" in text) is ("niet annuleren" not in text)


@pytest.mark.parametrize("own", ["", "-1", "x"])
def test_made_up_answers_lead_back_to_the_question(fatima: Client, town: Town, own: str) -> None:
    answers = {**answers_of(check_page(fatima, town)), "own": own}

    answer = fatima.post(f"/opleidingen/{town.course.pk}/controleren", answers)

    assert answer.status_code == 422
    assert not Enrolment.objects.exists()


def test_a_field_points_to_what_is_said_of_it_and_otherwise_nowhere(
    fatima: Client, town: Town
) -> None:
    path = f"/opleidingen/{town.course.pk}/kiezen"
    asked = fatima.get(path).content.decode()
    wrong = fatima.get(f"/opleidingen/{town.course.pk}/controleren", {"start": "x"})

    assert 'id="id_start"' in asked
    assert "aria-describedby" not in asked
    assert 'aria-describedby=" id_start-error"' in wrong.content.decode()


def test_cancelling_asks_once_and_gives_all_back(fatima: Client, town: Town) -> None:
    fatima.post(f"/opleidingen/{town.course.pk}/controleren", answers_of(check_page(fatima, town)))
    enrolment = Enrolment.objects.get()
    path = f"/keuzes/{enrolment.pk}/annuleren"

    asked = text_of(fatima.get(path))
    done = text_of(fatima.post(path, follow=True))

    assert "Dan komt € 260,00 meteen terug op uw rekening." in asked
    assert "Geannuleerd" in done
    assert overview(town.fatima, on=TODAY.date()).available_cents == 180_000
    assert fatima.post(path).status_code == 302


def test_cancelling_says_what_goes_with_it(fatima: Client, town: Town) -> None:
    lessons = agree(town.fatima, town.course, starts_on=date(2026, 3, 9), at=TODAY, id=uuid4())
    care = add_course(town.scheme, "Oppas tijdens de les", category="childcare", price="100.00")
    cared = agree(town.fatima, care, starts_on=date(2026, 3, 9), at=TODAY, id=uuid4())
    redeem(cared.code, provider=care.provider, actor="test", at=TODAY)
    path = f"/keuzes/{lessons.enrolment.pk}/annuleren"

    asked = text_of(fatima.get(path))
    fatima.post(path)

    assert "Wij annuleren dan ook “Oppas tijdens de les”." in asked
    assert "Dan komt € 360,00 meteen terug" in asked
    assert f"Zeg het ook tegen {care.provider.name}." in asked
    assert "Geannuleerd" in text_of(fatima.get(f"/keuzes/{cared.enrolment.pk}"))


def test_what_is_only_approved_is_not_called_paid(fatima: Client, town: Town) -> None:
    agreed = agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    redeem(agreed.code, provider=agreed.enrolment.provider, actor="test", at=TODAY)
    claim_start(town.scheme, agreed.enrolment, at=TODAY)

    told = text_of(fatima.get("/")) + text_of(fatima.get(f"/keuzes/{agreed.enrolment.pk}"))

    assert "Goedgekeurd voor " in told
    assert "Goedgekeurd, nog niet betaald € 130,00" in told
    assert "Betaald aan de opleider € 0,00" in told


def test_why_is_no_block_within_a_line_of_text(fatima: Client, town: Town) -> None:
    agreed = agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    redeem(agreed.code, provider=agreed.enrolment.provider, actor="test", at=TODAY)
    claim_start(town.scheme, agreed.enrolment, at=TODAY)

    page = fatima.get(f"/keuzes/{agreed.enrolment.pk}").content.decode()

    assert '<div class="lines__text"><span class="utrecht-badge-status' in page
    assert "</details></div>" in page


def test_after_cancelling_nothing_is_left_to_pay_oneself(fatima: Client, town: Town) -> None:
    dear = add_course(town.scheme, "Rijbewijs C", price="1000.00")
    path = f"/opleidingen/{dear.pk}/controleren"
    fatima.post(path, answers_of(fatima.get(path, {"start": "2026-03-09"})))
    choice = f"/keuzes/{Enrolment.objects.get().pk}"
    agreed = text_of(fatima.get(choice))

    fatima.post(f"{choice}/annuleren")

    assert "U betaalt zelf € 200,00" in agreed
    assert "U betaalt zelf" not in text_of(fatima.get(choice))


def test_after_the_start_cancelling_is_explained_not_offered(fatima: Client, town: Town) -> None:
    agreed = agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    path = f"/keuzes/{agreed.enrolment.pk}/annuleren"

    shown, pressed = fatima.get(path), fatima.post(path)

    for answer in (shown, pressed):
        assert answer.status_code == 409
        assert "U kunt dit niet meer annuleren" in text_of(answer)
        assert "De opleiding startte op 2 maart 2026." in text_of(answer)
        assert "Geef de code aan de opleider." not in text_of(answer)


def test_what_was_cancelled_is_not_asked_to_be_cancelled_again(fatima: Client, town: Town) -> None:
    agreed = agree(town.fatima, town.course, starts_on=date(2026, 3, 9), at=TODAY, id=uuid4())
    choice = f"/keuzes/{agreed.enrolment.pk}"
    fatima.post(f"{choice}/annuleren")

    for answer in (fatima.get(f"{choice}/annuleren"), fatima.post(f"{choice}/annuleren")):
        assert (answer.status_code, answer["Location"]) == (302, choice)


def test_the_choices_show_each_with_its_state(fatima: Client, town: Town) -> None:
    assert "U hebt nog niets gekozen." in text_of(fatima.get("/keuzes"))
    agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())

    assert "Code nog niet gebruikt" in text_of(fatima.get("/keuzes"))
