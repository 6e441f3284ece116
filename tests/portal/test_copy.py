"""The copy of everything about oneself: all of it, oneself alone, and for machines."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ontwikkelrekening.budgets.pausing import pause
from ontwikkelrekening.budgets.reserving import agree
from ontwikkelrekening.citizens.evidence import hand_in
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import AccessLog, Citizen
from ontwikkelrekening.eligibility import objecting
from ontwikkelrekening.eligibility.models import Decision
from tests.budgets.round_world import AFTER, allocated, everyone_applies, published
from tests.portal.test_facts import PDF, asked
from tests.portal.test_queries import live
from tests.portal.world import FATIMA_BSN, HENK_BSN, NOOR_BSN, TODAY, Town, log_in

COPY = "/mijn-gegevens/kopie"
TOLD_IN = {  # every table that knows an account code or a citizen, and where it is told
    "citizens.Citizen": "you",
    "citizens.PersonKey": "",  # opens the rest; of no use to anybody else
    "citizens.Circumstance": "facts",
    "citizens.AccessLog": "looks",
    "citizens.Writing": "texts",
    "eligibility.Decision": "decisions",
    "eligibility.Objection": "objections",
    "budgets.Tranche": "credits",
    "budgets.Agreement": "enrolments",
    "budgets.Application": "applications",
    "budgets.Pause": "pauses",
}


def copied(client: Client) -> dict[str, Any]:
    answer = client.get(COPY)
    assert answer.status_code == 200
    copy: dict[str, Any] = json.loads(b"".join(answer))
    return copy


def rows(client: Client) -> dict[str, list[dict[str, Any]]]:
    return {name: section["rows"] for name, section in copied(client).items() if "rows" in section}


def test_fatima_gets_all_of_her_own_and_nothing_is_logged(fatima: Client, town: Town) -> None:
    hand_in(asked(town), PDF, at=TODAY)
    decision = Decision.objects.get(account_code=town.fatima)
    objecting.file(decision, words="Ik werk meer.", on=TODAY.date(), at=TODAY)
    agree(town.fatima, town.course, starts_on=TODAY.date(), at=TODAY, id=uuid4())
    pause(town.fatima, until=TODAY.date() + timedelta(days=30), by="citizen", at=TODAY)

    copy = rows(fatima)

    assert copy["you"][0]["bsn"] == FATIMA_BSN
    assert copy["you"][0]["given_name"] == "Fatima"
    work = next(each for each in copy["facts"] if each["kind"]["code"] == "contract")
    assert work["kind"] == {"code": "contract", "nl": "Uw werk", "en": "Your work"}
    assert work["value"] == "agency"
    assert b64decode(copy["documents"][0]["content"]) == PDF
    assert copy["decisions"][0]["facts"]["household"] == "sole_parent"
    assert copy["decisions"][0]["facts_in_words"]["nl"]["Werk"] == "werk via een uitzendbureau"
    assert copy["decisions"][0]["amount_cents"] == decision.amount
    assert copy["objections"][0]["words_in_texts"] == copy["texts"][0]["id"]
    assert (copy["texts"][0]["by"], copy["texts"][0]["text"]) == ("citizen", "Ik werk meer.")
    assert sum(each["reserved_cents"] for each in copy["credits"]) == 26_000
    assert copy["enrolments"][0]["course"] == town.course.name
    assert copy["statement"][0]["kind"] == "reserve"
    assert copy["pauses"][0]["starts_on"] == "2026-03-02"
    assert not AccessLog.objects.exists()


def test_it_tells_of_rounds_with_the_place_or_why_there_is_none(town: Town) -> None:
    """Of Noor nobody knows where she lives."""
    round_ = published(town.scheme)
    everyone_applies(round_, [town.fatima, town.noor])
    allocated(round_)

    with time_machine.travel(AFTER, tick=False):
        fatima, noor = rows(log_in(FATIMA_BSN)), rows(log_in(NOOR_BSN))

    place = fatima["applications"][0]["place"]
    assert (place["rank"], place["granted_cents"]) == (1, 100_000)
    assert fatima["refusals"] == []
    assert not noor["applications"][0]["found_at_closing"]["eligible"]
    assert noor["applications"][0]["place"] is None
    (refusal,) = noor["refusals"]
    assert refusal["unmet"] == [["resident", None]]
    assert refusal["reasons"]["nl"][0].startswith("U woont niet in Nederland, of")


def test_it_says_in_dutch_and_in_english_what_each_part_is(fatima: Client) -> None:
    copy = copied(fatima)

    assert copy["looks"]["what"] == {
        "nl": "Wie uw gegevens bekeek",
        "en": "Who looked at your data",
    }
    assert copy["about"]["nl"].startswith("Alles wat wij van u bewaren.")
    assert copy["made_on"] == "2026-03-02"


def test_it_is_a_file_that_is_streamed_and_stored_nowhere_on_the_way(fatima: Client) -> None:
    answer = fatima.get(COPY)

    assert answer.streaming
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == ('attachment; filename="mijn-gegevens-2026-03-02.json"')
    assert "no-store" in answer["Cache-Control"]
    assert "kopie" in fatima.get("/mijn-gegevens").content.decode()


def test_nobody_gets_it_of_somebody_else(town: Town) -> None:
    text = json.dumps(copied(log_in(HENK_BSN)))

    assert town.henk in text
    assert not {"Fatima", FATIMA_BSN, town.fatima} & set(text.split('"'))
    assert Client().get(COPY).status_code == 403
    assert Client().post(COPY).status_code == 405


def test_of_somebody_erased_there_is_none(fatima: Client, town: Town) -> None:
    erase(Citizen.objects.get(account_code=town.fatima), at=TODAY)

    assert fatima.get(COPY).status_code == 403


def test_every_table_about_a_citizen_is_told(fatima: Client, town: Town) -> None:
    about = {
        model._meta.label
        for model in apps.get_models()
        if {"account_code", "citizen"} & {field.name for field in model._meta.fields}
    }

    assert about == set(TOLD_IN)
    assert {section for section in TOLD_IN.values() if section} <= set(rows(fatima))


def test_fifty_of_everything_cost_as_many_queries_as_one(fatima: Client, town: Town) -> None:
    live(town, 1)
    with CaptureQueriesContext(connection) as with_one:
        copied(fatima)

    live(town, 50)

    with CaptureQueriesContext(connection) as with_many:
        assert len(rows(fatima)["enrolments"]) == 51
    assert len(with_many) == len(with_one)
