"""A decision in words: both languages, every reason, and nothing untranslated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polib
import pytest

from ontwikkelrekening.eligibility.deviating import approve, propose
from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.letters import Letter, letter, motive_of
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.rules import Facts, decide
from tests.eligibility.acts import refused
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import FATIMA, HENK, SAMIRA, THOMAS, noor

PARAMETERS = example_parameters()
APPS = Path(__file__).parents[2] / "ontwikkelrekening"


def letter_to(
    facts: Facts, *, language: str = "nl", confirmed_by: str = "", on: date = ON
) -> Letter:
    result = decide(facts, PARAMETERS)
    decision = Decision(
        decided_on=date(2026, 1, 2), outcome=result.outcome, priority=result.priority,
        amount=result.cents, facts=facts._asdict(), confirmed_by=confirmed_by, recorded_at=AT,
        grants=[(grant.kind, grant.cents) for grant in result.grants],
    )  # fmt: skip
    return letter(decision, language=language, on=on, parameters=PARAMETERS)


def test_fatima_reads_the_answer_first_and_the_sum_line_by_line() -> None:
    read = letter_to(FATIMA)

    assert read.answer == "U krijgt €\xa01.800,00 om te leren."
    assert read.sum == [
        "€\xa0800,00 om te leren. Dit blijft op uw rekening staan.",
        "€\xa0700,00 alleen voor een coach of EVC, tot en met 31 december 2028.",
        "€\xa0300,00 alleen voor kinderopvang en reiskosten bij een opleiding, tot en met"
        " 31 december 2026.",
        "Samen €\xa01.800,00.",
    ]
    assert any("flexkrachten" in reason for reason in read.reasons)
    assert any("groep 1" in reason for reason in read.reasons)


def test_the_same_letter_in_english() -> None:
    read = letter_to(FATIMA, language="en")

    assert read.answer == "You get €\xa01,800.00 to learn with."
    assert read.sum[1] == "€\xa0700.00 only for a coach or EVC, until 31 December 2028."


def test_a_balance_near_the_cap_is_explained() -> None:
    read = letter_to(THOMAS._replace(balance_cents=480_000))

    assert read.sum[:2] == [
        "€\xa0200,00 om te leren. Dit blijft op uw rekening staan.",
        "Het bedrag is €\xa0500,00 per jaar. Maar uw vrije tegoed wordt nooit meer dan €\xa05.000,00.",
    ]


def test_a_refusal_names_each_reason_and_its_ground_and_nothing_else() -> None:
    read = letter_to(Facts(age_months=17 * 12, aow_months=807), confirmed_by="rosa")

    assert read.answer == "U krijgt nu geen tegoed."
    assert len(read.reasons) == len(read.grounds) == 2
    assert "17 jaar" in read.reasons[0]


def test_a_refusal_that_waits_for_a_person_says_so_and_has_no_objection_yet() -> None:
    read = letter_to(THOMAS._replace(resident=False))

    assert "medewerker" in read.answer
    assert not any("bezwaar" in line for line in read.what_you_can_do)


def test_an_objection_can_be_made_within_six_weeks() -> None:
    read = letter_to(HENK)

    assert "U kunt bezwaar maken tot en met 13 februari 2026." in read.what_you_can_do[1]


def test_a_letter_never_says_that_one_can_object_until_a_day_that_is_over() -> None:
    last = letter_to(HENK, on=date(2026, 2, 13)).what_you_can_do
    over = letter_to(HENK, on=date(2026, 2, 14)).what_you_can_do

    assert "U kunt bezwaar maken tot en met 13 februari 2026." in last[1]
    assert "kon bezwaar maken tot en met 13 februari 2026" in over[1]
    assert "waarom u te laat bent" in over[2]
    assert not any("kunt bezwaar maken tot" in line for line in over)


def test_what_would_change_is_found_by_the_rules_themselves() -> None:
    assert (
        "U zou €\xa01.500,00 krijgen als u flexibel werk doet."
        in letter_to(THOMAS).what_would_change
    )
    assert letter_to(FATIMA).what_would_change == []
    assert letter_to(SAMIRA._replace(resident=False)).what_would_change == [
        "U zou €\xa01.200,00 krijgen als u in Nederland woont."
    ]


def test_a_letter_never_threatens_or_suspects() -> None:
    for facts in (FATIMA, HENK, THOMAS._replace(resident=False)):
        words = str(letter_to(facts)).lower()
        assert not any(
            word in words for word in ("fraude", "misbruik", "schuld", "middels", "dient")
        )


@pytest.mark.parametrize("app", ["citizens", "eligibility"])
def test_every_text_is_in_dutch_and_compiled(app: str) -> None:
    folder = APPS / app / "locale" / "nl" / "LC_MESSAGES"
    texts = polib.pofile(str(folder / "django.po"))

    assert texts.untranslated_entries() == texts.fuzzy_entries() == []
    compiled = {(entry.msgid, entry.msgstr) for entry in polib.mofile(str(folder / "django.mo"))}
    assert compiled == {(entry.msgid, entry.msgstr) for entry in texts}


def test_a_deviation_says_what_the_rules_say_who_deviated_and_why(scheme: Scheme) -> None:
    refusal = refused(scheme, noor())
    sums = [("general", 80_000), ("coaching_evc", 70_000)]
    proposed = propose(refusal, grants=sums, reason="U moest vluchten.", by="rosa", at=AT)
    decision = approve(proposed, by="sam", at=AT)

    read = letter(decision, language="nl", on=ON, motive=motive_of(decision))

    assert read.answer == "U krijgt €\xa01.500,00 om te leren."
    assert read.reasons[:3] == [
        "Volgens de regels zou u dit jaar geen tegoed krijgen.",
        "Dat zou voor u te zwaar zijn. Twee van onze medewerkers besloten daarom anders.",
        "U moest vluchten.",
    ]
    assert read.sum == [
        "€\xa0800,00 om te leren. Dit blijft op uw rekening staan.",
        "€\xa0700,00 alleen voor een coach of EVC, tot en met 31 december 2028.",
        "Samen €\xa01.500,00.",
    ]
    assert "hardheidsclausule" in read.grounds[0]
    assert "vluchten" not in str(letter(decision, language="nl", on=ON))  # for staff
