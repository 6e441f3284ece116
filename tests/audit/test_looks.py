"""Whoever of staff reads about one citizen is seen by that citizen, on whichever page."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from ontwikkelrekening.budgets.admitting import propose
from ontwikkelrekening.budgets.drawing import assess_slice
from ontwikkelrekening.budgets.models import Pause
from ontwikkelrekening.budgets.refusing import waiting
from ontwikkelrekening.budgets.rounds import close
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import AccessLog, Purpose
from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.eligibility.models import Decision
from tests.audit.test_pages import addresses
from tests.audit.world import Year, logged_in
from tests.budgets.round_world import AFTER, everyone_applies, published
from tests.budgets.world import AT, ON, bsn, person
from tests.portal.world import log_in

pytestmark = pytest.mark.django_db

ABOUT_ONE = {"decision", "learning-account", "objection", "enrolment"}


def looks(code: str) -> list[tuple[str, str]]:
    kept = AccessLog.objects.filter(citizen__account_code=code)
    return list(kept.values_list("actor", "purpose"))


def test_an_auditor_who_reads_about_one_citizen_is_seen_by_them(
    full_year: Year, amir: Client
) -> None:
    noted, before = set(), 0
    for name, address in addresses(full_year).items():
        amir.get(address)
        if (after := AccessLog.objects.count()) > before:
            noted.add(name)
        before = after

    assert noted == ABOUT_ONE
    assert looks(full_year.world.fatima) == [("amir", "audit")] * 3
    assert looks(full_year.willem) == [("amir", "audit")]
    page = log_in(bsn(11_111_111)).get("/wie-keek").content.decode()
    assert "amir" in page
    assert "controleerde hoe wij beslissen en betalen" in page


def test_a_download_of_somebodys_facts_is_a_look(year: Year, amir: Client) -> None:
    decision = Decision.objects.get(account_code=year.willem)

    amir.get(reverse("audit:decision", args=[decision.pk]) + "?download=facts")

    assert looks(year.willem) == [("amir", "audit")]


def test_whoever_may_not_see_a_page_has_not_looked(year: Year) -> None:
    decision = Decision.objects.get(account_code=year.willem)

    for browser in (Client(), logged_in("petra", "policy-officers")):
        browser.get(reverse("audit:decision", args=[decision.pk]))

    assert not AccessLog.objects.exists()


def test_nothing_is_noted_of_what_is_not_there(year: Year, amir: Client) -> None:
    assert amir.get(reverse("audit:decision", args=[uuid4()])).status_code == 404
    assert not AccessLog.objects.exists()


def test_whose_rules_stand_on_the_page_of_a_round_sees_who_read_them(
    year: Year, amir: Client
) -> None:
    noor = person(80_000_000, date(1990, 3, 9), ("contract", "on_call"))
    (code,) = register([noor], at=AT).codes
    round_ = published(year.world)
    everyone_applies(round_, [year.world.henk, code])
    close(round_, at=AFTER)
    assess_slice(f"{round_.pk}:0", at=AFTER)
    address = reverse("audit:round", args=[round_.pk])

    amir.get(address)
    assert looks(code) == []

    propose(waiting(round_).get(), reason="De gemeente was te laat.", by="rosa", at=AFTER)
    amir.get(address)
    assert looks(code) == [("amir", "audit")]
    assert looks(year.world.henk) == []


def test_whoever_opens_a_pause_is_seen_by_its_citizen(year: Year) -> None:
    pause = Pause.objects.create(
        account_code=year.willem,
        starts_on=ON,
        ends_on=date(2026, 3, 1),
        tranches=[],
        paused_by="citizen",
    )

    logged_in("rosa", "reviewers").get(f"/admin/budgets/pause/{pause.pk}/change/")

    assert looks(year.willem) == [("rosa", Purpose.OPENED)]


def test_every_page_of_the_administration_about_one_citizen_is_a_look() -> None:
    about = {}
    for model, page in admin.site._registry.items():
        fields = {field.name for field in model._meta.fields}
        if (
            "account_code" in fields
            or {"account_code", "account"} & set(page.list_display) - fields
        ):
            about[model.__name__] = type(page)

    assert {"Citizen", "Circumstance", "Decision", "Objection", "Pause", "Refusal"} < set(about)
    assert {name for name, page in about.items() if not issubclass(page, LookedAtAdmin)} == set()
