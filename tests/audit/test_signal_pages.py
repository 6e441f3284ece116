"""The pages of signals: each kind is explained, and none says anything of citizens."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ontwikkelrekening.audit.signals import KINDS
from providers.models import Enrolment, Provider
from tests.audit.signalling import (
    DAY,
    FIRST_DAY,
    NOW,
    WEEK,
    claimed,
    completed,
    iban_changed,
    offered,
    provider,
    recovered,
    to_be_paid,
)
from tests.audit.test_downloads import rows
from tests.audit.test_what_went_back import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted() -> Provider:
    """A provider with a signal of nearly every kind."""
    school = provider(on=NOW.date() - 20 * DAY, name="Snelschool")
    offered(school, "100.00", since=NOW - 20 * WEEK, withdrawn=NOW - 2 * WEEK)
    offered(school, "300.00", since=NOW - WEEK)
    recovered(claimed(school, 20, euros="600")[:3])
    completed(school, 20, after_days=FIRST_DAY)
    iban_changed(school, at=NOW - 4 * DAY)
    to_be_paid(school, "9000", at=NOW - 3 * DAY)
    return school


@pytest.fixture
def today(db: None) -> Iterable[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_page_explains_each_kind_and_shows_what_was_counted(
    noted: Provider, today: None, amir: Client
) -> None:
    said = page(amir, "/audit/signals")

    assert "Een signaal is geen oordeel" in said
    for words in (
        "minstens 20% lager was",
        "samen minstens € 10.000,00",
        "minder dan 14 dagen",
        "STAP, Nederland, 2022",
        "SkillsFuture, Singapore, 2017",
        f"Veel tegelijk na de toelating {noted.name}",
        f"Prijssprong {noted.name} Excel Deze opleiding kost € 300,00",
        f"Codes in één keer {noted.name} 40 codes binnen 60 seconden",
    ):
        assert words in said, words


def test_a_kind_can_be_chosen_and_an_unknown_one_shows_all(
    noted: Provider, today: None, amir: Client
) -> None:
    chosen = rows(amir, "/audit/signals?kind=price&download=signals")
    every = rows(amir, "/audit/signals?kind=elders&download=signals")

    assert [line[:3] for line in chosen[1:]] == [["Prijssprong", noted.name, "Excel"]]
    assert len({line[0] for line in every[1:]}) == 7
    assert (
        'href="?kind=price" aria-current="true"'
        in amir.get("/audit/signals?kind=price").content.decode()
    )


def test_nothing_is_sorted_by_how_much_was_counted(today: None, amir: Client) -> None:
    headings = amir.get("/audit/signals").context["tables"]["signals"].headings

    assert not any(heading.is_number for heading in headings)


def test_no_signal_leads_to_a_citizen(noted: Provider, today: None, amir: Client) -> None:
    shown = amir.get("/audit/signals").content.decode()

    for each in Enrolment.objects.select_related("account"):
        assert str(each.pk) not in shown
        assert each.account.code not in shown
    for kind in KINDS.values():
        assert not {"citizen", "account_code", "agreement"} & set(
            kind.sql.replace("_", " ").split()
        )
    assert "enrolments/" not in shown


def test_a_provider_shows_its_own_signals_and_the_history_of_its_prices(
    noted: Provider, today: None, amir: Client
) -> None:
    other = provider(name="Rustschool")
    said = page(amir, reverse("audit:provider", args=[noted.pk]))

    assert "Prijssprong Excel Deze opleiding kost € 300,00" in said
    assert "Excel opleiding 24 15-06-2026 11:00 19-10-2026 11:00 € 100,00" in said
    assert "Excel opleiding 24 26-10-2026 10:00 € 300,00" in said
    assert "Er zijn geen signalen." in page(amir, reverse("audit:provider", args=[other.pk]))


def test_a_price_jump_leads_to_the_history(noted: Provider, today: None, amir: Client) -> None:
    address = reverse("audit:provider", args=[noted.pk])

    assert f'href="{address}#prices-caption"' in amir.get("/audit/signals").content.decode()
    assert 'id="prices-caption"' in amir.get(address).content.decode()


def test_more_signals_ask_no_more_queries(noted: Provider, today: None, amir: Client) -> None:
    pages = ["/audit/signals", reverse("audit:provider", args=[noted.pk])]
    before = [_queries(amir, each) for each in pages]
    for number in range(3):
        offered(noted, "500.00", since=NOW - number * DAY, name="Excel")
        claimed(provider(on=NOW.date()), 20)

    assert [_queries(amir, each) for each in pages] == before


def _queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(browser, address)
    return len(queries)
