"""The first page of the administration says what waits, to who may do it, and leads there."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from ontwikkelrekening.budgets.contributing import hand_in
from ontwikkelrekening.citizens.models import Circumstance, Evidence
from ontwikkelrekening.eligibility.policies import draft
from ontwikkelrekening.eligibility.policies import propose as propose_policy
from ontwikkelrekening.payouts.paying import prepare_batch
from ontwikkelrekening.staff import RIGHTS
from providers import changing_iban, claiming, suspending
from tests.audit.world import COMPLETED, DEARER, Year, claim, employer, enrol, logged_in
from tests.budgets.world import AT, LATER, ON, staff

pytestmark = pytest.mark.django_db
QUEUE = re.compile(r'<th scope="row"><a href="([^"]+)">([^<]+)</a></th><td>(\d+)</td>')


def waiting(browser: Client) -> dict[str, tuple[str, int]]:
    page = browser.get("/admin/").content.decode()
    return {unescape(name): (unescape(href), int(n)) for href, name, n in QUEUE.findall(page)}


@pytest.fixture
def busy(full_year: Year) -> Year:
    """Something of nearly everything that waits for a second person."""
    world = full_year.world
    claiming.propose_recovery(full_year.paid, reason="x", heard="y", by="rosa", at=LATER)
    claiming.refuse(full_year.in_review, by="rosa", reason="x", at=COMPLETED)
    claim(world, enrol(world, world.fatima, price="100.00"), "completion", 50, at=COMPLETED)
    claim(world, enrol(world, world.fatima, price="100.00"), "start", 50, at=LATER)
    prepare_batch(by="ineke", pay_on=date(2026, 2, 5), at=LATER)
    changing_iban.propose(world.provider, "NL91ABNA0417164300", reason="x", by="olga", at=LATER)
    today = timezone.localdate()
    suspending.propose(
        world.provider, reason="x", until=today + timedelta(days=7), by="rosa", at=timezone.now()
    )
    hand_in(
        employer(full_year), f"account,amount,reference\n{world.henk},10.00,F9",
        reference="mei", by="ineke", at=AT,
    )  # fmt: skip
    propose_policy(
        draft(world.scheme, starts_on=date(2028, 1, 1), settings=DEARER, on=ON), by=staff("petra")
    )
    Circumstance.objects.filter(citizen__account_code=world.henk).update(evidence=Evidence.ASKED)
    return full_year


def test_each_group_is_told_what_waits_for_it_and_led_there(busy: Year) -> None:
    told: dict[str, dict[str, int]] = {}
    for group in RIGHTS:
        browser = logged_in(f"a-{group}", group)
        for name, (href, number) in waiting(browser).items():
            assert browser.get(href).context["cl"].result_count == number, name
            told.setdefault(group, {})[name] = number

    iban = {"IBAN's om te beantwoorden": 1}
    suspension = {"Opschortingen van betalingen om te beantwoorden": 1}
    assert told == {
        "policy-officers": {"Beleidsversies om goed te keuren": 1},
        "payment-officers": {
            "Betaalbestanden om vrij te geven": 1,
            "Bijdragen om in te nemen": 1,
            "Regels van de bank om te verklaren": 1,
            **iban,
        },
        "provider-officers": {**iban, **suspension},
        "reviewers": {
            "Afwijzingen van declaraties om te bevestigen": 1,
            "Bezwaren om te beantwoorden": 1,
            "Declaraties om te beoordelen": 1,
            "Terugvorderingen om te beantwoorden": 1,
            "Verklaringen om te beoordelen": 5,
            **suspension,
        },
    }


def test_the_list_behind_each_queue_shows_what_was_counted(busy: Year) -> None:
    """Also of queues that are empty now."""
    boss = logged_in("boss", is_superuser=True)
    queues = [
        (f"/admin/{model._meta.app_label}/{model._meta.model_name}/?{queue.address}", queue)
        for model, page in admin.site._registry.items()
        for queue in getattr(page, "queues", ())
    ]

    for address, queue in queues:
        answer = boss.get(address)
        assert answer.status_code == 200, address
        assert answer.context["cl"].result_count == queue.waiting().count(), address
    assert len(queues) > 15


def test_who_may_do_nothing_is_told_nothing(busy: Year, amir: Client) -> None:
    page = amir.get("/admin/").content.decode()

    assert waiting(amir) == {}
    assert "Er wacht nu niets." in page
